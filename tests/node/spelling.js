// Puts a case into JavaScript's spelling and back. It goes by include/halkode.schema.json, not by the tables of the package, so
// that a mistake in those cannot confirm itself.
import { readFileSync } from 'node:fs';

import { Digits, isObject } from './exact.js';

const schema = JSON.parse(readFileSync(new URL('../../include/halkode.schema.json', import.meta.url), 'utf8'));

/** What makes a client, and its operations, by the gateway's name. */
export const clients = schema.clients;
export const error = schema.error;

/** `check_status` as `checkStatus`. */
export function camel(name) {
  return name.replace(/_(.)/g, (_, letter) => letter.toUpperCase());
}

/** A request that JavaScript's own values cannot say: a misspelled name, a number whose text would change. */
export class Inexpressible extends Error {}

function definition(described) {
  return schema.$defs[described.$ref.slice('#/$defs/'.length)];
}

/** What a property holds: a definition with properties, a list of something, or a value. */
function holds(property) {
  const variants = property.anyOf ?? [property];
  const reference = variants.find((variant) => variant.$ref !== undefined);
  if (reference !== undefined && definition(reference).properties !== undefined) return { model: reference };
  if (property.items !== undefined) return { items: holds(property.items) };
  return { free: [property.type].flat().includes('object') };
}

/** A request (or a configuration) as a caller in JavaScript writes it. */
export function express(described, value) {
  return expressed({ model: described }, value);
}

function expressed({ model, items }, value) {
  if (value instanceof Digits) {
    const number = Number(value.text);
    if (String(number) !== value.text) throw new Inexpressible(`${value.text} would become ${number}`);
    return number;
  }
  if (Array.isArray(value)) return value.map((item) => expressed(items ?? {}, item));
  if (!isObject(value)) return value;
  const known = model === undefined ? undefined : definition(model);
  const made = {};
  for (const [name, inner] of Object.entries(value)) {
    const property = known?.properties[name];
    if (known?.additionalProperties === false && property === undefined) throw new Inexpressible(`there is no ${name}`);
    made[property === undefined ? name : camel(name)] = expressed(property === undefined ? {} : holds(property), inner);
  }
  return made;
}

/** A reply (or an error) of the package in the names that all languages share, its numbers as they would be written. */
export function shared(described, value) {
  return spelled({ model: described }, value);
}

function spelled({ model, items }, value) {
  if (typeof value === 'number') return new Digits(String(value));
  if (Array.isArray(value)) return value.map((item) => spelled(items ?? {}, item));
  if (!isObject(value)) return value;
  const made = {};
  if (model === undefined) {
    for (const [name, inner] of Object.entries(value)) made[name] = spelled({}, inner);
    return made;
  }
  const left = new Set(Object.keys(value));
  for (const [name, property] of Object.entries(definition(model).properties)) {
    const inner = value[camel(name)];
    if (!left.delete(camel(name)) || inner === undefined) continue;
    const what = holds(property);
    // A typed reply always has its lists and its further fields; on the wire of the library they are left out when empty.
    const empty = (what.items && inner.length === 0) || (what.free && Object.keys(inner).length === 0);
    if (!empty) made[name] = spelled(what, inner);
  }
  if (left.size > 0) throw new Error(`a typed reply has the undescribed ${[...left].join(', ')}`);
  return made;
}

/** What a case expects of an error, as the typed package should say it: about the first of these, or else the next. */
export function expectation(described, expected, operation) {
  const said = { ...expected };
  if (said.operation) said.operation = camel(operation);
  if (said.kind !== 'request') return said;
  if (said.field) said.field = path(described, said.field);
  const names = new Set(described.flatMap((one) => [...reachable(one)]));
  const words = (text) => text.replace(/\b\w+_\w+\b/g, (word) => (names.has(word) ? camel(word) : word));
  if (said.reason_contains !== undefined) {
    said.reason_contains = [said.reason_contains].flat().map(words);
  }
  return said;
}

function path(described, text) {
  const parts = text.split('.');
  let known = described.map(definition).find(({ properties }) => Object.hasOwn(properties, parts[0].split('[')[0]));
  for (const [at, part] of parts.entries()) {
    const [name, ...places] = part.split('[');
    const property = known?.properties[name];
    if (property === undefined) break;
    parts[at] = [camel(name), ...places].join('[');
    const what = holds(property).items ?? holds(property);
    known = what.model === undefined ? undefined : definition(what.model);
  }
  return parts.join('.');
}

function reachable(described, names = new Set()) {
  for (const [name, property] of Object.entries(definition(described).properties)) {
    names.add(name);
    const what = holds(property).items ?? holds(property);
    if (what.model !== undefined) reachable(what.model, names);
  }
  return names;
}
