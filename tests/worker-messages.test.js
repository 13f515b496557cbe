/** Invocations that workers are sent by messages ahead of time, where no memory is shared. */

import { deepEqual, equal, ok, rejects } from 'node:assert/strict';
import { tmpdir } from 'node:os';
import { after, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';

import { WapcPool } from 'wapc-host';

import { A_DAY, until, words, wordsOf } from './suite/assert.js';

const script = new URL('../dist/worker-node.mjs', import.meta.url);
// Its host calls may be answered later on every engine.
const guest = fileURLToPath(new URL('../testdata/asyncify/wat/probe.wasm', import.meta.url));

// It writes log lines and output.
const writes = fileURLToPath(new URL('../testdata/wat/writes.wasm', import.meta.url));
const NONE = 0xffffffff;

/** The most invocations that a worker has at once, and the bytes of the longest payload that is sent ahead. */
const [MOST, LONGEST] = [8, 1 << 16];

/** Milliseconds: an invocation that takes as long is not short. */
const SHORT = 2;

/** Answers with the number that the payload carries. */
const ECHO = 's';
const echoed = (number) => words(1024 + 8, 4, number);
/** A host call with a number. */
const CALL = 'h';
const calling = (number) => words(512, 1, 512, 1, 512, 1, 1024 + 32, 4, number);

describe('without shared memory', { concurrency: false }, () => {
  const { SharedArrayBuffer } = globalThis;
  delete globalThis.SharedArrayBuffer;
  // A clock of the test's own: how long an invocation takes does not depend on the machine.
  const { now } = performance;
  let time = now.call(performance);
  performance.now = () => time;
  after(() => {
    globalThis.SharedArrayBuffer = SharedArrayBuffer;
    performance.now = now;
  });

  /** A pool whose workers have run short invocations, and what they were sent since. */
  async function opened(options = {}) {
    const sent = [];
    let most = 0;
    let worker;
    const factory = () => {
      worker = new Worker(script);
      const post = worker.postMessage.bind(worker);
      let running = 0;
      worker.postMessage = (message, transfer) => {
        sent.push(message[0]);
        if (message[0] === 'invoke') most = Math.max(most, ++running);
        if (message[0] === 'drop') running = 1;
        post(message, transfer);
      };
      worker.on('message', ([kind]) => {
        if (kind === 'done' || kind === 'failed') running = Math.max(0, running - 1);
      });
      return worker;
    };
    const { size = 1, isAhead = true, source = guest, warm = ['c'], ...others } = options;
    const given = { limits: { timeout: A_DAY }, logger() {}, workers: { factory }, ...others };
    const pool = await WapcPool.create(source, { min: size, size, ...given });
    await Promise.all(Array.from({ length: 64 }, () => pool.invoke(...warm)));
    equal(most, isAhead ? MOST : 1);
    sent.length = most = 0;
    return { pool, sent, most: () => most, worker: () => worker };
  }

  test('a worker has no more than eight at once, and each is answered in its order', async () => {
    const { pool, most } = await opened();
    const seen = [];
    const all = Array.from({ length: 100 }, async (_, number) => {
      const response = await pool.invoke(ECHO, echoed(number));
      seen.push(number);
      return wordsOf(response)[0];
    });
    deepEqual([pool.stats.busy, pool.stats.waiting], [1, 99]);
    deepEqual(await Promise.all(all), [...all.keys()]);
    deepEqual(seen, [...all.keys()]);
    equal(most(), MOST);
    await pool.close();
  });

  for (const [what, options] of [
    ['in a pool without `limits.timeout`', { limits: {} }],
    ['where guests write into real directories', { wasi: { preopens: { '/': { path: tmpdir() } } } }],
  ]) {
    test(`${what}: none is sent ahead`, async () => {
      const { pool, most } = await opened({ ...options, isAhead: false });
      await Promise.all(Array.from({ length: 10 }, () => pool.invoke('c')));
      equal(most(), 1);
      await pool.close();
    });
  }

  test('none is sent ahead while another worker is idle', async () => {
    const { pool, most } = await opened({ size: 2 });
    for (const [count, expected] of [
      [2, 1],
      [3, 2],
    ]) {
      await Promise.all(Array.from({ length: count }, () => pool.invoke('c')));
      equal(most(), expected, `${count} invocations`);
    }
    await pool.close();
  });

  for (const [what, payload, options, expected] of [
    ['a payload of 64 KiB', LONGEST, undefined, 2],
    ['a payload of one byte more', LONGEST + 1, undefined, 1],
    ['a signal', 8, { signal: new AbortController().signal }, 1],
    ['a timeout', 8, { timeout: A_DAY }, 1],
    ['an array for the response', 8, { into: new Uint8Array(12) }, 1],
  ]) {
    test(`with ${what}: ${expected === 1 ? 'not ' : ''}sent ahead`, async () => {
      const { pool, most } = await opened();
      // The guest has no room for the long ones.
      await Promise.allSettled([pool.invoke('c'), pool.invoke('c', new Uint8Array(payload), options)]);
      equal(most(), expected);
      await pool.close();
    });
  }

  test('those behind a trap run on the next instance, each once', async () => {
    const { pool } = await opened();
    const { invocations } = pool.stats;
    const before = [pool.invoke('c'), pool.invoke('c')];
    const trapped = rejects(pool.invoke('?'), { code: 'WAPC_TRAP' });
    const behind = [pool.invoke('c'), pool.invoke('c'), pool.invoke('c')];
    await trapped;
    const counts = async (all) => (await Promise.all(all)).map((response) => wordsOf(response)[0]);
    const [first, second] = await counts(before);
    equal(second, first + 1);
    deepEqual(await counts(behind), [1, 2, 3]);
    deepEqual([pool.stats.invocations - invocations, pool.stats.failures, pool.stats.replaced], [6, 1, 1]);
    await pool.close();
  });

  for (const [what, options, invoking, code] of [
    ['goes over its time', { limits: { timeout: 2000 } }, () => ({}), 'WAPC_TIMEOUT'],
    ['is aborted', {}, () => ({ signal: AbortSignal.timeout(200) }), undefined],
    ['goes over the time of its own', {}, () => ({ timeout: 200 }), 'WAPC_TIMEOUT'],
  ]) {
    test(`those behind one that ${what} run in the next worker, each once`, async () => {
      const { pool } = await opened(options);
      const { invocations } = pool.stats;
      const endless = rejects(
        pool.invoke('L', '', invoking()),
        code === undefined ? { name: 'TimeoutError' } : { code },
      );
      const behind = [1, 2, 3, 4, 5].map(() => pool.invoke('c'));
      await endless;
      const counts = (await Promise.all(behind)).map((response) => wordsOf(response)[0]);
      deepEqual(counts, [1, 2, 3, 4, 5]);
      deepEqual([pool.stats.invocations - invocations, pool.stats.failures, pool.stats.replaced], [6, 1, 1]);
      await pool.close();
    });
  }

  test('those behind one whose host call is answered later run on an instance that is free', async () => {
    const calls = new Map();
    const hostCall = (binding, namespace, operation, payload) =>
      new Promise((resolve) => calls.set(wordsOf(payload)[0], resolve));
    const { pool, sent } = await opened({ size: 2, hostCall });
    const waiting = [0, 1].map((number) => pool.invoke(CALL, calling(number)));
    const behind = Array.from({ length: 10 }, (_, number) => pool.invoke(ECHO, echoed(number)));
    await until(() => calls.size === 2);
    deepEqual([pool.stats.busy, pool.stats.waiting], [2, 10]);
    ok(sent.includes('drop'), sent.join(' '));
    calls.get(1)(new Uint8Array(3));
    deepEqual(
      (await Promise.all(behind)).map((response) => wordsOf(response)[0]),
      [...behind.keys()],
    );
    deepEqual(wordsOf(await waiting[1]), [1, 3, 0]);
    calls.get(0)(new Uint8Array(2));
    deepEqual(wordsOf(await waiting[0]), [1, 2, 0]);
    await pool.close();
  });

  test('none is sent ahead after one that was not short', async () => {
    let answer;
    const hostCall = () => new Promise((resolve) => (answer = resolve));
    const { pool, most, sent } = await opened({ hostCall });
    const slow = pool.invoke(CALL, calling(0));
    await until(() => answer !== undefined);
    const behind = [pool.invoke('c'), pool.invoke('c')];
    time += SHORT;
    answer();
    await slow;
    await Promise.all(behind);
    deepEqual([most(), sent.filter((kind) => kind === 'drop')], [1, []]);
    await pool.close();
  });

  test('those behind one that the guest refuses run on the same instance', async () => {
    const { pool } = await opened();
    const before = wordsOf(await pool.invoke('c'))[0];
    const refused = [1, 2].map(() => rejects(pool.invoke('z'), { code: 'WAPC_GUEST' }));
    const behind = [1, 2, 3].map(() => pool.invoke('c'));
    await Promise.all(refused);
    deepEqual(
      (await Promise.all(behind)).map((response) => wordsOf(response)[0]),
      [before + 3, before + 4, before + 5],
    );
    await pool.close();
  });

  test('those in a worker that dies: the first fails, the others run in the next', async () => {
    const { pool, worker } = await opened();
    const first = rejects(pool.invoke('L'), { code: 'WAPC_TRAP' });
    const behind = [1, 2, 3].map(() => pool.invoke('c'));
    worker().terminate();
    await first;
    deepEqual(
      (await Promise.all(behind)).map((response) => wordsOf(response)[0]),
      [1, 2, 3],
    );
    await pool.close();
  });

  test('those that write much: each begins once all before it was read', async () => {
    const lines = [];
    const logger = (line) => lines.push(line.length);
    const { pool, most } = await opened({ source: writes, warm: ['l', words(0, 1, NONE)], logger });
    lines.length = 0;
    // Two of them are more than a worker may be ahead.
    const [length, count] = [1000, 400];
    await Promise.all(Array.from({ length: 10 }, () => pool.invoke('l', words(length, count, NONE))));
    deepEqual(lines, Array(10 * count).fill(length));
    deepEqual([most(), pool.stats.failures], [MOST, 0]);
    await pool.close();
  });

  test('a borrower waits for those that were sent, and is served before those that were not', async () => {
    const { pool } = await opened();
    const order = [];
    const note = (what) => (result) => {
      order.push(what);
      return result;
    };
    const sent = Array.from({ length: 4 }, () => pool.invoke('c').then(note('sent')));
    const borrowed = pool.get().then(note('borrowed'));
    const later = pool.invoke('c').then(note('later'));
    pool.return(await borrowed);
    await Promise.all([...sent, later]);
    deepEqual(order, ['sent', 'sent', 'sent', 'sent', 'borrowed', 'later']);
    await pool.close();
  });

  test('destroy rejects all of them', async () => {
    const { pool } = await opened();
    const all = Array.from({ length: 12 }, () => rejects(pool.invoke('c'), { code: 'WAPC_CLOSED' }));
    pool.destroy();
    await Promise.all(all);
  });

  test('a guest that takes over: nothing is answered by the one before after that', async () => {
    const { pool } = await opened();
    const before = Array.from({ length: 20 }, () => pool.invoke('c'));
    await pool.replace(guest);
    const count = wordsOf(await pool.invoke('c'))[0];
    ok(count <= 21, `${count} calls`);
    for (const response of await Promise.all(before)) ok(wordsOf(response)[0] > 0);
    await pool.close();
  });
});
