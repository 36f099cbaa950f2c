// What goes wrong with money, against the bank.
import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { test } from 'node:test';
import { inspect } from 'node:util';

import { CredentialsError, DeclinedError, Halkode, HalkodeError, RequestError, TransportError } from 'halkode';

import { NO_FUNDS_CARD, charges, config, control, invoice, sale } from './bank.js';

const client = Halkode.fromEnv();

/** The error that a call ends with. */
async function failure(call) {
  try {
    await call;
  } catch (error) {
    return error;
  }
  throw new assert.AssertionError({ message: 'the call should have failed' });
}

test('a sale, refunded in part and then to the end', async () => {
  const order = sale({ items: [{ name: 'Çanta', price: '74.95', quantity: 2 }] });
  const payment = await client.pay2d(order);
  assert.equal(payment.invoiceId, order.invoiceId);
  assert.equal(typeof payment.orderId, 'string');
  await client.refund({ invoiceId: order.invoiceId, amount: '49.90' });
  const status = await client.checkStatus({ invoiceId: order.invoiceId });
  assert.equal(status.state, 'partially_refunded');
  assert.equal(status.productPrice, '149.90');
  assert.equal(status.totalRefundedAmount, '49.90');
  // The bank wants half a minute between two refunds, and two seconds between two equal requests.
  await control('clock', { advance_seconds: 31 });
  await client.refund({ invoiceId: order.invoiceId });
  assert.equal((await client.checkStatus({ invoiceId: order.invoiceId })).state, 'refunded');
});

test('a whole number is an exact amount, a fraction may not be one', async () => {
  const order = sale({ total: 20 });
  await client.pay2d(order);
  assert.equal((await client.checkStatus({ invoiceId: order.invoiceId })).productPrice, '20.00');
  for (const [total, said] of [
    [149.9, /a number with a fraction; write amounts as text/],
    ['149,90', /comma/],
    ['149.905', /two decimals/],
    ['0.1e1', /decimal/],
    ['-5', /more than zero/],
  ]) {
    const error = await failure(client.pay2d(sale({ total })));
    assert.ok(error instanceof RequestError, inspect(error));
    assert.equal(error.field, 'total');
    assert.equal(error.sent, 'no');
    assert.match(error.reason, said);
  }
});

test('a declined card says why, in Turkish too', async () => {
  const order = sale({ number: NO_FUNDS_CARD });
  const error = await failure(client.pay2d(order));
  assert.ok(error instanceof DeclinedError && error instanceof HalkodeError && error instanceof Error);
  assert.equal(error.name, 'DeclinedError');
  assert.equal(error.kind, 'declined');
  assert.equal(error.code, 'ERR_HALKODE_DECLINED');
  assert.equal(error.operation, 'pay2d');
  assert.equal(error.invoiceId, order.invoiceId);
  assert.equal(error.bankCode, '51');
  assert.equal(error.sent, 'yes');
  assert.equal(error.inDoubt, false);
  assert.equal(typeof error.statusCode, 'number');
  assert.match(error.explanationTr, /[bB]akiye/);
  assert.ok(error.adviceTr && error.adviceEn && error.explanationEn);
  assert.equal(error.message, error.reason);
  assert.equal(await charges(order.invoiceId), 0);
});

test('wrong keys are told before any money could move', async () => {
  const wrong = new Halkode(config({ appSecret: '00000000000000000000000000000000' }));
  const error = await failure(wrong.pay2d(sale()));
  assert.ok(error instanceof CredentialsError, inspect(error));
  assert.equal(error.code, 'ERR_HALKODE_CREDENTIALS');
  assert.equal(error.inDoubt, false);
});

test('no network: nothing was sent, and nothing is in doubt', async () => {
  const listener = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => listener.once('listening', resolve));
  const { port } = listener.address();
  await new Promise((resolve) => listener.close(resolve));
  const error = await failure(new Halkode(config({ baseUrl: `http://127.0.0.1:${port}/ccpayment` })).pay2d(sale()));
  assert.ok(error instanceof TransportError, inspect(error));
  assert.equal(error.sent, 'no');
  assert.equal(error.inDoubt, false);
});

