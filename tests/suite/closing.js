/**
 * Pools that are closed or destroyed: all of a pool ends, wherever on the stack, and whatever waits or starts
 * meanwhile.
 */

import { equal, fails, thrown, words, wordsOf } from './assert.js';
import { patient } from './ways.js';

const call = words(512, 1, 512, 1, 512, 1, 512, 1);

/** Numbers of arguments of the frames in between: with each, calls meet the stack's end at another place. */
const PADDINGS = Array.from({ length: 16 }, (_, index) => Array(index).fill(0));

/** Calls `act` at each depth of the stack, from its end up, until it returns true. */
function fromTheEndUp(padding, act) {
  let isDone = false;
  const descend = (...args) => {
    try {
      descend(...args);
    } catch {
      // A stack overflow, here or in `act`.
    }
    isDone ||= act();
  };
  descend(...padding);
  equal(isDone, true, 'it is done at some depth');
}

/** Waits for callbacks of promises that are settled already. */
const turn = () => new Promise((resolve) => setTimeout(resolve));

export function* closing({ WapcPool, guest, hasWorkers, canSuspend }) {
  const create = async (options) => WapcPool.create(await guest('wat/probe'), { size: 1, logger() {}, ...options });

  yield [
    'destroy where the stack is about to end: it does not begin, or closes every instance',
    async () => {
      for (const padding of PADDINGS) {
        const pool = await create({ size: 3 });
        const hosts = [await pool.get(), await pool.get(), await pool.get()];
        const waiting = thrown(() => pool.get());
        fromTheEndUp(padding, () => {
          pool.destroy();
          return true;
        });
        equal(
          hosts.map((host) => host.closed),
          [true, true, true],
        );
        equal((await waiting).code, 'WAPC_CLOSED');
      }
    },
  ];

  yield [
    'close where the stack is about to end: it does not begin, or ends',
    async () => {
      for (const padding of PADDINGS) {
        const pool = await create({ size: 3 });
        let isClosed = false;
        fromTheEndUp(padding, () => {
          // Throws where the stack has no room.
          void pool.stats;
          const [closed, again] = [pool.close(), pool.close()];
          for (const promise of [closed, again]) {
            promise.then(
              () => (isClosed = true),
              () => {},
            );
          }
          return closed === again;
        });
        await turn();
        equal([isClosed, pool.stats.size], [true, 0]);
      }
    },
  ];

  yield [
    'close where the stack has no room rejects',
    async () => {
      const pool = await create();
      let [refusals, closed] = [0, undefined];
      fromTheEndUp([], () => {
        try {
          void pool.stats;
        } catch (error) {
          if (error.code === 'WAPC_LIMIT') refusals++;
        }
        // A little above the end, where engines have room for a rejected promise.
        if (refusals === 20) closed = pool.close();
        return closed !== undefined;
      });
      await fails('WAPC_LIMIT', () => closed);
      equal(wordsOf(await pool.invoke('c'))[0], 1, 'it is open');
      await pool.close();
    },
  ];

  for (const workers of hasWorkers ? [false, true] : [false]) {
    yield [
      `${workers ? 'workers' : 'in-thread'}: initialize does not run for a pool that was destroyed while the instance started`,
      async () => {
        let runs = 0;
        const initialize = () => void runs++;
        const made = await create({ workers, min: 0, initialize });
        const waiting = thrown(() => made.invoke('c'));
        made.destroy();
        equal((await waiting).code, 'WAPC_CLOSED');
        const replaced = await create({ workers, initialize });
        equal(runs, 1);
        const trapped = fails('WAPC_TRAP', () => replaced.invoke('?'));
        // In-thread it has trapped already, and a fresh instance is being created.
        if (workers) await trapped;
        replaced.destroy();
        await trapped;
        // Created later than those above, which would be initialized by now.
        const next = await create({ workers });
        await next.invoke('c');
        await next.close();
        equal(runs, 1);
      },
    ];
  }

  if (canSuspend) {
    yield [
      'invocations that wait for others to be suspended no longer are accepted work',
      async () => {
        const { hostCall, called } = patient();
        const pool = await create({ size: 3, hostCall, limits: { suspensions: 1 } });
        const running = [pool.invoke('h', call), pool.invoke('h', call), pool.invoke('h', call, {})];
        const behind = pool.invoke('h', call);
        await called(0);
        equal([pool.stats.busy, pool.stats.waiting], [3, 1]);
        const closed = pool.close();
        for (let number = 0; number < 4; number++) (await called(number)).resolve('abc');
        for (const answer of await Promise.all([...running, behind])) equal(wordsOf(answer)[1], 3);
        await closed;
        equal([pool.stats.size, pool.stats.failures], [0, 0]);
      },
    ];
  }
}
