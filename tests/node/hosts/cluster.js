// A primary that used its own client before, and workers that serve with theirs. Prints the states that all of them saw.
import cluster from 'node:cluster';
import { once } from 'node:events';

import { Halkode } from 'halkode';

import { sale } from '../bank.js';

const client = Halkode.fromEnv();
if (cluster.isPrimary) {
  const order = sale();
  await client.pay2d(order);
  const workers = [1, 2, 3].map(() => cluster.fork({ INVOICE: order.invoiceId }));
  const states = await Promise.all(workers.map(async (worker) => (await once(worker, 'message'))[0]));
  await Promise.all(workers.map((worker) => (worker.isDead() ? undefined : once(worker, 'exit'))));
  states.push((await client.checkStatus({ invoiceId: order.invoiceId })).state);
  process.stdout.write(JSON.stringify(states));
} else {
  const { state } = await client.checkStatus({ invoiceId: process.env.INVOICE });
  process.send(state, () => process.disconnect());
}
