'use strict';

/**
 * Requests and replies between JavaScript's spelling (`invoiceId`) and the one that all languages share (`invoice_id`). It goes
 * by the types of the definitions, since the names within a free object are not the library's to change.
 *
 * @typedef {{ shared: string, free?: boolean, list?: boolean, model?: string }} Field
 * @typedef {{ strict: boolean, fields: Record<string, Field> }} Model
 */

/** Every definition by its name, filled from the generated tables. */
class Models extends Map {
  /** @type {Map<string, Map<string, string>>} */
  #spellings = new Map();

  /**
   * @param {string} name
   * @returns {Model}
   */
  get(name) {
    return super.get(name);
  }

  /**
   * The names that a sentence about a model may hold, with their spelling in JavaScript.
   *
   * @param {string} name
   */
  spelling(name) {
    let known = this.#spellings.get(name);
    if (known === undefined) {
      this.#spellings.set(name, (known = new Map()));
      for (const [ours, field] of Object.entries(this.get(name).fields)) {
        known.set(field.shared, ours);
        for (const [shared, inner] of field.model === undefined ? [] : this.spelling(field.model)) known.set(shared, inner);
      }
    }
    return known;
  }
}

const models = new Models();

/** A value that cannot be sent, and where it stands. Never the value itself: it may be a card number. */
class Unfit extends Error {
  /**
   * @param {string} field
   * @param {string} reason
   */
  constructor(field, reason) {
    super(reason);
    this.field = field;
  }
}

/** Far beyond what a gateway takes, and far below what the stack takes. */
const DEEPEST = 100;

/**
 * A value as JSON has it. What JSON.stringify would silently change (NaN, Date, functions, BigInt, half a character) is refused.
 *
 * @param {unknown} value
 * @param {string} path what an error names; within a free object the names are the caller's data, so it stays at the object
 * @param {string} is how an error begins: `is` about a field, `holds` about what is in a free object
 * @param {unknown[]} [within] the objects around it
 * @returns {unknown}
 */
function plain(value, path, is, within = []) {
  switch (typeof value) {
    case 'string':
      if (!value.isWellFormed()) throw new Unfit(path, `${is} text with half a character in it (a lone surrogate)`);
      return value;
    case 'boolean':
      return value;
    case 'number':
      if (!Number.isFinite(value)) throw new Unfit(path, `${is} ${value}, which is not a number`);
      if (Number.isInteger(value) && !Number.isSafeInteger(value)) {
        throw new Unfit(path, `${is} a number beyond 2^53, whose digits JavaScript does not keep; write it as text`);
      }
      return value;
    case 'object':
      break;
    case 'undefined':
      throw new Unfit(path, `${is} undefined in a list, where nothing can be left out`);
    default:
      throw new Unfit(path, `${is} a ${typeof value}, which cannot be sent`);
  }
  if (value === null) return null;
  if (within.includes(value)) throw new Unfit(path, `${is} an object that contains itself`);
  if (within.length > DEEPEST) throw new Unfit(path, 'is nested too deeply');
  const around = [...within, value];
  if (Array.isArray(value)) return Array.from(value, (item) => plain(item, path, 'holds', around));
  const entries = Object.entries(object(value, path, is)).filter(([, inner]) => inner !== undefined);
  return members(entries.map(([name, inner]) => [name, plain(inner, path, 'holds', around)]));
}

/**
 * An object whose members are all there is to it: not a Date, a Map or URLSearchParams.
 *
 * @param {object} value
 * @param {string} path
 * @param {string} is
 * @returns {Record<string, unknown>}
 */
function object(value, path, is) {
  const kind = Object.prototype.toString.call(value).slice(8, -1);
  if (kind !== 'Object') throw new Unfit(path, `${is} a ${kind}, where plain objects, lists and text are understood`);
  return /** @type {Record<string, unknown>} */ (value);
}

/**
 * An object of these members, whatever their names (`__proto__` would be no member of an ordinary one).
 *
 * @param {Iterable<[string, unknown]>} entries
 */
function members(entries) {
  const made = Object.create(null);
  for (const [name, value] of entries) made[name] = value;
  return made;
}

