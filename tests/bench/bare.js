/** The cost of bare workers: bounds that `pools.js` measures against. */

import { once } from 'node:events';
import { Worker } from 'node:worker_threads';

/**
 * A bare invocation with one host call: a message to the worker, a question back, `Atomics.wait` for the answer, a
 * message back.
 */
const ASKS = `
  const { parentPort, workerData } = require('node:worker_threads');
  const state = new Int32Array(workerData);
  parentPort.on('message', (message) => {
    Atomics.store(state, 0, 0);
    parentPort.postMessage(message);
    Atomics.wait(state, 0, 0);
    parentPort.postMessage('done');
  });`;

/** Sends every message back. */
const BOUNCES = `
  const { parentPort } = require('node:worker_threads');
  parentPort.on('message', (message) => parentPort.postMessage(message, [message.buffer]));`;

async function start(source, workerData) {
  const worker = new Worker(source, { eval: true, workerData });
  await once(worker, 'online');
  let resolve;
  let receive = (message) => resolve(message);
  worker.on('message', (message) => receive(message));
  return {
    ask: (message, transfer) =>
      new Promise((answered) => {
        resolve = answered;
        worker.postMessage(message, transfer);
      }),
    listen: (listener) => (receive = (message) => listener(message, () => resolve(message))),
    close: () => worker.terminate(),
  };
}

/** Sends a message to a worker, which asks one question in between. */
export async function roundTrip() {
  const memory = new SharedArrayBuffer(4);
  const state = new Int32Array(memory);
  const { ask, listen, close } = await start(ASKS, memory);
  listen(async (message, done) => {
    if (message === 'done') return done();
    // The answer comes a turn later, as that of an async callback does.
    await undefined;
    Atomics.store(state, 0, 1);
    Atomics.notify(state, 0);
  });
  return { run: () => ask('question'), close };
}

/** Sends bytes to a worker and back, without copying them. */
export async function pingPong(length) {
  const { ask, close } = await start(BOUNCES);
  let bytes = new Uint8Array(length);
  return { run: async () => (bytes = await ask(bytes, [bytes.buffer])), close };
}