test('a lost answer is in doubt; settle says paid; the card was charged once', async () => {
  await control('faults', { path: 'paySmart2D', fault: 'done_no_answer', times: 1 });
  const order = sale();
  const error = await failure(client.pay2d(order));
  assert.ok(error instanceof TransportError, inspect(error));
  assert.equal(error.sent, 'unknown');
  assert.equal(error.inDoubt, true);
  assert.equal(error.invoiceId, order.invoiceId);
  const settled = await client.settle({ invoiceId: error.invoiceId, deadline: 30, spacing: 2 });
  assert.equal(settled.state, 'paid');
  assert.equal(settled.decided, true);
  assert.equal(settled.status.productPrice, '149.90');
  assert.equal(await charges(order.invoiceId), 1);
});

test('a time limit that runs out is in doubt for a payment', async () => {
  await control('faults', { path: 'paySmart2D', fault: 'hang', times: 1 });
  const hurried = new Halkode(config({ timeout: 1 }));
  const order = sale();
  const error = await failure(hurried.pay2d(order));
  assert.ok(error instanceof TransportError, inspect(error));
  assert.equal(error.inDoubt, true);
  assert.equal(error.sent, 'unknown');
});

test('3-D Secure: a form, a claim, and only then a fact', async () => {
  const invoiceId = invoice();
  const { card, ...order } = sale({ invoiceId, total: '75.50' });
  const form = await client.pay3dForm({
    ...order,
    card,
    returnUrl: 'http://127.0.0.1:9/donus',
    cancelUrl: 'http://127.0.0.1:9/iptal',
  });
  assert.match(form.html, /<form/);
  const body = new URLSearchParams(form.fields.map(({ name, value }) => [name, value]));
  await fetch(form.action, { method: 'POST', body, redirect: 'manual' });
  const { fields } = await control(`orders/${invoiceId}/3d`, { outcome: 'approve' });
  const claim = await client.verifyReturn({ fields, invoiceId, total: '75.50' });
  assert.equal(claim.outcome, 'succeeded');
  assert.equal(await charges(invoiceId), 0);
  const confirmation = await client.confirmReturn({ fields, invoiceId, total: '75.50' });
  assert.equal(confirmation.paid, true);
  assert.equal(confirmation.completedNow, true);
  assert.equal(confirmation.claim.bound, true);
  await control('clock', { advance_seconds: 3 });
  const reloaded = await client.confirmReturn({ fields, invoiceId, total: '75.50' });
  assert.equal(reloaded.paid, true);
  assert.equal(reloaded.completedNow, false);
  assert.equal(await charges(invoiceId), 1);
  const forged = await failure(client.confirmReturn({ fields, invoiceId, total: '7.50' }));
  assert.equal(forged.kind, 'signature');
});

test('the instalment table is made of what get_pos said', async () => {
  const { data } = await client.getPos({ creditCard: '415565', amount: '300.00', currency: 'TRY' });
  const { rows } = await client.installmentTable({ amount: '300.00', data });
  assert.ok(rows.length > 1);
  for (const { total, installments, count } of rows) {
    assert.equal(installments.length, count);
    const kurus = (amount) => BigInt(amount.replace('.', ''));
    assert.equal(installments.reduce((sum, part) => sum + kurus(part), 0n), kurus(total));
  }
});

test('by name: the names that all languages share, in and out', async () => {
  const order = sale();
  await client.pay2d(order);
  const status = await client.call('check_status', { invoice_id: order.invoiceId });
  assert.equal(status.product_price, '149.90');
  const text = await client.callJson('check_status', JSON.stringify({ invoice_id: order.invoiceId }));
  assert.equal(JSON.parse(text).state, 'paid');
  const misspelled = await failure(client.call('check_status', { invoiceId: order.invoiceId }));
  assert.match(misspelled.reason, /did you mean invoice_id\?/);
  assert.equal(misspelled.operation, 'check_status');
  const unknown = await failure(client.call('charge', {}));
  assert.ok(unknown instanceof RequestError && unknown.field === 'operation', inspect(unknown));
});
