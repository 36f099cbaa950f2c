// What JavaScript's values become, how errors look, and what is never printed.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRequire } from 'node:module';
import { inspect } from 'node:util';

import * as module from 'halkode';
import { DeclinedError, Halkode, HalkodeError, RequestError, TransportError } from 'halkode';

import { config, sale } from './bank.js';

const SECRETS = [config().appSecret, config().merchantKey, '4155650100416111'];
const client = new Halkode(config());

async function refused(call) {
  const error = await call.then(
    () => assert.fail('the call should have failed'),
    (caught) => caught,
  );
  assert.ok(error instanceof RequestError, inspect(error));
  assert.equal(error.sent, 'no');
  assert.equal(error.inDoubt, false);
  return error;
}

test('import and require give the same classes', () => {
  const required = createRequire(import.meta.url)('halkode');
  assert.deepEqual(Object.keys(required).sort(), Object.keys(module).sort());
  for (const [name, value] of Object.entries(required)) assert.equal(module[name], value);
});

test('errors about fields speak the spelling of the caller', async () => {
  for (const [request, field, reason] of [
    [{ invoice_id: 'A-1' }, 'invoice_id', 'invoice_id is not a field here; did you mean invoiceId?'],
    [{ invoiceID: 'A-1' }, 'invoiceID', 'invoiceID is not a field here; did you mean invoiceId?'],
    [{}, 'invoiceId', 'invoiceId is required'],
    [{ invoiceId: 5 }, 'invoiceId', 'invoiceId must be text, not a number'],
  ]) {
    const error = await refused(client.refund(request));
    assert.equal(error.field, field);
    assert.equal(error.reason, reason);
    assert.equal(error.operation, 'refund');
  }
  const nested = sale();
  nested.card.expiryMonth = '13';
  assert.equal((await refused(client.pay2d(nested))).field, 'card.expiryMonth');
  const listed = await refused(client.pay2d(sale({ items: [{ name: 'Çanta', price: '149.90', quantity: '1' }] })));
  assert.equal(listed.field, 'items[0].quantity');
  const deep = await refused(client.pay2d(sale({ recurring: { number: 3, cycle: 'M', interval: 1, web_hook_key: 'x' } })));
  assert.equal(deep.reason, 'recurring.web_hook_key is not a field here; did you mean webHookKey?');
  const all = await refused(client.settle({ invoiceId: 'A-1', patience: 3 }));
  assert.equal(all.reason, 'patience is not a field here; the fields are invoiceId, deadline, spacing');
  assert.throws(() => new Halkode(config({ merchantKey: 'y0.efx' })), { field: 'merchantKey', code: 'ERR_HALKODE_REQUEST' });
  assert.throws(() => new Halkode(config({ environment: 'test' })), {
    field: 'baseUrl',
    message: 'baseUrl and environment exclude each other; give one of them',
  });
  assert.throws(() => new Halkode(config({ connect_timeout: 5 })), { message: /did you mean connectTimeout\?/ });
});

test('what JSON would silently change is refused', async () => {
  class Money {
    get [Symbol.toStringTag]() {
      return 'Money';
    }
  }
  const itself = { invoiceId: 'A-1', additional: {} };
  itself.additional.again = itself;
  const loop = sale();
  loop.card = loop;
  let deep = {};
  for (let level = 0; level < 5000; level += 1) deep = { deep };
  for (const [request, field, reason] of [
    [sale({ total: NaN }), 'total', /^total is NaN/],
    [sale({ total: Infinity }), 'total', /^total is Infinity/],
    [sale({ total: 2 ** 60 }), 'total', /^total is a number beyond 2\^53/],
    [sale({ total: 5n }), 'total', /^total is a bigint/],
    [sale({ total: new Money() }), 'total', /^total is a Money/],
    [sale({ total: new Date() }), 'total', /^total is a Date/],
    [sale({ total: () => 5 }), 'total', /^total is a function/],
    [sale({ total: Symbol('5') }), 'total', /^total is a symbol/],
    [sale({ name: 'half \ud83d' }), 'name', /^name is text with half a character/],
    [sale({ items: [undefined] }), 'items[0]', /^items\[0\] is undefined in a list/],
    [sale({ items: new Set() }), 'items', /^items is a Set/],
    [sale({ billing: new Map() }), 'billing', /^billing is a Map/],
    [sale({ additional: new URLSearchParams('a=1') }), 'additional', /^additional is a URLSearchParams/],
    [sale({ additional: { '4155650100416111': 5n } }), 'additional', /^additional holds a bigint/],
    [sale({ additional: { list: [1, undefined] } }), 'additional', /^additional holds undefined in a list/],
    [sale({ additional: { when: new Date() } }), 'additional', /^additional holds a Date/],
    [sale({ additional: itself }), 'additional', /^additional holds an object that contains itself/],
    [sale({ additional: deep }), 'additional', /^additional is nested too deeply/],
    [loop, 'card', /^card is an object that contains itself/],
    [new Date(), undefined, /^the request is a Date/],
    [[], undefined, /must be an object, not a list/],
    ['A-1', undefined, /must be an object, not text/],
    [null, undefined, /must be an object, not null/],
  ]) {
    const error = await refused(client.pay2d(request));
    assert.equal(error.field, field, error.reason);
    assert.match(error.reason, reason);
    for (const secret of SECRETS) assert.ok(!inspect(error.toJSON()).includes(secret), error.reason);
  }
  assert.match((await refused(client.call('refund', { amount: 5n }))).reason, /^request holds a bigint/);
  assert.match((await refused(client.call(undefined))).reason, /^operation must be text/);
  assert.match((await refused(client.callJson('refund', { a: 1 }))).reason, /^request must be text/);
  assert.match((await refused(client.callJson('refund', '\ud83d'))).reason, /half a character/);
  assert.match((await refused(client.callJson('refund', '{'))).reason, /not JSON/);
  assert.match((await refused(client.refund({ invoiceId: 'A-1' }, { timeout: 3 }))).reason, /there is only signal/);
  assert.match((await refused(client.refund({ invoiceId: 'A-1' }, { signal: 3 }))).reason, /must be an AbortSignal/);
  assert.match((await refused(client.refund({ invoiceId: 'A-1' }, 'now'))).reason, /must be an object/);
});

