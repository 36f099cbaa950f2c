// The second client: what is its own, against the bank in the environment.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { inspect } from 'node:util';
import { Worker } from 'node:worker_threads';

import { CredentialsError, DeclinedError, Halkbank, Halkode, RequestError, SignatureError, TransportError } from 'halkode';

import { BANK_CARD, BANK_NO_FUNDS_CARD, Relay, bankConfig, bankSale, control, invoice, sale } from './bank.js';

const client = Halkbank.fromEnv();
const PAGE = 'http://127.0.0.1:9/donus';
const form = (changes = {}) => ({
  storeType: '3d_pay_hosting',
  orderId: invoice(),
  total: '75.50',
  okUrl: PAGE,
  failUrl: PAGE,
  ...changes,
});

/** The error that a call ends with; nothing secret is in it, whatever way it is printed. */
async function failure(call, secrets = []) {
  const error = await Promise.resolve()
    .then(call)
    .then((reply) => assert.fail(`the call should have failed: ${inspect(reply)}`), (caught) => caught);
  const printed = [String(error), error.stack, JSON.stringify(error), inspect(error, { showHidden: true, depth: Infinity })].join('\n');
  for (const secret of [BANK_CARD.number, BANK_NO_FUNDS_CARD.number, bankConfig().apiPassword, ...secrets]) {
    assert.ok(!printed.includes(secret), printed);
  }
  return error;
}

/** The body that the bank's page posts to the shop when the buyer's visit has ended. */
async function posted(gate, outcome = 'approve', card = undefined) {
  const fields = new URLSearchParams(gate.fields.map(({ name, value }) => [name, value]));
  const answer = await fetch(gate.action, { method: 'POST', body: fields, redirect: 'manual' });
  assert.ok(answer.status < 400, await answer.text());
  const back = await control(`halkbank/orders/${fields.get('oid')}/3d`, { outcome, card });
  assert.equal(back.url, PAGE);
  return back.fields;
}

const bodyOf = (fields) => new URLSearchParams(Object.entries(fields)).toString();
const net = async (orderId) => (await control(`halkbank/orders/${orderId}`)).net;

test('a sale on the page of the bank: a form without card and key, a callback, a void', async () => {
  const order = form();
  const gate = await client.gateForm(order);
  assert.deepEqual(structuredClone(gate), gate);
  assert.match(gate.html, /<form/);
  const back = await posted(gate);
  const { orderId, total } = order;
  const callback = await client.verifyCallback({ body: bodyOf(back), orderId, total });
  assert.equal(callback.outcome, 'paid');
  assert.equal(callback.signed, true);
  assert.deepEqual(await client.verifyCallback({ fields: back, orderId, total }), callback);
  for (const [changed, asked] of [
    [{ amount: '1.00' }, { orderId, total }],
    [{ amount: '1.00' }, { orderId, total: '1.00' }],
    [{}, { orderId, total: '75.51' }],
    [{}, { orderId: invoice(), total }],
    [{}, { orderId, total, currency: 'USD' }],
    [{ HASH: '' }, { orderId, total }],
  ]) {
    const error = await failure(() => client.verifyCallback({ body: bodyOf({ ...back, ...changed }), ...asked }));
    assert.ok(error instanceof SignatureError, inspect(error));
    assert.equal(error.code, 'ERR_HALKODE_SIGNATURE');
    assert.equal(error.invoiceId, asked.orderId);
  }
  assert.equal(await net(orderId), '75.50');
  const confirmed = await client.confirmCallback({ body: bodyOf(back), orderId, total });
  assert.deepEqual([confirmed.paid, confirmed.state, confirmed.status.capturedAmount], [true, 'paid', '75.50']);
  assert.deepEqual(confirmed.callback, callback);
  const undone = await client.cancelOrRefund({ orderId });
  assert.equal(undone.by, 'void');
  assert.equal((await client.cancelOrRefund({ orderId })).by, 'before');
  assert.equal(await net(orderId), '0.00');
});

