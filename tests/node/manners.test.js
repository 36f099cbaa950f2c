// How the package behaves in its host: the event loop, threads, processes, signals that abort.
import assert from 'node:assert/strict';
import { execFile, fork } from 'node:child_process';
import { once } from 'node:events';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { Worker } from 'node:worker_threads';

import { Halkode, TransportError } from 'halkode';

import { Relay, charges, config, control, invoice, sale } from './bank.js';

const run = promisify(execFile);
const host = (name) => new URL(`hosts/${name}`, import.meta.url).pathname;
/** A test that hangs has failed; nothing here waits that long when all is well. */
const LIMIT = { timeout: 60_000 };

let relay;
let client;
before(async () => {
  relay = await Relay.start();
  client = new Halkode(config({ baseUrl: relay.baseUrl }));
});
after(() => relay.stop());

/** Why a call failed. */
const reason = (call) => call.then((reply) => assert.fail(JSON.stringify(reply)), (error) => error);

test('timers tick while a call is on its way', LIMIT, async () => {
  const held = relay.next('paySmart2D');
  let answered = false;
  const payment = client.pay2d(sale()).finally(() => (answered = true));
  const request = await held;
  // The bank answers only after fifty turns of this very event loop: a blocked one would never get there.
  for (let turn = 0; turn < 50; turn += 1) await new Promise((resolve) => setTimeout(resolve, 1));
  assert.equal(answered, false);
  request.release();
  assert.equal((await payment).statusCode, 100);
});

test('thirty worker threads come and go with calls on their way', { timeout: 120_000 }, async () => {
  const { stdout } = await run(process.execPath, [host('many-workers.js'), '30']);
  assert.deepEqual(JSON.parse(stdout), { ended: 15, terminated: 15, states: 15 * 20 });
});

test("a worker thread's configuration comes from its own environment", LIMIT, async () => {
  const invoiceId = invoice();
  const held = relay.next('checkstatus', invoiceId);
  const env = { ...process.env, HALKODE_BASE_URL: relay.baseUrl };
  const worker = new Worker(host('worker.js'), { workerData: { invoices: [invoiceId] }, env });
  const exit = once(worker, 'exit');
  (await held).release();
  assert.deepEqual(await exit, [0]);
});

test('a process ends by itself when no call is on its way', LIMIT, async () => {
  const script = `
    import { Halkode } from 'halkode';
    const client = Halkode.fromEnv();
    process.stdout.write((await client.checkStatus({ invoiceId: 'NOBODYS-1' })).state);
  `;
  const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', script], { cwd: import.meta.dirname });
  assert.equal(stdout, 'not_found');
});

test('process.exit does not wait for the next question of settle', LIMIT, async () => {
  const held = relay.next('checkstatus');
  const env = { ...process.env, HALKODE_BASE_URL: relay.baseUrl };
  const child = fork(host('leaves.js'), { env });
  const exit = once(child, 'exit');
  await (await held).release();
  const asked = Date.now();
  child.send('leave');
  assert.deepEqual(await exit, [7, null]);
  // Its next question would be due 300 seconds later.
  assert.ok(Date.now() - asked < 30_000);
});

test('forked processes have clients of their own', LIMIT, async () => {
  const order = sale();
  await client.pay2d(order);
  const outcomes = [1, 2, 3].map(async () => {
    const child = fork(host('worker.js'));
    child.send({ invoices: [order.invoiceId, 'NOBODYS-1'] });
    const [[said], [code]] = await Promise.all([once(child, 'message'), once(child, 'exit')]);
    assert.notEqual(said.pid, process.pid);
    return [code, ...said.states];
  });
  for (const outcome of await Promise.all(outcomes)) assert.deepEqual(outcome, [0, 'paid', 'not_found']);
});

test('cluster workers serve side by side', LIMIT, async () => {
  const { stdout } = await run(process.execPath, [host('cluster.js')]);
  assert.deepEqual(JSON.parse(stdout), ['paid', 'paid', 'paid', 'paid']);
});

test('aborted before it began: nothing is sent', LIMIT, async () => {
  const before = relay.seen.length;
  const why = new Error('the buyer left');
  assert.equal(await reason(client.pay2d(sale(), { signal: AbortSignal.abort(why) })), why);
  assert.equal(relay.seen.length, before);
});

