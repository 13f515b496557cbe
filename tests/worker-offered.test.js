/** Invocations that a worker has run before its host has seen the end of those in front of them. */

import { deepEqual, equal, ok } from 'node:assert/strict';
import { AsyncLocalStorage } from 'node:async_hooks';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';

import { WapcPool } from 'wapc-host';

import { ENDED, Rings, TAKEN, slotAt } from '../js/worker/rings/layout.js';
import { A_DAY, words } from './suite/assert.js';

const guestOf = (name) => fileURLToPath(new URL(`../testdata/wat/${name}.wasm`, import.meta.url));
const script = new URL('../dist/worker-node.mjs', import.meta.url);

/** Words of a request that the guest logs: a line of four bytes. */
const LOGS = new Uint8Array(Uint32Array.of(1032, 4, 0x21212121).buffer);
/** Words of a request whose guest calls its host. */
const CALLS = words(512, 1, 512, 1, 512, 1, 1024, 4);
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

/** Watches the timers of this thread: how many were set, and those that are due. */
function watchTimers() {
  const { setTimeout, clearTimeout } = globalThis;
  const timers = { set: 0, due: new Set(), restore: () => Object.assign(globalThis, { setTimeout, clearTimeout }) };
  globalThis.setTimeout = /** @type {any} */ (
    (then, delay) => {
      const timer = setTimeout(() => timers.due.delete(timer) && then(), delay);
      timers.due.add(timer);
      timers.set++;
      return timer;
    }
  );
  globalThis.clearTimeout = (timer) => {
    timers.due.delete(timer);
    clearTimeout(timer);
  };
  return timers;
}

test('one timer serves all that a worker runs, and none is left', async () => {
  const { pool } = await opened('probe', { limits: { timeout: A_DAY } });
  const timers = watchTimers();
  try {
    deepEqual(await outcomes(Array.from({ length: 30 }, () => pool.invoke('c'))), Array(30).fill('answered'));
    // One that was set before the others arrived may have been cleared in between.
    ok(timers.set <= 3, `${timers.set} timers`);
    equal(timers.due.size, 0);
  } finally {
    timers.restore();
    await pool.close();
  }
});

test('no timer is left of a worker that has loaded while its guest starts without a limit', async () => {
  const timers = watchTimers();
  const due = [];
  try {
    const { pool } = await opened('starting', { hostCall: () => void due.push(timers.due.size) });
    await pool.close();
    deepEqual([...new Set(due)], [0]);
    ok(timers.set > 0);
  } finally {
    timers.restore();
  }
});

test('a time limit ends the invocation that began last, in its own scope', async () => {
  const store = new AsyncLocalStorage();
  const hostCall = (binding, namespace, operation, payload, { signal }) =>
    new Promise(() => signal.addEventListener('abort', () => told.push(store.getStore())));
  const told = [];
  const { pool } = await opened('probe', { hostCall, limits: { timeout: 200 } });
  const inFront = store.run('in front', () => pool.invoke('c'));
  const last = store.run('last', () => pool.invoke('h', CALLS));
  equal((await outcomes([inFront, last]))[1], 'WAPC_TIMEOUT');
  deepEqual(told, ['last']);
  await pool.close();
});
