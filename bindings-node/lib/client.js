'use strict';

const { Unfit, fromShared, pathFromShared, plain, reasonFromShared, toShared } = require('./convert.js');
const { failure } = require('./error.js');
const native = require('./native.js');

/**
 * @typedef {{ shared: string, kind: string, request: string, reply: string }} Operation
 * @typedef {{ name: string, config: string, operations: Record<string, Operation> }} Definition
 */

/** Where a client's class keeps its generated definition. */
const DEFINITION = Symbol('definition');

/** The calls that are on their way. @type {Set<import('./native.js').Stop>} */
const underway = new Set();

/** The process ends when libuv's threads do; none of them shall wait for a later try or for settle's next question. */
function stopAll() {
  for (const stop of underway) native.stop(stop);
}

/** @param {import('./native.js').Stop} stop */
function begun(stop) {
  if (underway.size === 0) process.on('exit', stopAll);
  underway.add(stop);
}

/** @param {import('./native.js').Stop} stop */
function ended(stop) {
  underway.delete(stop);
  if (underway.size === 0) process.off('exit', stopAll);
}

/** A configuration that is not an object in JavaScript's names. */
class Given {
  /** @param {string | NodeJS.ProcessEnv} value */
  constructor(value) {
    this.value = value;
  }
}

/**
 * Calls an operation in JavaScript's names: what the methods of the generated classes do.
 *
 * @type {(client: Client, method: string, request: unknown, options: unknown) => Promise<unknown>}
 */
let invoke;

/** A client of some gateway: what its class does not say itself. */
class Client {
  /** Not readable from outside, so nothing prints it. @type {import('./native.js').Door} */
  #door;

  /** @param {unknown} config */
  constructor(config) {
    const { name, config: model } = definition(this);
    const typed = !(config instanceof Given);
    const opened = native.open(name, typed ? written(null, () => toShared(model, config)) : config.value);
    if (typeof opened === 'string') throw refusal(opened, null, typed ? [model] : []);
    this.#door = opened;
  }

  /** A client whose configuration comes from the environment. */
  static fromEnv() {
    return new this(new Given(process.env));
  }

  /**
   * A client whose configuration is JSON text.
   *
   * @param {unknown} config
   */
  static fromJson(config) {
    return new this(new Given(text(null, 'config', config)));
  }

  /**
   * Calls an operation by the name that all languages share.
   *
   * @param {unknown} operation
   * @param {unknown} [request]
   * @param {unknown} [options]
   */
  async call(operation, request = {}, options) {
    const name = text(null, 'operation', operation);
    return JSON.parse(await this.#carry(name, null, written(name, () => plain(request, 'request', 'is')), options));
  }

  /**
   * The same with JSON text in and JSON text out.
   *
   * @param {unknown} operation
   * @param {unknown} request
   * @param {unknown} [options]
   */
  async callJson(operation, request, options) {
    const name = text(null, 'operation', operation);
    return await this.#carry(name, null, text(name, 'request', request), options);
  }

  /**
   * @param {string} method
   * @param {unknown} request
   * @param {unknown} options
   */
  async #typed(method, request = {}, options) {
    const operation = definition(this).operations[method];
    const json = written(method, () => toShared(operation.request, request));
    const reply = await this.#carry(operation.shared, { method, ...operation }, json, options);
    return fromShared(operation.reply, JSON.parse(reply));
  }

  /**
   * Carries a call out, and ends it early as far as that is safe.
   *
   * @param {string} shared
   * @param {(Operation & { method: string }) | null} typed how errors are to speak
   * @param {string} json
   * @param {unknown} options
   */
  async #carry(shared, typed, json, options) {
    const signal = signalOf(typed?.method ?? shared, options);
    if (signal?.aborted) throw signal.reason;
    const known = Object.values(definition(this).operations).find((operation) => operation.shared === shared);
    const money = known === undefined || known.kind === 'money';
    const stop = native.stopper();
    const outcome = native.call(this.#door, shared, json, stop).finally(() => ended(stop));
    begun(stop);
    const { reply, error } = await (signal === undefined ? outcome : unlessAborted(outcome, signal, stop, money));
    if (reply !== undefined) return reply;
    const spoken = typed === null ? [] : [typed.request, definition(this).config];
    const refused = refusal(/** @type {string} */ (error), typed?.method ?? null, spoken);
    if (signal?.aborted && 'sent' in refused && refused.sent === 'no') throw signal.reason;
    throw refused;
  }

