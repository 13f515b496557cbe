/** Invocations that workers are offered ahead of time: what happens to those that cannot begin there. */

import { equal, fails, thrown, until, words, wordsOf } from './assert.js';

export function* offering({ WapcPool, guest, hasWorkers }) {
  if (!hasWorkers) return;

  /** A pool whose host calls wait: by the number that each invocation of `ask` carries. */
  const opened = async (options) => {
    const calls = new Map();
    const seen = [];
    const hostCall = (binding, namespace, operation, payload) => {
      const [number] = wordsOf(payload);
      seen.push(number);
      return new Promise((resolve) => calls.set(number, resolve));
    };
    const pool = await WapcPool.create(await guest('wat/probe'), { workers: true, hostCall, logger() {}, ...options });
    const ask = (number, invoking) => pool.invoke('h', words(512, 1, 512, 1, 512, 1, 1024 + 32, 4, number), invoking);
    const answer = async (number) => {
      await until(() => calls.has(number));
      calls.get(number)(new Uint8Array(number));
    };
    return { pool, ask, answer, seen };
  };
  const answered = (number) => [1, number, 0];

  /** As many workers as there are processors: all but one compute at once, beside this thread. */
  const size = Math.max(2, Math.min(8, globalThis.navigator?.hardwareConcurrency ?? 2));
  /**
   * Resolves once something was offered to a prompt worker while another is idle. Whether workers are prompt is for the engine
   * and the machine to say: where none is within 2,000 rounds, nothing is offered early.
   */
  const untilPrompt = async (pool) => {
    for (let round = 0; round < 2000; round++) {
      const short = Array.from({ length: size }, () => pool.invoke('c'));
      const isOffered = pool.stats.idle > 0 && pool.stats.waiting > 0;
      await Promise.all(short);
      if (isOffered) return;
    }
  };

  yield [
    'an invocation that does not end holds back none that its worker was offered, while another worker is idle',
    async () => {
      const { pool, ask, answer, seen } = await opened({ size: 2 });
      const all = Array.from({ length: 20 }, (_, number) => ask(number));
      await until(() => seen.includes(0));
      // In the order in which they begin, which is not always that of the calls.
      for (let at = 0; at < 20; at++) {
        await until(() => seen.length > at);
        if (seen[at] !== 0) await answer(seen[at]);
      }
      for (const [number, response] of all.entries()) if (number > 0) equal(wordsOf(await response), answered(number));
      equal(
        [...seen].sort((a, b) => a - b),
        [...all.keys()],
      );
      equal([pool.stats.busy, pool.stats.waiting], [1, 0]);
      await answer(0);
      equal(wordsOf(await all[0]), answered(0));
      await pool.close();
    },
  ];

  yield [
    'an invocation that does not end holds back none that are offered to its worker since that has answered promptly',
    async () => {
      const { pool, ask, answer, seen } = await opened({ size, min: size });
      await untilPrompt(pool);
      const all = Array.from({ length: 20 }, (_, number) => ask(number));
      equal(pool.stats.busy + pool.stats.waiting >= 20, true, 'all are there');
      await until(() => seen.includes(0));
      for (let at = 0; at < 20; at++) {
        await until(() => seen.length > at);
        if (seen[at] !== 0) await answer(seen[at]);
      }
      for (const [number, response] of all.entries()) if (number > 0) equal(wordsOf(await response), answered(number));
      equal([pool.stats.busy, pool.stats.waiting], [1, 0]);
      await answer(0);
      equal(wordsOf(await all[0]), answered(0));
      await pool.close();
    },
  ];

  yield [
    'get does not overtake an invocation that a prompt worker was offered',
    async () => {
      const { pool, ask, answer } = await opened({ size, min: size });
      await untilPrompt(pool);
      const first = Array.from({ length: size - 1 }, (_, number) => ask(number));
      const offered = pool.invoke('c');
      const held = pool.get();
      // The worker that was offered it waits for the answer to a host call. The caller of `get` may keep the other one.
      await offered;
      equal(pool.stats.waiting, 0);
      pool.return(await held);
      for (const number of first.keys()) await answer(number);
      await Promise.all(first);
      await pool.close();
    },
  ];

  yield [
    'an invocation that does not end holds back none in a pool that closes, while another worker is idle',
    async () => {
      const { pool, ask, answer, seen } = await opened({ size: 2 });
      const all = Array.from({ length: 10 }, (_, number) => ask(number));
      const closed = pool.close();
      await until(() => seen.includes(0));
      for (let at = 0; at < 10; at++) {
        await until(() => seen.length > at);
        if (seen[at] !== 0) await answer(seen[at]);
      }
      for (const [number, response] of all.entries()) if (number > 0) equal(wordsOf(await response), answered(number));
      await answer(0);
      equal(wordsOf(await all[0]), answered(0));
      await closed;
    },
  ];

  yield [
    'an invocation that does not end holds back none while a caller keeps the other worker busy',
    async () => {
      const { pool, ask, answer, seen } = await opened({ size: 2, min: 2 });
      const slow = ask(0);
      await until(() => seen.includes(0));
      let isDone = false;
      let others = 0;
      const first = pool.invoke('c');
      const behind = Promise.all([pool.invoke('n').catch(() => {}), pool.invoke('c')]).then(() => (isDone = true));
      await first;
      // Each begins in the microtask in which the one before has ended: the worker is never idle for a turn.
      for (; !isDone && others < 10_000; others++) await pool.invoke('c');
      equal(isDone, true, `those behind the one that does not end, after ${others} others`);
      await behind;
      await answer(0);
      equal(wordsOf(await slow), answered(0));
      await pool.close();
    },
  ];

  yield [
    'invocations that have not begun run on the next worker after an abort, a timeout and a trap',
    async () => {
      const { pool, ask, answer, seen } = await opened({ size: 1 });
      const controller = new AbortController();
      const aborted = thrown(() => ask(100, { signal: controller.signal }));
      const late = thrown(() => ask(101, { timeout: 1 }));
      const behind = [1, 2, 3].map((number) => ask(number));
      await until(() => seen.includes(100));
      equal((await late).code, 'WAPC_TIMEOUT');
      controller.abort('enough');
      equal(await aborted, 'enough');
      const trapped = thrown(() => pool.invoke('?'));
      const last = ask(4);
      for (const number of [1, 2, 3]) {
        await answer(number);
        equal(wordsOf(await behind[number - 1]), answered(number));
      }
      equal((await trapped).code, 'WAPC_TRAP');
      await answer(4);
      equal(wordsOf(await last), answered(4));
      // Each began once, and the one whose time was over before never.
      equal(seen, [100, 1, 2, 3, 4]);
      const { invocations, failures, replaced } = pool.stats;
      equal([invocations, failures, replaced], [6, 2, 2]);
      await pool.close();
    },
  ];

  yield [
    'an invocation that is aborted before it begins does not run, and harms no other',
    async () => {
      const { pool, ask, answer, seen } = await opened({ size: 1 });
      const controller = new AbortController();
      const first = ask(1);
      const second = thrown(() => ask(2, { signal: controller.signal }));
      const third = ask(3);
      controller.abort('not now');
      equal(await second, 'not now');
      for (const [number, response] of [
        [1, first],
        [3, third],
      ]) {
        await answer(number);
        equal(wordsOf(await response), answered(number));
      }
      equal(seen, [1, 3]);
      equal(pool.stats.invocations, 2);
      await pool.close();
    },
  ];

  yield [
    'an invocation that is aborted at once ends, whether its worker has seen it or not',
    async () => {
      const { pool, ask, answer } = await opened({ size: 1 });
      for (let round = 0; round < 50; round++) {
        const controller = new AbortController();
        const aborted = thrown(() => ask(round, { signal: controller.signal }));
        controller.abort(round);
        equal(await aborted, round);
      }
      const last = ask(99);
      await answer(99);
      equal(wordsOf(await last), answered(99));
      await pool.close();
    },
  ];

  yield [
    'nothing is offered to an instance that is being initialized',
    async () => {
      const seen = [];
      const hostCall = (binding, namespace, operation, payload) => {
        seen.push(wordsOf(payload)[0]);
        return Promise.resolve(new Uint8Array(0));
      };
      const payload = (number) => words(512, 1, 512, 1, 512, 1, 1024 + 32, 4, number);
      const initialize = async (host) => {
        for (let number = 100; number < 110; number++) await host.invoke('h', payload(number));
      };
      const options = { size: 1, workers: true, hostCall, initialize, logger() {} };
      const pool = await WapcPool.create(await guest('wat/probe'), options);
      const trapped = thrown(() => pool.invoke('?'));
      const all = Array.from({ length: 10 }, (_, number) => pool.invoke('h', payload(number)));
      equal((await trapped).code, 'WAPC_TRAP');
      await Promise.all(all);
      const [tens, ones] = [Array.from({ length: 10 }, (_, at) => 100 + at), [...all.keys()]];
      equal(seen, [...tens, ...tens, ...ones]);
      await pool.close();
    },
  ];

  yield [
    'an invocation that does not end holds back no other while the other instances are never idle',
    async () => {
      const { pool, ask, answer, seen } = await opened({ size: 2 });
      const endless = ask(0);
      await until(() => seen.includes(0));
      // Each caller asks again as soon as it was answered: more wait than instances, at all times.
      const asked = new Map();
      const callers = Array.from({ length: 30 }, async (_, caller) => {
        for (let round = 0; round < 20; round++) {
          const number = 1000 + 100 * caller + round;
          const response = ask(number);
          asked.set(number, seen.length);
          answer(number);
          await response;
          equal(seen.indexOf(number) - asked.get(number) < 300, true, 'others that began meanwhile');
        }
      });
      await Promise.all(callers);
      await answer(0);
      await endless;
      await pool.close();
    },
  ];

  yield [
    'maxQueue counts offered invocations, and destroy rejects them',
    async () => {
      const { pool, ask, seen } = await opened({ size: 1, maxQueue: 2 });
      const all = [1, 2, 3].map((number) => thrown(() => ask(number)));
      await until(() => seen.length === 1);
      await fails('WAPC_POOL_FULL', () => ask(4));
      equal([pool.stats.busy, pool.stats.waiting], [1, 2]);
      pool.destroy();
      for (const error of all) equal((await error).code, 'WAPC_CLOSED');
      equal(seen, [1]);
    },
  ];

  yield [
    'payloads and responses of every size, longer than the memory that is shared',
    async () => {
      const pool = await WapcPool.create(await guest('hello'), { size: 2, workers: true, hostCall: (b, n, o, p) => p });
      const sizes = [0, 1, 15, 16, 17, 4095, 65_536, 300_000, 1_048_576 - 16, 1_048_576, 1_048_577, 3_000_000];
      const payloads = [...sizes, ...sizes, ...sizes].map((size, index) => new Uint8Array(size).fill(index + 1));
      const responses = await Promise.all(payloads.map((payload) => pool.invoke('echo', payload)));
      for (const [index, response] of responses.entries()) {
        equal(response.length, payloads[index].length);
        equal(
          response.every((byte) => byte === index + 1),
          true,
          `${index}`,
        );
      }
      await pool.close();
    },
  ];
}
