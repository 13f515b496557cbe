/** Invocations that a worker has run before its host has seen the end of those in front of them. */

import { deepEqual, equal, ok } from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';

import { WapcPool } from 'wapc-host';

import { ENDED, Rings, TAKEN, slotAt } from '../js/worker/rings/layout.js';

const guestOf = (name) => fileURLToPath(new URL(`../testdata/wat/${name}.wasm`, import.meta.url));
const script = new URL('../dist/worker-node.mjs', import.meta.url);

/** Words of a request that the guest logs: a line of four bytes. */
const LOGS = new Uint8Array(Uint32Array.of(1032, 4, 0x21212121).buffer);
/** With its operation, this is more than a ring holds: it goes by a message. */
const LONG = new Uint8Array(1 << 20);

/** A pool of one worker, and a function that blocks this thread until the worker has run, or taken, an invocation of its ring. */
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
  const untilRun = (number, awaited = ENDED) => {
    const { words } = rings;
    for (let state, looks = 0; (state = Atomics.load(words, slotAt(number))) !== awaited; looks++) {
      ok(looks < 100_000, 'the worker does not run it');
      Atomics.wait(words, slotAt(number), state, 1);
    }
  };
  return { pool, untilRun };
}

/** The codes of what promises have come to, or `answered`. */
const outcomes = async (promises) =>
  (await Promise.allSettled(promises)).map(({ status, reason }) => (status === 'rejected' ? reason.code : 'answered'));

test('an invocation that is aborted once it has run takes none with it that has run behind it', async () => {
  const { pool, untilRun } = await opened('echo');
  const controller = new AbortController();
  const { signal } = controller;
  const all = [pool.invoke('echo', LONG, { signal }), pool.invoke('echo'), pool.invoke('echo')];
  // The worker is woken in a microtask.
  await undefined;
  untilRun(1);
  controller.abort();
  deepEqual(await outcomes(all), ['answered', 'answered', 'answered']);
  equal(pool.stats.replaced, 0);
  await pool.close();
});

test('an invocation that is aborted while it runs ends, although the end of those in front of it is read only then', async () => {
  const controller = new AbortController();
  let lines = 0;
  const logger = () => {
    untilRun(3, TAKEN);
    // The host reads the lines behind the first only once it has handled the message that announced the first.
    if (++lines === 2) controller.abort({ code: 'aborted' });
  };
  const { pool, untilRun } = await opened('probe', { logger });
  const { signal } = controller;
  const all = ['l', 'l', 'c', 'L', 'c', 'c'].map((operation) =>
    pool.invoke(operation, LOGS, operation === 'L' ? { signal } : undefined),
  );
  deepEqual(await outcomes(all), ['answered', 'answered', 'answered', 'aborted', 'answered', 'answered']);
  await pool.close();
});

for (const [what, wrong, expected] of [
  ['the first line', 1, ['WAPC_TRAP', 'answered', 'answered', 'answered', 'answered']],
  ['two lines of three', 2, ['WAPC_TRAP', 'answered', 'WAPC_TRAP', 'answered', 'answered']],
  ['each line', 3, ['WAPC_TRAP', 'answered', 'WAPC_TRAP', 'WAPC_TRAP', 'answered']],
]) {
  test(`a logger that throws at ${what} ends only those that have logged, and their guest`, async () => {
    let lines = 0;
    const logger = () => {
      if (lines++ === 0) untilRun(4);
      if (lines <= wrong) throw new Error('no');
    };
    const { pool, untilRun } = await opened('probe', { logger });
    const into = new Uint8Array(12);
    const first = pool.invoke('l', LOGS, { into });
    const others = ['c', 'l', 'l', 'c'].map((operation) => pool.invoke(operation, LOGS));
    deepEqual(await outcomes([first, ...others]), expected);
    equal(lines, 3);
    // Nothing is written once the invocation has settled.
    deepEqual(into, new Uint8Array(12));
    // A fresh instance: this is its first invocation.
    equal(new Uint32Array((await pool.invoke('c')).slice().buffer)[0], 1);
    const { invocations, failures, replaced, waiting } = pool.stats;
    deepEqual([invocations, failures, replaced, waiting], [6, wrong, 1, 0]);
    await pool.close();
  });
}

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

test('one timer serves all that a worker runs, and none is left: the limit of what runs last ends that alone', async () => {
  const { setTimeout, clearTimeout } = globalThis;
  const timers = new Set();
  let set = 0;
  const { pool } = await opened('probe', { limits: { timeout: 150 } });
  globalThis.setTimeout = /** @type {any} */ (
    (then, delay) => {
      const timer = setTimeout(() => timers.delete(timer) && then(), delay);
      timers.add(timer);
      set++;
      return timer;
    }
  );
  globalThis.clearTimeout = (timer) => {
    timers.delete(timer);
    clearTimeout(timer);
  };
  try {
    deepEqual(await outcomes(Array.from({ length: 30 }, () => pool.invoke('c'))), Array(30).fill('answered'));
    // One that was set before the rest arrived may have ended with it.
    ok(set <= 3, `${set} timers`);
    equal(timers.size, 0);
    const last = await outcomes([pool.invoke('c'), pool.invoke('c'), pool.invoke('L'), pool.invoke('c')]);
    deepEqual(last, ['answered', 'answered', 'WAPC_TIMEOUT', 'answered']);
    equal(timers.size, 0);
  } finally {
    Object.assign(globalThis, { setTimeout, clearTimeout });
    await pool.close();
  }
});
