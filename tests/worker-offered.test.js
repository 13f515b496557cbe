/** Invocations that a worker has run before its host has seen the end of those in front of them. */

import { deepEqual, ok } from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';

import { WapcPool } from 'wapc-host';

import { ENDED, Rings, slotAt } from '../js/worker/rings/layout.js';

const guestOf = (name) => fileURLToPath(new URL(`../testdata/wat/${name}.wasm`, import.meta.url));
const script = new URL('../dist/worker-node.mjs', import.meta.url);

/** Words of a request that the guest logs: a line of four bytes. */
const LOGS = new Uint8Array(Uint32Array.of(1032, 4, 0x21212121).buffer);

/** A pool of one worker, and a function that blocks this thread until the worker has run an invocation of its ring. */
async function opened(name, options) {
  let rings;
  const factory = () => {
    const worker = new Worker(script);
    const post = worker.postMessage.bind(worker);
    worker.postMessage = (message, transfer) => {
      if (message[0] === 'start') rings = new Rings(message[4].rings);
      post(message, transfer);
    };
    return worker;
  };
  const pool = await WapcPool.create(guestOf(name), { size: 1, workers: { factory }, logger() {}, ...options });
  const untilRun = (number) => {
    const { words } = rings;
    for (let state, looks = 0; (state = Atomics.load(words, slotAt(number))) !== ENDED; looks++) {
      ok(looks < 100_000, 'the worker does not run it');
      Atomics.wait(words, slotAt(number), state, 1);
    }
  };
  return { pool, untilRun };
}

/** The codes of what promises have come to, or `answered`. */
const outcomes = async (promises) =>
  (await Promise.allSettled(promises)).map(({ status, reason }) => (status === 'rejected' ? reason.code : 'answered'));

test('a pool that is destroyed has nothing left that waits, whatever its worker has run', async () => {
  const logger = () => {
    untilRun(3);
    pool.destroy();
  };
  const { pool, untilRun } = await opened('probe', { logger });
  const all = ['l', 'c', 'c', 'c', 'c'].map((operation) => pool.invoke(operation, LOGS));
  deepEqual(await outcomes(all), Array(5).fill('WAPC_CLOSED'));
  const { size, busy, waiting } = pool.stats;
  deepEqual([size, busy, waiting], [0, 0, 0]);
});
