// Runs cases of tests/conformance through the package, over HTTP, against the sandbox's replays; tests/conformance/README.md
// says what a case means.
import { readFileSync, readdirSync } from 'node:fs';
import { inspect } from 'node:util';

import { Halkbank, Halkode, HalkodeError } from 'halkode';

import { Digits, isObject, parse, print } from './exact.js';
import * as spelling from './spelling.js';

const DIRECTORY = new URL('../conformance/', import.meta.url);

/** The gateways by their folders: the class of the client, the published test merchant's keys, and a replay's address for it. */
const GATEWAYS = {
  halkode: {
    Client: Halkode,
    keys: {
      app_id: 'a2a7cb8131890a35353629182274c756',
      app_secret: 'a9b5c28211388c7a6a705122a24e6f46',
      merchant_key: '$2y$10$e8Mzadv9523RVrAqL7K3.efxdERBrbaVZNaJ3AwlmZriYNrygSH72',
    },
    address: 'base_url',
  },
  // User and password are made up: the bank publishes none.
  halkbank: {
    Client: Halkbank,
    keys: { client_id: '500100000', store_key: '123456', api_user: 'halkbankapi', api_password: 'HALKBANK-05' },
    address: 'halkbank_url',
  },
};

/** The files with cases, those that wait first, so that they are not left for the end. */
export function files() {
  const folders = ['waiting/', ''].flatMap((within) => Object.keys(GATEWAYS).map((gateway) => `${gateway}/${within}`));
  return folders.flatMap((folder) =>
    readdirSync(new URL(folder, DIRECTORY)).filter((name) => name.endsWith('.json')).sort().map((name) => folder + name),
  );
}

/** The titles of all cases that stand in the files, one list for each gateway; read without the code that runs them. */
export function titles() {
  const found = Object.fromEntries(Object.keys(GATEWAYS).map((gateway) => [gateway, []]));
  for (const file of readdirSync(DIRECTORY, { recursive: true }).filter((name) => name.endsWith('.json'))) {
    const { cases } = JSON.parse(readFileSync(new URL(file, DIRECTORY), 'utf8'));
    found[file.split('/')[0]].push(...cases.map(({ name }) => `${file}: ${name}`));
  }
  return found;
}

/** The cases of a file, with everything they borrow from it put in. */
export function load(file) {
  const { operation, shared = {}, cases } = parse(readFileSync(new URL(file, DIRECTORY), 'utf8'));
  function named(value) {
    if (typeof value !== 'string') return value;
    if (!Object.hasOwn(shared, value)) throw new Error(`${file}: nothing shared is called ${value}`);
    return shared[value];
  }
  function request(value) {
    const whole = named(value);
    if (whole?.$with === undefined) return whole;
    const { $with, ...changes } = whole;
    return { ...named($with), ...changes };
  }
  return cases.map((content) => ({
    ...content,
    title: `${file}: ${content.name}`,
    gateway: file.split('/')[0],
    operation,
    request: request(content.request),
    exchanges: content.exchanges?.map((exchange) =>
      Object.fromEntries(Object.entries(exchange).map(([name, value]) => [name, named(value)])),
    ),
  }));
}

/** The sandbox's replays, at the address of the bank in the environment. */
const bank = new URL(process.env.HALKODE_BASE_URL ?? '').origin;

async function ask(method, path, body) {
  const answer = await fetch(bank + path, { method, body, headers: { 'content-type': 'application/json' } });
  const text = await answer.text();
  if (answer.status !== 200) throw new Error(`sandbox: ${method} ${path}: HTTP ${answer.status}: ${text}`);
  return parse(text);
}

const open = (exchanges, keys) => ask('POST', '/sandbox/replay', print({ exchanges, keys }));

async function close(id) {
  const verdict = await ask('GET', `/sandbox/replay/${id}`);
  await ask('DELETE', `/sandbox/replay/${id}`);
  return verdict;
}

/** Lets the sandbox open a bundle, with crypto that is not the core's. */
async function checkHash(rule, bundle, keys) {
  const expect = { path: '/hash', body: { hash_key: rule } };
  const { id } = await open([{ expect, answer: { json: { opened: true } } }], keys);
  await ask('POST', `/replay/${id}/ccpayment/hash`, JSON.stringify({ hash_key: bundle }));
  return (await close(id)).problems;
}

/** How many cases went through typed methods, and how many by name. */
export const counts = { typed: 0, named: 0 };

