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

/** Copies every message into memory and out of it, as a guest has to, and sends the copy back. */
const COPIES = `
  const { parentPort } = require('node:worker_threads');
  const memory = new Uint8Array(1 << 20);
  parentPort.on('message', (message) => {
    memory.set(message);
    const copy = memory.slice(0, message.length);
    parentPort.postMessage(copy, [copy.buffer]);
  });`;

/** Sends copies of bytes to two workers, and gets other copies back: as many on their way as there are callers. */
export async function transfers(length) {
  const bytes = new Uint8Array(length).fill(42);
  const workers = await Promise.all(
    [0, 1].map(async () => {
      const worker = new Worker(COPIES, { eval: true });
      await once(worker, 'online');
      const waiting = [];
      worker.on('message', (message) => waiting.shift()(message));
      return { worker, waiting };
    }),
  );
  let turn = 0;
  const run = () =>
    new Promise((resolve) => {
      const { worker, waiting } = workers[turn++ & 1];
      const copy = bytes.slice();
      waiting.push(resolve);
      worker.postMessage(copy, [copy.buffer]);
    });
  return { run, close: () => Promise.all(workers.map(({ worker }) => worker.terminate())) };
}

/** Slots of a bare ring, and the bytes of each. */
const SLOTS = 64;
const SLOT = 32;

/** Words in front of the slots: requests that were written, responses that were, and 1 while the worker sleeps. */
const [ASKED, ANSWERED, SLEEPS, WORDS] = [0, 1, 2, 4];

/** Copies every request into memory and out of it; looks a little for the next one before it sleeps. */
const ANSWERS = `
  const { workerData } = require('node:worker_threads');
  const words = new Int32Array(workerData);
  const requests = new Uint8Array(workerData, ${4 * WORDS}, ${SLOTS * SLOT});
  const responses = new Uint8Array(workerData, ${4 * WORDS + SLOTS * SLOT}, ${SLOTS * SLOT});
  const memory = new Uint8Array(65536);
  for (let done = 0; ; ) {
    for (let turn = 0; turn < 4096 && Atomics.load(words, ${ASKED}) === done; turn++);
    while (Atomics.load(words, ${ASKED}) === done) {
      Atomics.store(words, ${SLEEPS}, 1);
      Atomics.wait(words, ${ASKED}, done);
      Atomics.store(words, ${SLEEPS}, 0);
    }
    const at = (done % ${SLOTS}) * ${SLOT};
    memory.set(requests.subarray(at, at + ${SLOT}));
    responses.set(memory.subarray(0, ${SLOT}), at);
    done = (done + 1) | 0;
    Atomics.store(words, ${ANSWERED}, done);
  }`;

/** A ring in shared memory: nothing but requests and responses of one length, at most as many as it has slots. */
class Ring {
  #words;
  #requests;
  #responses;
  #asked = 0;
  #answered = 0;
  #waiting = new Array(SLOTS);

  constructor() {
    const memory = new SharedArrayBuffer(4 * WORDS + 2 * SLOTS * SLOT);
    this.#words = new Int32Array(memory);
    this.#requests = new Uint8Array(memory, 4 * WORDS, SLOTS * SLOT);
    this.#responses = new Uint8Array(memory, 4 * WORDS + SLOTS * SLOT, SLOTS * SLOT);
    this.worker = new Worker(ANSWERS, { eval: true, workerData: memory });
  }

  ask(bytes) {
    return new Promise((resolve) => {
      const slot = this.#asked % SLOTS;
      this.#requests.set(bytes, slot * SLOT);
      this.#waiting[slot] = resolve;
      if (this.#asked === this.#answered) setImmediate(this.#look);
      Atomics.store(this.#words, ASKED, ++this.#asked);
      if (Atomics.load(this.#words, SLEEPS) === 1) Atomics.notify(this.#words, ASKED);
    });
  }

  #look = () => {
    for (const end = Atomics.load(this.#words, ANSWERED); this.#answered !== end; this.#answered++) {
      const slot = this.#answered % SLOTS;
      this.#waiting[slot](this.#responses.slice(slot * SLOT, (slot + 1) * SLOT));
    }
    if (this.#answered !== this.#asked) setImmediate(this.#look);
  };
}

/** Bytes through the rings of two workers. */
export async function rings() {
  const both = [new Ring(), new Ring()];
  await Promise.all(both.map(({ worker }) => once(worker, 'online')));
  const bytes = new Uint8Array(SLOT).fill(42);
  let turn = 0;
  return {
    run: () => both[turn++ & 1].ask(bytes),
    close: () => Promise.all(both.map(({ worker }) => worker.terminate())),
  };
}