test('what was taken against the shop\'s own rule is told, and given back', async () => {
  const order = form();
  const { orderId, total } = order;
  const gate = await client.gateForm(order);
  const body = bodyOf(await posted(gate, 'approve', '5404350000000026'));
  const { paid, state, callback } = await client.confirmCallback({ body, orderId, total });
  assert.deepEqual([paid, state, callback.outcome, callback.mdStatus], [false, 'paid', 'unaccepted', '2']);
  const lenient = new Halkbank(bankConfig({ mdStatus: 'half' }));
  assert.equal((await lenient.confirmCallback({ body, orderId, total })).paid, true);
  assert.equal((await client.cancelOrRefund({ orderId })).by, 'void');
  assert.equal((await lenient.confirmCallback({ body, orderId, total })).paid, false);
});

test('a buyer who gives up is not paid', async () => {
  const order = form();
  const { orderId, total } = order;
  const fields = await posted(await client.gateForm(order), 'cancel');
  const { outcome, extra } = await client.verifyCallback({ fields, orderId, total });
  assert.equal(outcome, 'not_paid');
  assert.equal(extra, undefined);
});

test('the fields of a callback go through untouched: dots, empty texts, blanks, names of methods', async () => {
  const orderId = invoice();
  const posts = {
    ReturnOid: orderId,
    'EXTRA.CARDISSUER': 'TÜRKİYE İŞ BANKASI ',
    maskedCreditCard: '',
    order_id: 'my_own',
    ' blank ': ' both sides ',
    firmaadi: 'a|b\\c',
    constructor: 'x',
  };
  const storeKey = 'anahtar|1';
  const own = new Halkbank(bankConfig({ storeKey }));
  const { hash } = await own.ver3Hash({ fields: posts });
  // The same names and values, by the other door: what the typed one passes on is what the caller gave.
  const named = await own.call('ver3_hash', { fields: posts });
  assert.equal(named.hash, hash);
  const request = { orderId, total: '1.00', fields: { ...posts, HASH: hash } };
  assert.equal((await own.verifyCallback(request)).signed, true);
  for (const spoilt of [
    { 'EXTRA.CARDISSUER': 'TÜRKİYE İŞ BANKASI' },
    { order_id: 'my own' },
    { firmaadi: 'a|bc' },
    { constructor: '' },
  ]) {
    const fields = { ...request.fields, ...spoilt };
    assert.equal((await own.verifyCallback({ ...request, fields })).signed, false, JSON.stringify(spoilt));
  }
});

test('names of free objects stay as the caller wrote them', async () => {
  const additional = { my_field: '', 'Own.Name': 'a_b', EXTRA_x: 'ğüş' };
  const { fields } = await client.gateForm(form({ additional }));
  const there = Object.fromEntries(fields.map(({ name, value }) => [name, value]));
  for (const [name, value] of Object.entries(additional)) assert.equal(there[name], value);
  const error = await failure(() => client.verifyCallback({ orderId: 'A-1', total: '1.00', fields: { order_id: ['A-1'] } }));
  assert.equal(error.field, 'fields.order_id');
});

test('3-D Secure that the shop completes: authenticated, then provisioned once', async () => {
  const order = form({ storeType: '3d_hosting' });
  const { orderId, total } = order;
  const callback = await client.verifyCallback({ body: bodyOf(await posted(await client.gateForm(order))), orderId, total });
  assert.equal(callback.outcome, 'authenticated');
  assert.equal(await net(orderId), '0.00');
  const { md, xid, eci, cavv } = callback;
  const payment = await client.provision({ orderId, total, md, xid, eci, cavv });
  assert.equal(payment.procReturnCode, '00');
  assert.equal(await net(orderId), total);
  await failure(() => client.provision({ orderId, total, md, xid, eci, cavv }), [md]);
  assert.equal(await net(orderId), total);
});

test('a lost answer is in doubt; settle says paid; the card was charged once', async () => {
  await control('faults', { path: 'api', fault: 'done_no_answer', times: 1 });
  const order = bankSale();
  const error = await failure(() => client.sale(order));
  assert.ok(error instanceof TransportError, inspect(error));
  assert.equal(error.inDoubt, true);
  assert.equal(error.sent, 'unknown');
  assert.equal(error.invoiceId, order.orderId);
  const { state, decided, status } = await client.settle({ orderId: error.invoiceId, deadline: 30, spacing: 2 });
  assert.equal(state, 'paid');
  assert.equal(decided, true);
  assert.equal(status.capturedAmount, '149.90');
  assert.equal(await net(order.orderId), '149.90');
});