test('aborted while the pool is busy: rejected at once, never sent', LIMIT, async () => {
  const threads = Number(process.env.UV_THREADPOOL_SIZE ?? 4);
  const requests = Array.from({ length: threads }, () => relay.next('checkstatus'));
  const busy = Array.from({ length: threads }, () => client.checkStatus({ invoiceId: invoice() }));
  const held = await Promise.all(requests);
  const controller = new AbortController();
  const payment = reason(client.pay2d(sale(), { signal: controller.signal }));
  const before = relay.count('paySmart2D');
  controller.abort();
  assert.equal((await payment).name, 'AbortError');
  held.forEach((request) => request.release());
  await Promise.all(busy);
  assert.equal((await client.checkStatus({ invoiceId: invoice() })).state, 'not_found');
  assert.equal(relay.count('paySmart2D'), before);
});

test('aborted when a payment is on its way: its real outcome comes', LIMIT, async () => {
  const held = relay.next('paySmart2D');
  const controller = new AbortController();
  const order = sale();
  const payment = client.pay2d(order, { signal: controller.signal });
  const request = await held;
  controller.abort();
  request.release();
  assert.equal((await payment).statusCode, 100);
  assert.equal(await charges(order.invoiceId), 1);

  const lost = relay.next('paySmart2D');
  const other = new AbortController();
  const doubted = reason(client.pay2d(sale(), { signal: other.signal }));
  const cut = await lost;
  other.abort();
  cut.drop();
  const error = await doubted;
  assert.ok(error instanceof TransportError && error.inDoubt, error);
});

test('aborted while a payment waits for its token: rejected, and the payment is not sent', LIMIT, async () => {
  const fresh = new Halkode(config({ baseUrl: relay.baseUrl }));
  const held = relay.next('token');
  const controller = new AbortController();
  const payment = reason(fresh.pay2d(sale(), { signal: controller.signal }));
  const request = await held;
  const before = relay.count('paySmart2D');
  controller.abort(new Error('the buyer left'));
  request.release();
  assert.equal((await payment).message, 'the buyer left');
  assert.equal(relay.count('paySmart2D'), before);
});

test('aborted between two tries: rejected at once, and there is no further try', LIMIT, async () => {
  await control('faults', { path: 'token', fault: '503', times: 1 });
  const fresh = new Halkode(config({ baseUrl: relay.baseUrl }));
  const held = relay.next('token');
  const controller = new AbortController();
  const payment = reason(fresh.pay2d(sale(), { signal: controller.signal }));
  await (await held).release();
  const tries = relay.count('token');
  controller.abort();
  assert.equal((await payment).name, 'AbortError');
  assert.equal(relay.count('token'), tries);
});

test('aborted queries and settle end at once', LIMIT, async () => {
  for (const call of [
    (signal) => client.checkStatus({ invoiceId: invoice() }, { signal }),
    (signal) => client.settle({ invoiceId: invoice(), deadline: 3000, spacing: 300 }, { signal }),
    (signal) => client.call('check_status', { invoice_id: invoice() }, { signal }),
  ]) {
    const held = relay.next('checkstatus');
    const controller = new AbortController();
    const query = reason(call(controller.signal));
    const request = await held;
    controller.abort();
    assert.equal((await query).name, 'AbortError');
    request.release();
  }
});

test('aborted while settle waits: it asks no more, and frees its thread', LIMIT, async () => {
  const threads = Number(process.env.UV_THREADPOOL_SIZE ?? 4);
  const controller = new AbortController();
  const settles = Array.from({ length: threads }, async () => {
    const invoiceId = invoice();
    const held = relay.next('checkstatus', invoiceId);
    const settled = reason(client.settle({ invoiceId, deadline: 3000, spacing: 300 }, { signal: controller.signal }));
    await (await held).release();
    // In a list, since a promise that an async function returns would be waited for.
    return [settled];
  });
  const waiting = await Promise.all(settles);
  controller.abort();
  for (const [settled] of waiting) assert.equal((await settled).name, 'AbortError');
  const asked = relay.count('checkstatus');
  // Every thread of the pool had been taken: this call gets one only when they are free again.
  assert.equal((await client.installmentTable({ amount: '10.00' })).rows.length, 0);
  assert.equal(relay.count('checkstatus'), asked);
});

test('a signal leaves no listener behind', LIMIT, async () => {
  const controller = new AbortController();
  let listeners = 0;
  const { signal } = controller;
  for (const [name, change] of [['addEventListener', 1], ['removeEventListener', -1]]) {
    const real = signal[name].bind(signal);
    signal[name] = (...given) => {
      listeners += change;
      return real(...given);
    };
  }
  await client.statusCode({ code: '41' }, { signal });
  await reason(client.refund({}, { signal }));
  assert.equal(listeners, 0);
});
