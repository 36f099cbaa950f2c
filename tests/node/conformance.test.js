import assert from 'node:assert/strict';
import { describe, it, test } from 'node:test';

import { counts, files, load, run, titles } from './conformance.js';
import { parse } from './exact.js';

/** Most cases take a few milliseconds, some wait for seconds: enough that the slow ones wait side by side. */
const TOGETHER = { concurrency: 32 };
/** How many there are at least; what stands in the files and did not run is told in any case. */
const CASES = { halkode: 1265, halkbank: 1440 };
/** What goes by name is misspelled, or has a number that JavaScript would write differently. */
const TYPED = 2650;

const ran = new Set();

describe('conformance', TOGETHER, () => {
  for (const file of files()) {
    describe(file, TOGETHER, () => {
      for (const given of load(file)) {
        it(given.name, async () => {
          ran.add(given.title);
          assert.deepEqual(await run(given), []);
        });
      }
    });
  }
});

test('all cases ran, nearly all through typed methods', (context) => {
  context.diagnostic(`${counts.typed} cases through typed methods, ${counts.named} by name`);
  for (const [gateway, there] of Object.entries(titles())) {
    const left = there.filter((title) => !ran.has(title));
    context.diagnostic(`${there.length} cases of ${gateway}`);
    assert.deepEqual(left, []);
    assert.equal(new Set(there).size, there.length);
    assert.ok(there.length >= CASES[gateway], `only ${there.length} cases of ${gateway}`);
  }
  assert.ok(counts.typed >= TYPED, JSON.stringify(counts));
});

/** A case of the suite by its title, with one thing about it changed. */
function changed(title, path, value) {
  const [file, name] = title.split(': ', 2);
  const found = load(`${file}.json`).find((given) => given.name.startsWith(name));
  assert.ok(found, title);
  const copy = structuredClone(found);
  // structuredClone keeps data but not classes, and numbers are of one here.
  const made = revive(copy);
  let at = made;
  for (const step of path.slice(0, -1)) at = at[step];
  if (path.length > 0) at[path.at(-1)] = parse(value);
  return made;
}

function revive(value) {
  if (Array.isArray(value)) return value.map(revive);
  if (typeof value !== 'object' || value === null) return value;
  if (Object.keys(value).length === 1 && 'text' in value && /^-?\d/.test(value.text)) return parse(value.text);
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, revive(inner)]));
}

describe('a case that does not hold is told', TOGETHER, () => {
  const SALE = 'halkode/pay_2d: minimal request, whole reply';
  const DECLINED = 'halkode/pay_2d: declined by the bank';
  const REFUSED = 'halkode/pay_2d: total zero';
  const HASH = 'halkode/hash: refund';
  const RETURN = 'halkode/verify_return: success bound to the order, whole claim';
  const BANK_SALE = 'halkbank/sale: whole reply';
  const BANK_REFUSED = 'halkbank/sale: 121 recurring payments';
  const FORM = 'halkbank/gate_form: 3d_pay_hosting';
  const HASHED = ['reply', 'fields', 12, 'value'];
  const exchange = '[{"expect":{"path":"/api/paySmart2D","body":{}},"answer":{"json":{}}}]';
  for (const [title, path, value, told] of [
    [SALE, ['reply', 'payment_method'], '2', 'reply.payment_method: expected 2'],
    [SALE, ['reply', 'merchant_commission'], '"0.0"', 'reply.merchant_commission'],
    [SALE, ['reply', 'more'], '1', 'reply.more: expected 1, got nothing'],
    [SALE, ['reply'], '{"status_code":100}', 'expected nothing, got'],
    [SALE, ['exchanges', 0, 'expect', 'body', 'total'], '22.00', 'body.total: expected 22.00, got "22.00"'],
    [SALE, ['exchanges', 0, 'expect', 'body', 'hash_key'], '{"$hash":"22|1|TRY|x|A-1"}', 'expected a hash of'],
    [SALE, ['exchanges', 0, 'expect', 'path'], '"/api/paySmart3D"', '/api/paySmart3D'],
    [SALE, ['exchanges'], '[]', 'was not expected'],
    [SALE, ['token_calls'], '2', 'expected 2 requests for a token, 1 came'],
    [DECLINED, ['error', 'kind'], '"credentials"', 'error.kind'],
    [DECLINED, ['error', 'in_doubt'], 'true', 'error.in_doubt: expected true'],
    [DECLINED, ['error', 'bank_code'], 'null', 'error.bank_code'],
    [REFUSED, ['error', 'reason_contains'], '["more than one"]', 'expected a text with "more than one"'],
    [REFUSED, ['error', 'field'], '"total_amount"', 'error.field'],
    [REFUSED, ['exchanges'], exchange, 'expected 1 requests, 0 came'],
    [REFUSED, ['config'], '{"app_secret":"RequestError"}', 'repeats the secret'],
    [REFUSED, ['error'], 'null', 'expected a reply'],
    [HASH, ['reply', 'hash_key'], '{"$hash":"5.00|A-2|x"}', 'expected a hash of'],
    [HASH, ['reply', 'hash_key'], '{"$hash":"5.00|A-1|x","secret":"merchant_key"}', 'does not open'],
    [HASH, ['reply', 'plaintext'], '{"$contains":["A-2"]}', 'expected a text with "A-2"'],
    [HASH, ['reply', 'plaintext'], '{"$anything":true}', 'expected {"$anything":true}'],
    [RETURN, ['sealed'], '"1|23.00|A-1|VP17459141322115179|TRY"', 'sealed: '],
    [BANK_SALE, ['reply', 'auth_code'], '"P90326"', 'reply.auth_code: expected "P90326"'],
    [BANK_SALE, ['exchanges', 0, 'expect', 'xml', 'CC5Request', 'Total'], '"100.26"', '100.26'],
    [BANK_SALE, ['exchanges', 0, 'expect', 'xml', 'CC5Request', 'Password'], '"{{store_key}}"', 'Password'],
    [BANK_SALE, ['token_calls'], '1', 'expected 1 requests for a token, 0 came'],
    [BANK_REFUSED, ['error', 'field'], '"recurring.cycle"', 'error.field: expected "recurring.cycle"'],
    [BANK_REFUSED, ['config'], '{"api_password":"RequestError"}', 'repeats the secret'],
    [FORM, HASHED, '{"$ver3":[["oid","A-1"]]}', 'reply: $hash: '],
    [FORM, HASHED, '{"$ver3":"nothing"}', 'expected {"$ver3":"nothing"}'],
  ]) {
    it(`${title}: ${path.join('.')} = ${value}`, async () => {
      const given = changed(title, path, value);
      if (given.error === null) delete given.error;
      const problems = await run(given);
      assert.ok(problems.some((problem) => problem.includes(told)), `${told} is not in ${JSON.stringify(problems)}`);
    });
  }
  it('unchanged, the same cases hold', async () => {
    const titles = [SALE, DECLINED, REFUSED, HASH, RETURN, BANK_SALE, BANK_REFUSED, FORM];
    for (const title of titles) assert.deepEqual(await run(changed(title, [])), [], title);
  });
});
