// JSON whose numbers keep the text they were written in: what JSON.parse makes of 22.00 can no longer be told from 22.

/** A number as it was written. */
export class Digits {
  constructor(text) {
    this.text = text;
  }
}

const TOKEN = /\s*(?:([{}[\],:])|("(?:[^"\\]|\\.)*")|(-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)|(true|false|null))/y;

/** Reads a JSON text. */
export function parse(text) {
  let at = 0;
  function next() {
    TOKEN.lastIndex = at;
    const found = TOKEN.exec(text);
    if (found === null) throw new SyntaxError(`not JSON at ${at}: ${text.slice(at, at + 40)}`);
    at = TOKEN.lastIndex;
    return found;
  }
  function upTo(end, item) {
    const before = at;
    if (next()[1] === end) return;
    at = before;
    for (;;) {
      item();
      const mark = next()[1];
      if (mark === end) return;
      if (mark !== ',') throw new SyntaxError(`expected , or ${end} at ${at}`);
    }
  }
  function value() {
    const [, mark, string, number, word] = next();
    if (string !== undefined) return JSON.parse(string);
    if (number !== undefined) return new Digits(number);
    if (word !== undefined) return JSON.parse(word);
    if (mark === '[') {
      const list = [];
      upTo(']', () => list.push(value()));
      return list;
    }
    if (mark !== '{') throw new SyntaxError(`unexpected ${mark} at ${at}`);
    const members = {};
    upTo('}', () => {
      const name = JSON.parse(next()[2]);
      if (next()[1] !== ':') throw new SyntaxError(`expected : at ${at}`);
      members[name] = value();
    });
    return members;
  }
  const whole = value();
  if (text.slice(at).trim() !== '') throw new SyntaxError(`more than one value at ${at}`);
  return whole;
}

/** Writes a value, every number as it was read. */
export function print(value) {
  if (value instanceof Digits) return value.text;
  if (Array.isArray(value)) return `[${value.map(print).join(',')}]`;
  if (isObject(value)) {
    return `{${Object.entries(value).map(([name, inner]) => `${JSON.stringify(name)}:${print(inner)}`).join(',')}}`;
  }
  return JSON.stringify(value);
}

/** Whether a value has members. */
export function isObject(value) {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Digits);
}
