/** Guests that do not end by themselves: only those in workers can be stopped. */

import { A_DAY, equal, fails, inTime, string, thrown, turn, until, words, wordsOf } from './assert.js';

const throwing = (value) => () => {
  throw value;
};

/** An object with only some of a worker's methods. */
const HALF = { postMessage() {}, addEventListener() {} };
const describe = (value) => (value === HALF ? 'half of a worker' : (JSON.stringify(value) ?? String(value)));

export function* stopping({ WapcError, WapcPool, guest, hasWorkers }) {
  if (!hasWorkers) return;
  const create = async (options) =>
    WapcPool.create(await guest('wat/probe'), { size: 1, workers: true, logger() {}, ...options });

  // Without shared memory a worker cannot wait while it writes: a guest that writes for ever goes over the limit of
  // bytes ahead.
  const shares = typeof SharedArrayBuffer === 'function';
  for (const [what, operation, payload, isLimited] of [
    ['computes', 'L', '', false],
    ['logs', 'M', 'x'.repeat(1000), !shares],
  ]) {
    for (const [by, limits, options, isItsEnd] of [
      ['limits.timeout', { timeout: 250 }, undefined, ({ code }) => code === 'WAPC_TIMEOUT'],
      ["invoke's timeout", undefined, { timeout: 250 }, ({ code }) => code === 'WAPC_TIMEOUT'],
      ['a signal', undefined, () => ({ signal: AbortSignal.timeout(250) }), ({ name }) => name === 'TimeoutError'],
    ]) {
      yield [
        `a guest that ${what} for ever is stopped by ${by}, and the next one is fresh`,
        async () => {
          const pool = await create({ limits });
          equal(wordsOf(await inTime(() => pool.invoke('c')))[0], 1);
          await until(() => pool.stats.idle === 1);
          const { replaced } = pool.stats;
          const given = typeof options === 'function' ? options() : options;
          const error = await thrown(() => pool.invoke(operation, payload, given));
          equal(isLimited ? error.code === 'WAPC_LIMIT' : isItsEnd(error), true, error.message);
          await until(() => pool.stats.idle === 1);
          equal(pool.stats.replaced, replaced + 1);
          equal(wordsOf(await inTime(() => pool.invoke('c')))[0], 1);
          await pool.close();
        },
      ];
    }
  }

  yield [
    'limits.start stops a guest that computes for ever in its start: made, grown, and after a trap',
    async () => {
      const starting = await guest('wat/starting');
      let answer = 'x';
      const options = { size: 1, workers: true, hostCall: () => answer, limits: { start: 500, timeout: A_DAY } };
      await fails('WAPC_TIMEOUT', () => WapcPool.create(starting, options));
      const pool = await WapcPool.create(starting, { ...options, min: 0 });
      await fails('WAPC_TIMEOUT', () => pool.invoke('c'));
      equal(pool.stats.size, 0);
      answer = '';
      equal(wordsOf(await inTime(() => pool.invoke('c'))), [1]);
      answer = 'x';
      await fails('WAPC_TRAP', () => pool.invoke('?'));
      await fails('WAPC_TIMEOUT', () => pool.invoke('c'));
      answer = '';
      equal(wordsOf(await inTime(() => pool.invoke('c'))), [1]);
      await pool.close();
    },
  ];

  yield [
    'a guest that computes for ever, and the pool is destroyed',
    async () => {
      const pool = await create({});
      const running = pool.invoke('L');
      pool.destroy();
      await fails('WAPC_CLOSED', () => running);
    },
  ];

  if (shares) {
    yield [
      'a signal that aborts once the guest has responded leaves it as it is, where the response has been read',
      async () => {
        let controller;
        let outcome = 'late';
        // The abort comes in a microtask: records that are there with the log line, the response say, are read before it.
        const logger = () => queueMicrotask(() => controller.abort('late'));
        const pool = await create({ logger });
        for (let pause = 1; outcome === 'late' && pause <= 2048; pause *= 2) {
          controller = new AbortController();
          const answer = pool.invoke('l', words(0, 1), controller);
          // Until the guest has responded, or the next time: then the log line and the response are read together.
          for (const end = performance.now() + pause; performance.now() < end;);
          outcome = await answer.catch((reason) => reason);
        }
        equal(outcome.length, 12);
        const { replaced } = pool.stats;
        equal(wordsOf(await pool.invoke('c'))[0], 2);
        equal(pool.stats.replaced, replaced);
        await pool.close();
      },
    ];
  }

  yield [
    'the page goes on while guests compute, and so do other guests',
    async () => {
      const pool = await create({ size: 2 });
      const controller = new AbortController();
      const running = thrown(() => pool.invoke('L', '', controller));
      for (let i = 0; i < 20; i++) equal(wordsOf(await pool.invoke('c'))[0], i + 1);
      controller.abort('enough');
      equal(await running, 'enough');
      await pool.close();
    },
  ];

  yield [
    'every log line arrives, however many',
    async () => {
      let lines = 0;
      const pool = await WapcPool.create(await guest('hello'), {
        size: 2,
        workers: true,
        hostCall: (binding, namespace, operation, payload) => payload,
        logger: () => lines++,
      });
      const answers = await Promise.all(Array.from({ length: 2000 }, () => pool.invoke('hello', 'x')));
      equal([lines, string(answers[1999])], [2000, 'Hello, x']);
      await pool.close();
    },
  ];

  if (shares) {
    yield [
      'log lines and output of every length arrive, many times what a worker may be ahead',
      async () => {
        const lengths = [];
        const write = (piece) => lengths.push(piece.length);
        const options = { size: 1, workers: true, logger: write, stdout: write, hostCall: () => lengths.push('call') };
        const pool = await WapcPool.create(await guest('wat/writes'), options);
        for (const operation of ['l', 'w']) {
          for (const [length, count] of [
            [1, 10_000],
            [100_000, 50],
            [700_000, 10],
            [3 << 20, 3],
          ]) {
            for (const call of [0xffffffff, length]) {
              lengths.length = 0;
              await pool.invoke(operation, words(length, count, call));
              const expected = call === length ? [length, 'call'] : [length];
              equal(lengths, Array(count).fill(expected).flat(), `${count} of ${length}`);
            }
          }
        }
        // Bytes that a stopped worker had sent ahead do not count against the next one.
        for (let i = 0; i < 3; i++)
          await fails('WAPC_TIMEOUT', () => pool.invoke('l', words(1000, 0, 0), { timeout: 50 }));
        lengths.length = 0;
        await pool.invoke('l', words(1 << 19, 20, 0xffffffff));
        equal(lengths, Array(20).fill(1 << 19));
        await pool.close();
      },
    ];
  }

  yield [
    'an invocation that has ended in time is answered, however late this thread looks',
    async () => {
      const pool = await WapcPool.create(await guest('bench'), {
        size: 1,
        workers: true,
        limits: { timeout: 2000 },
      });
      // So long that it goes by a message, and not through shared memory.
      const payload = new Uint8Array(1 << 20);
      await pool.invoke('echo', payload);
      await turn();
      const answer = pool.invoke('echo', payload);
      const late = performance.now() + 2500;
      while (performance.now() < late);
      equal((await answer).length, payload.length);
      equal(pool.stats.replaced, 0);
      await pool.close();
    },
  ];

  const planned = new RangeError('planned');
  for (const [what, workers, code, cause] of [
    ['a script that is not there', { url: new URL('no-such-script.js', import.meta.url).href }, 'WAPC_LOAD'],
    ['a script that throws', { url: 'data:text/javascript,throw new Error("planned")' }, 'WAPC_LOAD'],
    ['an address that the platform refuses', { url: 'http://[' }, 'WAPC_LOAD'],
    ['a factory that throws', { factory: throwing(planned) }, 'WAPC_LOAD', planned],
    ['a factory that throws no error', { factory: throwing(5) }, 'WAPC_LOAD', 5],
    ...[undefined, null, 5, 'worker', {}, [], { postMessage() {}, terminate() {} }, HALF].map((made) => [
      `a factory that returns ${describe(made)}`,
      { factory: () => made },
      'WAPC_ARGUMENT',
    ]),
    ['a factory that returns a promise', { factory: async () => {} }, 'WAPC_ARGUMENT'],
    ['a factory that returns a promise that rejects', { factory: async () => throwing(planned)() }, 'WAPC_ARGUMENT'],
    ['a factory that returns a proxy', { factory: () => new Proxy({}, { get: throwing(planned) }) }, 'WAPC_ARGUMENT'],
  ]) {
    yield [
      `a worker that cannot be started: ${what}`,
      async () => {
        const error = await fails(code, () => create({ workers, size: 3 }));
        equal([error instanceof WapcError, error.message.includes('workers.')], [true, true], error.message);
        if (cause !== undefined) equal(error.cause, cause);
      },
    ];
  }
}