test('a declined card says why, and a refund too early names its code', async () => {
  const poor = bankSale({ card: BANK_NO_FUNDS_CARD });
  const error = await failure(() => client.sale(poor));
  assert.ok(error instanceof DeclinedError, inspect(error));
  assert.equal(error.operation, 'sale');
  assert.equal(error.invoiceId, poor.orderId);
  assert.equal(error.bankCode, '51');
  assert.match(error.explanationTr, /[bB]akiye|limit/);
  const order = bankSale();
  await client.sale(order);
  const early = await failure(() => client.refund({ orderId: order.orderId, amount: '49.90' }));
  assert.ok(early instanceof DeclinedError, inspect(early));
  assert.equal(early.errorCode, 'CORE-2508');
  assert.equal(early.toJSON().errorCode, 'CORE-2508');
  assert.ok(inspect(early).includes("errorCode: 'CORE-2508'"));
  await control('halkbank/dayclose', {});
  await client.refund({ orderId: order.orderId, amount: '49.90' });
  assert.equal(await net(order.orderId), '100.00');
});

test('a wrong password is a credentials error, told without the password', async () => {
  const apiPassword = 'YANLIS-PAROLA-7';
  const order = bankSale();
  const error = await failure(() => new Halkbank(bankConfig({ apiPassword })).sale(order), [apiPassword]);
  assert.ok(error instanceof CredentialsError, inspect(error));
  assert.equal(error.code, 'ERR_HALKODE_CREDENTIALS');
  assert.equal(error.inDoubt, false);
  assert.equal((await client.orderStatus({ orderId: order.orderId })).state, 'not_found');
});

test('no key in anything printed of a client, in a form, or in an error', async () => {
  const storeKey = 'GIZLI-ANAHTAR-9';
  const apiUser = 'gizlikullanici';
  const own = new Halkbank(bankConfig({ storeKey, apiUser }));
  assert.equal(inspect(own, { showHidden: true, depth: Infinity, getters: true }), 'Halkbank {}');
  assert.equal(JSON.stringify(own), '{}');
  assert.deepEqual(Reflect.ownKeys(own), []);
  const made = JSON.stringify(await own.gateForm(form({ storeType: '3d_pay', card: BANK_CARD })));
  for (const secret of [storeKey, apiUser, bankConfig().apiPassword]) assert.ok(!made.includes(secret));
  for (const [name, value] of Object.entries({ clientId: 'x123456789', storeKey: ` ${storeKey}`, apiUser: `${apiUser}\n`, apiPassword: '' })) {
    const error = await failure(() => new Halkbank(bankConfig({ [name]: value })), [storeKey, apiUser, 'x123456789']);
    assert.ok(error instanceof RequestError, inspect(error));
    assert.equal(error.field, name);
  }
});

test('what the configuration lacks is named as a shop in JavaScript spells it', async () => {
  const bare = new Halkbank({ clientId: '500100000', environment: 'test' });
  const form_error = await failure(() => bare.gateForm(form()));
  assert.equal(form_error.field, 'storeKey');
  assert.equal(form_error.reason, 'storeKey is missing from the configuration');
  assert.equal(form_error.operation, 'gateForm');
  const sale_error = await failure(() => bare.sale(bankSale()));
  assert.equal(sale_error.field, 'apiUser');
  assert.equal(sale_error.sent, 'no');
  const named = await failure(() => bare.call('sale', { order_id: 'A-1', total: '1.00', card: { number: BANK_CARD.number, expiry_month: '12', expiry_year: '2040' } }));
  assert.equal(named.field, 'api_user');
  const nowhere = await failure(() => new Halkbank(bankConfig({ baseUrl: undefined })).orderStatus({ orderId: 'A-1' }));
  assert.equal(nowhere.field, 'environment');
  assert.match(nowhere.reason, /give a baseUrl$/);
  const misspelled = await failure(() => new Halkbank(bankConfig({ store_key: 'x' })));
  assert.match(misspelled.reason, /did you mean storeKey\?/);
  const others = await failure(() => new Halkbank({ appId: 'a', appSecret: 'b', merchantKey: 'c' }));
  assert.equal(others.field, 'appId');
});

