// What nobody should do to the native door, or send through it: it must end in an error, never in a crash or a panic.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { test } from 'node:test';

import { Halkbank, Halkode, HalkodeError } from 'halkode';

import { bankConfig, config } from './bank.js';

const native = createRequire(import.meta.url)('../../bindings-node/build/halkode.node');
const { clients, $defs } = JSON.parse(readFileSync(new URL('../../include/halkode.schema.json', import.meta.url), 'utf8'));
// Without an address, so that nothing is sent.
const keys = config({ baseUrl: undefined });

test('the native door takes what it is made for, and nothing else', async () => {
  const { appId: app_id, appSecret: app_secret, merchantKey: merchant_key } = keys;
  const door = native.open('Halkode', JSON.stringify({ app_id, app_secret, merchant_key }));
  const stop = native.stopper();
  for (const given of [
    [],
    [door],
    [stop, 'token', '{}', stop],
    [door, 'token', '{}', door],
    [{}, 'token', '{}', stop],
    [door, 5, '{}', stop],
    [door, 'token', {}, stop],
    [door, 'token', '{}'],
    [null, null, null, null],
  ]) {
    assert.throws(() => native.call(...given), Error);
  }
  for (const given of [[], ['Halkode'], ['Halkode', 5], [5, '{}'], ['Halkode', { A: 5 }]]) {
    assert.throws(() => native.open(...given), Error);
  }
  assert.throws(() => native.stop(door), Error);
  assert.equal(JSON.parse(native.open('Nobody', '{}')).field, 'gateway');
  assert.equal(JSON.parse(native.open('Halkode', '\0')).kind, 'request');
  // Stopped before it began: nothing is sent.
  assert.equal(native.stop(stop), true);
  const { error } = await native.call(door, 'check_status', '{"invoice_id":"A-1"}', stop);
  assert.equal(JSON.parse(error).sent, 'no');
  assert.equal(native.stop(stop), false);
});

for (const [gateway, client, least] of [
  ['halkode', new Halkode(keys), 5000],
  ['halkbank', new Halkbank(bankConfig({ baseUrl: undefined })), 2500],
]) test(`no request to ${gateway} makes the library panic`, async () => {
  const odd = [null, true, '', ' ', '\0', 'ı'.repeat(70_000), '-', '99999999999999999999', [], [[]], {}, { a: {} }, [null]];
  const numbers = ['0', '-1', '1e999', '-0.0', '9223372036854775807', '9223372036854775808', '4294967296', '0.005'];
  const values = [...odd.map((value) => JSON.stringify(value)), ...numbers, '['.repeat(200) + ']'.repeat(200)];
  let refused = 0;
  for (const [operation, { request }] of Object.entries(clients[gateway].operations)) {
    const { properties } = $defs[request.$ref.split('/').at(-1)];
    const requests = values.flatMap((value) => [
      value,
      ...Object.keys(properties).map((field) => `{${JSON.stringify(field)}:${value}}`),
      `{${Object.keys(properties).map((field) => `${JSON.stringify(field)}:${value}`).join()}}`,
    ]);
    await Promise.all(
      requests.map((text) =>
        client.callJson(operation, text).catch((error) => {
          assert.ok(error instanceof HalkodeError && error.kind !== 'internal', `${operation} ${text.slice(0, 100)}: ${error}`);
          refused += 1;
        }),
      ),
    );
  }
  assert.ok(refused > least, `${refused} requests were refused`);
});
