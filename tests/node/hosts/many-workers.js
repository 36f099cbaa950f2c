// Worker threads that come and go with calls on their way. This thread never loads halkode, so the addon leaves with the last
// worker that has it. Argument: how many workers. Prints how many ended by themselves and how many in the middle of a call.
import { Worker } from 'node:worker_threads';

import { Relay, invoice } from '../bank.js';

const count = Number(process.argv[2]);
const script = new URL('worker.js', import.meta.url);
const relay = await Relay.start();
const said = { ended: 0, terminated: 0, states: 0 };

function start(invoices) {
  const worker = new Worker(script, { workerData: { invoices, baseUrl: relay.baseUrl } });
  const exit = new Promise((resolve, reject) => worker.once('exit', resolve).once('error', reject));
  worker.on('message', ({ states }) => (said.states += states.length));
  return { worker, exit };
}

async function toTheEnd() {
  const { exit } = start(Array.from({ length: 20 }, invoice));
  if ((await exit) === 0) said.ended += 1;
}

async function inTheMiddle() {
  const own = invoice();
  const held = relay.next('checkstatus', own);
  const { worker } = start([own]);
  const request = await held;
  const ended = worker.terminate();
  request.release();
  if ((await ended) === 1) said.terminated += 1;
}

// One after the other first: each loads the addon anew. Then all at a time.
await toTheEnd();
await inTheMiddle();
await Promise.all(Array.from({ length: count - 2 }, (_, at) => (at % 2 === 0 ? toTheEnd() : inTheMiddle())));
await relay.stop();
process.stdout.write(JSON.stringify(said));
