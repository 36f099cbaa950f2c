// The snippets of the README, run in their order as one program.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { promisify } from 'node:util';

import { GOOD_CARD } from './bank.js';

const run = promisify(execFile);

const BEFORE = `
import { control } from './bank.js';
let handler, bankHandler;
const app = { all: (path, given) => (handler = given), post: (path, parser, given) => (bankHandler = given) };
const express = { text: () => undefined };
const orders = new Map([
  ['ORDER-1002-1', { invoiceId: 'ORDER-1002-1', total: '75.50' }],
  ['ORDER1003', { orderId: 'ORDER1003', total: '75.50' }],
]);
const response = {
  redirect: (status, place) => console.log(status + ' ' + place),
  status: (status) => ({ send: () => console.log(status) }),
};
`;

// The buyer pays on Halkbank's page and comes back, the second time with another amount: before anything is given back.
const PAID_AT_THE_BANK = `
const visit = new URLSearchParams(form.fields.map(({ name, value }) => [name, value]));
const gate = await fetch(form.action, { method: 'POST', body: visit, redirect: 'manual' });
if (gate.status >= 400) throw new Error(await gate.text());
const back = await control('halkbank/orders/ORDER1003/3d', { outcome: 'approve' });
for (const forged of [{}, { amount: '1.00' }]) {
  await bankHandler({ body: new URLSearchParams({ ...back.fields, ...forged }).toString() }, response);
}
`;

// The buyer passes 3-D Secure and comes back to the handler of the README.
const AFTER = `
const card = { cc_holder_name: 'Ayşe Yılmaz', cc_no: '${GOOD_CARD}', expiry_month: '12', expiry_year: '2040', cvv: '555' };
const [, action] = /<form[^>]* action="([^"]*)"/.exec(html);
const hidden = [...html.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)"/g)].map(([, name, value]) =>
  [name, value].map((text) => text.replace(/&#(\\d+);/g, (_, code) => String.fromCodePoint(code)).replaceAll('&quot;', '"').replaceAll('&amp;', '&')));
const posted = await fetch(action, { method: 'POST', body: new URLSearchParams([...hidden, ...Object.entries(card)]), redirect: 'manual' });
if (posted.status >= 400) throw new Error(await posted.text());
const { fields } = await control('orders/' + invoiceId + '/3d', { outcome: 'approve' });
await handler({ query: fields }, response);
console.log(other instanceof Halkode);
`;

test('the snippets of the README run', async () => {
  const readme = readFileSync(new URL('../../bindings-node/README.md', import.meta.url), 'utf8');
  const snippets = [...readme.matchAll(/^```js\n(.*?)^```$/gms)].map(([, snippet]) => snippet);
  assert.equal(snippets.length, 9);
  snippets.splice(7, 0, PAID_AT_THE_BANK);
  const program = [BEFORE, ...snippets, AFTER].join('\n');
  const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', program], { cwd: import.meta.dirname });
  assert.match(stdout, /^paid, order \w+\n303 \/thanks\n400\ngiven back by void\npaid, 149\.90 TRY\n303 \/thanks\ntrue\n$/);
});