/** Carries a case's operation out: typed wherever JavaScript can say the request. */
async function call({ gateway, operation, request }, config) {
  const { Client } = GATEWAYS[gateway];
  const described = spelling.clients[gateway];
  const { request: asked, reply: told } = described.operations[operation];
  let typed = {};
  try {
    typed.config = spelling.express(described.config, config);
    typed.request = spelling.express(asked, request);
  } catch (error) {
    if (!(error instanceof spelling.Inexpressible)) throw error;
    typed = undefined;
  }
  let speaks = [described.config];
  try {
    if (typed === undefined) {
      counts.named += 1;
      return { reply: parse(await Client.fromJson(print(config)).callJson(operation, print(request))) };
    }
    counts.typed += 1;
    const client = new Client(typed.config);
    speaks = [asked, described.config];
    const reply = await client[spelling.camel(operation)](typed.request);
    return { reply: spelling.shared(told, reply) };
  } catch (error) {
    if (!(error instanceof HalkodeError)) throw error;
    const { name, code, ...attributes } = error.toJSON();
    const said = spelling.shared(spelling.error, attributes);
    return { error, said, expectation: (expected) => (typed ? spelling.expectation(speaks, expected, operation) : expected) };
  }
}

/** Runs a case; what comes back is empty when everything is as it should be. */
export async function run(given) {
  const { keys: published, address } = GATEWAYS[given.gateway];
  const config = { ...published };
  for (const name of Object.keys(published)) config[name] = given.config?.[name] ?? config[name];
  const keys = { ...config };
  const replay = given.exchanges && (await open(given.exchanges, keys));
  if (replay) config.base_url = replay[address];
  for (const [name, value] of Object.entries(given.config ?? {})) {
    if (value === null) delete config[name];
    else config[name] = value;
  }
  const outcome = await call(given, config);
  const found = [];
  const hashes = [];
  if (outcome.error !== undefined) {
    if (given.error === undefined) found.push(`expected a reply, got ${print(outcome.said)}`);
    else compareError(outcome.expectation(given.error), outcome.said, hashes, found);
    found.push(...leaks(outcome.error, keys, given.request));
  } else if (given.reply === undefined) {
    found.push(`expected an error, got ${print(outcome.reply)}`);
  } else {
    differ('reply', withFields(given.reply, outcome.reply), outcome.reply, hashes, found);
  }
  if (replay) compareVerdict(given, await close(replay.id), found);
  for (const { rule, bundle } of hashes) {
    found.push(...(await checkHash(rule, bundle, keys)).map((problem) => `reply: $hash: ${problem}`));
  }
  if (given.sealed !== undefined) {
    const problems = await checkHash({ $hash: given.sealed }, hashIn(given.request), keys);
    found.push(...problems.map((problem) => `sealed: ${problem}`));
  }
  return found;
}

/** The bundle in a request: its own `hash_key`, or that of its `fields`. */
function hashIn(request) {
  const [, bundle] = Object.entries(request.fields ?? request).find(([name]) => name.toLowerCase() === 'hash_key') ?? [];
  if (bundle === undefined) throw new Error('sealed: the request has no hash_key');
  return bundle;
}

/**
 * The expected reply with every `{"$ver3": "fields"}` made a rule about the fields of the form that came: the hash covers a random
 * text, so it can only be held against what stands beside it.
 */
function withFields(expected, reply) {
  if (Array.isArray(expected)) return expected.map((item) => withFields(item, reply));
  if (!isObject(expected)) return expected;
  if (expected.$ver3 === 'fields') return { $ver3: (reply.fields ?? []).map(({ name, value }) => [name, value]) };
  return Object.fromEntries(Object.entries(expected).map(([name, value]) => [name, withFields(value, reply)]));
}

function compareVerdict({ gateway, exchanges, token_calls: tokens }, verdict, found) {
  found.push(...verdict.problems);
  if (verdict.seen.text !== String(exchanges.length) || verdict.complete !== true) {
    found.push(`conversation: expected ${exchanges.length} requests, ${verdict.seen.text} came`);
  }
  // The bank knows no tokens.
  const expected = tokens?.text ?? (gateway === 'halkode' && exchanges.length > 0 ? '1' : '0');
  if (verdict.token_calls.text !== expected) {
    found.push(`conversation: expected ${expected} requests for a token, ${verdict.token_calls.text} came`);
  }
}

