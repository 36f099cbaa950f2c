// A worker thread (or a process) that makes calls of its own: `workerData`, or the message of a parent process, says which.
import { isMainThread, parentPort, workerData } from 'node:worker_threads';

import { Halkode } from 'halkode';

const say = (message) => (isMainThread ? process.send(message) : parentPort.postMessage(message));

/** Sales and queries side by side; what came of each. */
async function shop({ invoices, baseUrl }) {
  const client = baseUrl === undefined ? Halkode.fromEnv() : new Halkode({ ...keys(), baseUrl });
  const calls = invoices.map((invoiceId) => client.checkStatus({ invoiceId }));
  const states = await Promise.all(calls.map((call) => call.then(({ state }) => state)));
  say({ states, pid: process.pid });
}

function keys() {
  const { HALKODE_APP_ID: appId, HALKODE_APP_SECRET: appSecret, HALKODE_MERCHANT_KEY: merchantKey } = process.env;
  return { appId, appSecret, merchantKey };
}

if (isMainThread) {
  process.once('message', async (work) => {
    await shop(work);
    process.disconnect();
  });
} else {
  await shop(workerData);
}