test('a configuration from the environment and from JSON', async () => {
  const { HALKBANK_MD_STATUS: before } = process.env;
  process.env.HALKBANK_MD_STATUS = 'some';
  try {
    assert.throws(() => Halkbank.fromEnv(), { field: 'HALKBANK_MD_STATUS', code: 'ERR_HALKODE_REQUEST' });
  } finally {
    if (before === undefined) delete process.env.HALKBANK_MD_STATUS;
    else process.env.HALKBANK_MD_STATUS = before;
  }
  const { clientId: client_id, apiUser: api_user, apiPassword: api_password, baseUrl: base_url } = bankConfig();
  const made = Halkbank.fromJson(JSON.stringify({ client_id, api_user, api_password, base_url }));
  assert.equal((await made.orderStatus({ orderId: invoice() })).state, 'not_found');
  assert.ok(client instanceof Halkbank && !(client instanceof Halkode));
});

test('operations of one name are each gateway\'s own', async () => {
  const halkode = Halkode.fromEnv();
  const bought = sale();
  await halkode.pay2d(bought);
  const order = bankSale();
  await client.sale(order);
  assert.equal((await halkode.settle({ invoiceId: bought.invoiceId })).state, 'paid');
  assert.equal((await client.settle({ orderId: order.orderId })).state, 'paid');
  const books = await client.reconcile({ records: [{ invoiceId: order.orderId, amount: '149.90' }] });
  assert.deepEqual([books.done, books.matched, books.rows[0].gatewayState], [true, 1, 'paid']);
  const { approved, document } = await client.raw({ document: { OrderId: order.orderId, Extra: { ORDERSTATUS: 'QUERY' } } });
  assert.deepEqual([approved, document.Extra.ORD_ID], [true, order.orderId]);
  await halkode.refund({ invoiceId: bought.invoiceId });
  for (const [call, field] of [
    [() => client.refund({ invoiceId: 'A-1' }), 'invoiceId'],
    [() => halkode.refund({ orderId: 'A-1' }), 'orderId'],
    [() => client.settle({ invoiceId: 'A-1' }), 'invoiceId'],
    [() => halkode.settle({ orderId: 'A-1' }), 'orderId'],
    [() => client.raw({ path: '/api/refund' }), 'path'],
    [() => halkode.raw({ document: {} }), 'document'],
    [() => client.reconcile({ fromDate: '2026-01-01' }), 'fromDate'],
  ]) {
    const error = await failure(call);
    assert.equal(error.field, field, error.reason);
    assert.equal(error.sent, 'no');
  }
  const unknown = await failure(() => client.call('pay_2d', {}));
  assert.match(unknown.reason, /^operation is unknown; the operations are gate_form, /);
});

test('a signal ends a question at once; a payment on its way ends with its real outcome', { timeout: 60_000 }, async (context) => {
  const relay = await Relay.start();
  context.after(() => relay.stop());
  const relayed = new Halkbank(bankConfig({ baseUrl: new URL('/fim', relay.baseUrl).href }));
  const controller = new AbortController();
  const asked = relay.next('/fim/api');
  const query = failure(() => relayed.orderStatus({ orderId: invoice() }, { signal: controller.signal }));
  const question = await asked;
  controller.abort();
  assert.equal((await query).name, 'AbortError');
  question.release();

  const other = new AbortController();
  const order = bankSale();
  const held = relay.next('/fim/api', order.orderId);
  const payment = relayed.sale(order, { signal: other.signal });
  const request = await held;
  other.abort();
  request.release();
  assert.equal((await payment).response, 'Approved');
  assert.equal(await net(order.orderId), '149.90');
});

test("a client of a worker thread comes from the worker's own environment", { timeout: 60_000 }, async () => {
  const script = `
    import { Halkbank } from 'halkode';
    import { parentPort } from 'node:worker_threads';
    const { state } = await Halkbank.fromEnv().orderStatus({ orderId: 'NOBODYS-1' });
    parentPort.postMessage(state);
  `;
  const text = script.replace("'halkode'", JSON.stringify(import.meta.resolve('halkode')));
  const file = new URL(`data:text/javascript,${encodeURIComponent(text)}`);
  const worker = new Worker(file, { env: process.env });
  const [[said], [code]] = await Promise.all([once(worker, 'message'), once(worker, 'exit')]);
  assert.deepEqual([said, code], ['not_found', 0]);
  // The bank does not know this user; the process' own variables say otherwise.
  const stranger = new Worker(file, { env: { ...process.env, HALKBANK_API_USER: 'baskasi' } });
  const [error] = await once(stranger, 'error');
  assert.equal(error.code, 'ERR_HALKODE_CREDENTIALS');
});