/** Notes every way in which `actual` is not what a case expects. Numbers are compared as they are written. */
function differ(at, expected, actual, hashes, found) {
  if (isObject(expected) && Object.keys(expected).some((name) => name.startsWith('$'))) {
    differByRule(at, expected, actual, hashes, found);
  } else if (isObject(expected) && isObject(actual)) {
    for (const [name, value] of Object.entries(expected)) {
      if (name in actual) differ(`${at}.${name}`, value, actual[name], hashes, found);
      else found.push(`${at}.${name}: expected ${print(value)}, got nothing`);
    }
    for (const [name, value] of Object.entries(actual)) {
      if (!(name in expected)) found.push(`${at}.${name}: expected nothing, got ${print(value)}`);
    }
  } else if (Array.isArray(expected) && Array.isArray(actual) && expected.length === actual.length) {
    expected.forEach((value, place) => differ(`${at}[${place}]`, value, actual[place], hashes, found));
  } else if (print(expected) !== print(actual)) {
    found.push(`${at}: expected ${print(expected)}, got ${print(actual)}`);
  }
}

function differByRule(at, rule, actual, hashes, found) {
  const [[name, value]] = Object.entries(rule);
  if (rule.$subset === true) {
    if (!isObject(actual)) return found.push(`${at}: expected an object, got ${print(actual)}`);
    for (const [member, wanted] of Object.entries(rule)) {
      const has = actual[member] ?? null;
      if (member === '$subset' || (wanted === null && has === null)) continue;
      if (has === null) found.push(`${at}.${member}: expected ${print(wanted)}, got nothing`);
      else differ(`${at}.${member}`, wanted, has, hashes, found);
    }
  } else if (name === '$any' && value === true) {
    if (actual === null || actual === '') found.push(`${at}: expected any value, got ${print(actual)}`);
  } else if (name === '$contains' && Array.isArray(value) && typeof actual === 'string') {
    const missing = value.filter((wanted) => !actual.includes(wanted));
    found.push(...missing.map((wanted) => `${at}: expected a text with "${wanted}", got "${actual}"`));
  } else if (((name === '$hash' && typeof value === 'string') || (name === '$ver3' && Array.isArray(value))) && typeof actual === 'string') {
    hashes.push({ rule, bundle: actual });
  } else {
    found.push(`${at}: expected ${print(rule)}, got ${print(actual)}`);
  }
}

function compareError({ reason_contains: wanted = [], ...expected }, said, hashes, found) {
  const missing = [wanted].flat().filter((text) => !said.reason.includes(text));
  const wrong = missing.map((text) => `error.reason: expected a text with "${text}", got "${said.reason}"`);
  differ('error', { $subset: true, ...expected }, said, hashes, wrong);
  if (wrong.length > 0) found.push(...wrong, `the whole error: ${print(said)}`);
}

/** Secrets of the client and card data of the request that an error repeats, whatever way it is printed. */
function leaks(error, keys, request) {
  const { app_secret, merchant_key, store_key, api_password } = keys;
  const secrets = ['replay-token', app_secret, merchant_key, store_key, api_password];
  const codes = [];
  collect(request, '', secrets, codes);
  const json = JSON.stringify(error);
  const printed = [json, String(error), error.stack, inspect(error, { showHidden: true, depth: Infinity })].join('\n');
  const found = secrets
    .filter((secret) => typeof secret === 'string' && secret.length >= 8 && printed.includes(secret))
    .map((secret) => `error: repeats the secret "${secret}": ${json}`);
  // A security code is short: it counts where it stands alone; a stack has numbers of lines, and a bundle is random.
  const code = json.replace(/[0-9a-f]{16}:[0-9a-f]{4}:[A-Za-z0-9+/=_\\]*/g, '').split(/[^0-9]/).find((number) => codes.includes(number));
  if (code !== undefined) found.push(`error: repeats the security code ${code}: ${json}`);
  return found;
}

function collect(value, name, secrets, codes) {
  if (Array.isArray(value)) return value.forEach((item) => collect(item, name, secrets, codes));
  if (isObject(value)) return Object.entries(value).forEach(([inner, item]) => collect(item, inner, secrets, codes));
  const text = value instanceof Digits ? value.text : value;
  if (typeof text !== 'string') return;
  if (name === 'cvv') {
    if (text.length >= 3) codes.push(text);
  } else if (['number', 'card_number', 'card_token', 'identity_number', 'md'].includes(name)) {
    secrets.push(text);
  } else {
    secrets.push(...cardNumbers(text));
  }
}

/** Every card number in a text, as it stands there and as bare digits. */
function cardNumbers(text) {
  const runs = (text.match(/[0-9 -]+/g) ?? []).map((run) => [run.trim(), run.replace(/[ -]/g, '')]);
  return runs.filter(([, digits]) => digits.length >= 13 && digits.length <= 19 && luhn(digits)).flat();
}

function luhn(digits) {
  const sum = [...digits].reverse().reduce((so_far, digit, place) => {
    const doubled = Number(digit) * 2;
    return so_far + (place % 2 === 0 ? Number(digit) : doubled > 9 ? doubled - 9 : doubled);
  }, 0);
  return sum % 10 === 0;
}