test('undefined is left out, null too, and a request may have no prototype or a class', async () => {
  const wanted = await client.hash({ layout: 'refund', parts: { amount: '5.00', invoice_id: 'A-1' } });
  class Request {
    layout = 'refund';
    parts = Object.assign(Object.create(null), { amount: '5.00', invoice_id: 'A-1', not_there: undefined });
    iv = undefined;
  }
  const given = await client.hash(new Request());
  assert.equal(given.plaintext, wanted.plaintext);
  assert.equal((await client.statusCode({ code: '41', kind: null })).known, true);
  assert.equal((await client.verifyReturn({ fields: { payment_status: '0', invoice_id: 'A-1' } })).outcome, 'failed');
});

test('the names within free objects are nobody\'s to change', async () => {
  const fields = JSON.parse('{"payment_status":"0","invoice_id":"A-1","status_code":"41","__proto__":"x","myField":"y"}');
  const claim = await client.verifyReturn({ fields });
  assert.equal(claim.statusCode, 41);
  assert.equal(Object.getPrototypeOf(fields), Object.prototype);
  assert.equal({}.x, undefined);
});

test('replies are plain data: they survive a clone and JSON, with their lists always there', async () => {
  const code = await client.statusCode({ code: '41' });
  assert.deepEqual(structuredClone(code), code);
  assert.deepEqual(JSON.parse(JSON.stringify(code)), code);
  assert.equal(Object.getPrototypeOf(code), Object.prototype);
  const table = await client.installmentTable({ amount: '100.00' });
  assert.deepEqual(table.rows, []);
  const sealed = await client.hash({ layout: 'refund', parts: { amount: '5.00', invoice_id: 'A-1' } });
  const opened = await client.openHash({ hashKey: sealed.hashKey, layout: 'refund' });
  assert.deepEqual(structuredClone(opened), opened);
});

test('nothing printed of a client holds its keys', async () => {
  const shown = [inspect(client, { showHidden: true, depth: Infinity, getters: true }), String(client), JSON.stringify(client)];
  for (const secret of SECRETS.slice(0, 2)) assert.ok(!shown.join().includes(secret));
  assert.equal(inspect(client), 'Halkode {}');
  assert.deepEqual(Reflect.ownKeys(client), []);
});

test('an error shows its attributes, and its stack leads to the caller', async () => {
  async function checkout() {
    await client.pay2d(sale({ number: '4155650100416112' }));
  }
  const error = await refused(checkout());
  assert.match(error.stack, /^RequestError: card\.number .*\n/);
  assert.match(error.stack, /at async Halkode\.pay2d \(/);
  assert.match(error.stack, /at async checkout \(/);
  const shown = inspect(error);
  for (const part of ["kind: 'request'", "code: 'ERR_HALKODE_REQUEST'", "field: 'card.number'", "operation: 'pay2d'"]) {
    assert.ok(shown.includes(part), shown);
  }
  assert.ok(!shown.includes('4155650100416112'));
  assert.deepEqual(Object.keys(error.toJSON()).slice(0, 3), ['name', 'reason', 'kind']);
});

test('a shop can make the errors for its own tests', () => {
  const error = new DeclinedError({ reason: 'no funds', statusCode: 41, bankCode: '51' });
  assert.equal(error.message, 'no funds');
  assert.equal(error.bankCode, '51');
  assert.equal(error.inDoubt, false);
  assert.ok(new TransportError({ reason: 'lost', inDoubt: true }).inDoubt);
});

test('a configuration from the environment and from JSON', () => {
  const { HALKODE_TIMEOUT: before } = process.env;
  process.env.HALKODE_TIMEOUT = 'soon';
  try {
    assert.throws(() => Halkode.fromEnv(), { field: 'HALKODE_TIMEOUT', message: /must be a whole number of seconds/ });
  } finally {
    if (before === undefined) delete process.env.HALKODE_TIMEOUT;
    else process.env.HALKODE_TIMEOUT = before;
  }
  assert.ok(Halkode.fromEnv() instanceof Halkode);
  assert.throws(() => Halkode.fromJson('{"app_id":'), { code: 'ERR_HALKODE_REQUEST', message: /not JSON/ });
  assert.throws(() => Halkode.fromJson(5), { field: 'config' });
  class Shop extends Halkode {}
  assert.ok(Shop.fromEnv() instanceof Shop);
});