  static {
    invoke = (client, method, request, options) => client.#typed(method, request, options);
  }
}

/**
 * @param {Client} client
 * @returns {Definition}
 */
function definition(client) {
  return /** @type {any} */ (client.constructor)[DEFINITION];
}

/**
 * The outcome of a call, or the signal's reason as soon as it is certain that the call will not move money any more. A query
 * that is given up ends in its own time, unheard.
 *
 * @param {ReturnType<typeof native.call>} outcome
 * @param {AbortSignal} signal
 * @param {import('./native.js').Stop} stop
 * @param {boolean} money
 */
async function unlessAborted(outcome, signal, stop, money) {
  /** @type {() => void} */
  let listener = () => {};
  const aborted = new Promise((_, reject) => {
    listener = () => {
      const unsent = native.stop(stop);
      if (unsent || !money) reject(signal.reason);
    };
  });
  signal.addEventListener('abort', listener, { once: true });
  try {
    return /** @type {Awaited<typeof outcome>} */ (await Promise.race([outcome, aborted]));
  } finally {
    signal.removeEventListener('abort', listener);
  }
}

/**
 * @param {string} operation
 * @param {unknown} options
 * @returns {AbortSignal | undefined}
 */
function signalOf(operation, options) {
  if (options === undefined || options === null) return undefined;
  if (typeof options !== 'object') throw refused(operation, 'options', 'must be an object such as { signal }');
  for (const name of Object.keys(options)) {
    if (name !== 'signal') throw refused(operation, 'options', 'has a member that is not an option; there is only signal');
  }
  const signal = 'signal' in options ? options.signal : undefined;
  if (signal === undefined || signal === null) return undefined;
  // Not by its class: a test environment may bring its own.
  if (typeof signal !== 'object' || !('aborted' in signal && 'addEventListener' in signal)) {
    throw refused(operation, 'options.signal', 'must be an AbortSignal');
  }
  return /** @type {AbortSignal} */ (signal);
}

/**
 * JSON text of what `make` gives.
 *
 * @param {string | null} operation
 * @param {() => unknown} make
 */
function written(operation, make) {
  try {
    return JSON.stringify(make());
  } catch (error) {
    throw error instanceof Unfit ? refused(operation, error.field, error.message) : error;
  }
}

/**
 * @param {string | null} operation
 * @param {string} field
 * @param {unknown} value
 */
function text(operation, field, value) {
  if (typeof value !== 'string') throw refused(operation, field, 'must be text');
  if (!value.isWellFormed()) throw refused(operation, field, 'is text with half a character in it (a lone surrogate)');
  return value;
}

/**
 * Something that was refused before the core saw it.
 *
 * @param {string | null} operation
 * @param {string} field
 * @param {string} reason
 */
function refused(operation, field, reason) {
  const about = field === '' ? {} : { field };
  return failure('request', {
    reason: field === '' ? `the request ${reason}` : `${field} ${reason}`,
    ...(operation === null ? {} : { operation }),
    ...about,
    sent: 'no',
    inDoubt: false,
  });
}

/**
 * The core's error, about a request in the spelling its caller used.
 *
 * @param {string} json
 * @param {string | null} method the method called, or null where names are the shared ones
 * @param {string[]} spoken the models whose names it may speak of; none where names are the shared ones
 */
function refusal(json, method, spoken) {
  const { kind, ...failed } = JSON.parse(json);
  if (spoken.length > 0 && kind === 'request') {
    failed.reason = reasonFromShared(spoken, failed.reason, failed.field);
    if (failed.field !== undefined) failed.field = pathFromShared(spoken, failed.field);
  }
  if (method !== null) failed.operation = method;
  return failure(kind, /** @type {any} */ (fromShared('Failure', failed)));
}

module.exports = { Client, DEFINITION, invoke };
