'use strict';

const { models } = require('./convert.js');

/** @typedef {{ reason: string, [name: string]: unknown }} Attributes */
/** @typedef {new (attributes: Attributes) => HalkodeError} ErrorClass */

/** The class of every kind. @type {Map<string, ErrorClass>} */
const classes = new Map();

/** Why a call failed: one subclass for every kind. */
class HalkodeError extends Error {
  /** @param {Attributes} attributes */
  constructor({ reason, ...attributes }) {
    super(reason);
    /** @type {string} */
    this.kind = Object.getPrototypeOf(this).kind;
    this.code = `ERR_HALKODE_${this.kind.toUpperCase()}`;
    /** @type {Record<string, unknown>} */
    const known = { inDoubt: false, ...attributes };
    // In the order of the definition. The reason is the message already; twice would only lengthen every log.
    for (const name of Object.keys(models.get('Failure').fields)) {
      if (known[name] !== undefined) Object.assign(this, { [name]: known[name] });
    }
  }

  /** One sentence for the developer, without secrets. */
  get reason() {
    return this.message;
  }

  /** All attributes as a plain object, for a log. */
  toJSON() {
    return Object.assign({ name: this.name, reason: this.reason }, this);
  }
}

/**
 * Makes a class the one of a kind.
 *
 * @param {ErrorClass} errorClass
 * @param {string} kind
 */
function define(errorClass, kind) {
  for (const [name, value] of [['name', errorClass.name], ['kind', kind]]) {
    Object.defineProperty(errorClass.prototype, name, { value, configurable: true, writable: true });
  }
  classes.set(kind, errorClass);
}

/**
 * The error of a kind.
 *
 * @param {string} kind
 * @param {Attributes} attributes
 */
function failure(kind, attributes) {
  const errorClass = classes.get(kind);
  if (errorClass === undefined) throw new TypeError(`there is no error of kind ${kind}`);
  return new errorClass(attributes);
}

module.exports = { HalkodeError, define, failure };