/**
 * A request in the names that all languages share. What has the wrong type is passed on, for the core to say so.
 *
 * @param {string} name the model's
 * @param {unknown} value
 * @param {string} path
 * @param {unknown[]} [within]
 * @returns {unknown}
 */
function toShared(name, value, path = '', within = []) {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return plain(value, path, 'is', within);
  if (within.includes(value)) throw new Unfit(path, 'is an object that contains itself');
  const { strict, fields } = models.get(name);
  const around = [...within, value];
  /** @type {[string, unknown][]} */
  const entries = [];
  for (const [ours, inner] of Object.entries(object(value, path, 'is'))) {
    if (inner === undefined) continue;
    const field = Object.hasOwn(fields, ours) ? fields[ours] : undefined;
    if (field !== undefined) {
      entries.push([field.shared, fieldToShared(field, inner, path === '' ? ours : `${path}.${ours}`, around)]);
    } else if (strict) {
      const meant = models.spelling(name).get(ours);
      if (meant !== undefined && Object.hasOwn(fields, meant)) {
        throw new Unfit(path === '' ? ours : `${path}.${ours}`, `is not a field here; did you mean ${meant}?`);
      }
      // The core refuses the name, whatever the value.
      entries.push([ours, null]);
    } else {
      entries.push([ours, plain(inner, path, 'holds', around)]);
    }
  }
  return members(entries);
}

/**
 * @param {Field} field
 * @param {unknown} value
 * @param {string} path
 * @param {unknown[]} within
 */
function fieldToShared(field, value, path, within) {
  const { model, list, free } = field;
  if (free || typeof value !== 'object' || value === null) return plain(value, path, 'is', within);
  if (!list) return model === undefined ? plain(value, path, 'is', within) : toShared(model, value, path, within);
  if (!Array.isArray(value)) return plain(value, path, 'is', within);
  return Array.from(value, (item, at) => {
    const place = `${path}[${at}]`;
    return model === undefined ? plain(item, place, 'is', within) : toShared(model, item, place, within);
  });
}

/**
 * A reply in JavaScript's names. Its lists and its free objects are always there, be they empty.
 *
 * @param {string} name the model's
 * @param {Record<string, any>} value
 */
function fromShared(name, value) {
  /** @type {Record<string, unknown>} */
  const made = {};
  for (const [ours, { shared, free, list, model }] of Object.entries(models.get(name).fields)) {
    const inner = value[shared];
    if (inner === undefined) {
      if (list) made[ours] = [];
      else if (free) made[ours] = {};
    } else if (model === undefined) {
      made[ours] = inner;
    } else {
      made[ours] = list ? inner.map((/** @type {any} */ item) => fromShared(model, item)) : fromShared(model, inner);
    }
  }
  return made;
}

/**
 * Where something is, in the spelling its caller used.
 *
 * @param {string[]} names the models': that of the request, then that of the configuration, which may be what is wrong
 * @param {string} path for instance `card.expiry_month`
 */
function pathFromShared(names, path) {
  let fields = Object.assign({}, ...names.map((name) => models.get(name).fields).reverse());
  const parts = path.split('.');
  for (const [at, part] of parts.entries()) {
    const [shared, ...places] = part.split('[');
    const found = Object.entries(fields).find(([, field]) => field.shared === shared);
    if (found === undefined) break;
    const [ours, { model }] = found;
    parts[at] = [ours, ...places].join('[');
    // What follows a free object's name is the caller's own.
    if (model === undefined) break;
    ({ fields } = models.get(model));
  }
  return parts.join('.');
}

/**
 * An error's sentence about a request, in the spelling its caller used.
 *
 * @param {string[]} names the models', as above
 * @param {string} reason
 * @param {string | undefined} path the field it is about, in the names that all languages share; the sentence begins with it
 */
function reasonFromShared(names, reason, path) {
  const begins = path !== undefined && reason.startsWith(path) ? path : '';
  const known = new Map(names.flatMap((name) => [...models.spelling(name)]));
  const rest = reason.slice(begins.length).replace(/\b[a-z0-9]+(?:_[a-z0-9]+)+\b/g, (word) => known.get(word) ?? word);
  return (begins === '' ? '' : pathFromShared(names, begins)) + rest;
}

module.exports = { Unfit, fromShared, models, pathFromShared, plain, reasonFromShared, toShared };
