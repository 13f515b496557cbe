/**
 * Pools that are closed or destroyed: all of a pool ends, wherever on the stack, and whatever waits or starts
 * meanwhile.
 */

import { equal, fails, thrown, turn, words, wordsOf } from './assert.js';
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

/** Answers the host call of a start, and resolves as `starting` does. */
async function start(starting, called, number) {
  (await called(number)).resolve('');
  return starting;
}

export function* closing({ WapcHost, WapcPool, guest, hasWorkers, canSuspend, counts }) {
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

  for (const [name, begin] of [
    ['reset', (host) => host.reset()],
    ['replace', (host, source) => host.replace(source)],
  ]) {
    yield [
      `${name} settles where the host is closed soon after it: its instance is not left behind`,
      async () => {
        const source = await guest('wat/starting');
        const alive = counts().instances;
        for (let microtasks = 0; microtasks < 8; microtasks++) {
          const host = await WapcHost.instantiate(source, { async: false, hostCall: () => '' });
          const begun = begin(host, source).catch(({ code }) => code);
          for (let i = 0; i < microtasks; i++) await undefined;
          host.close();
          const outcome = await begun;
          equal([undefined, 'WAPC_CLOSED'].includes(outcome), true, outcome);
        }
        await turn();
        equal(counts().instances <= alive, true);
      },
    ];
    if (!canSuspend) continue;
    yield [
      `${name} whose start waits for its host call ends with the host`,
      async () => {
        const source = await guest('wat/starting');
        const { hostCall, called } = patient();
        const host = await start(WapcHost.instantiate(source, { hostCall }), called, 0);
        const alive = counts().instances;
        const begun = fails('WAPC_CLOSED', () => begin(host, source));
        const { context } = await called(1);
        host.close();
        await begun;
        equal([context.signal.aborted, context.signal.reason.code], [true, 'WAPC_CLOSED']);
        equal(counts().instances < alive, true);
      },
    ];
  }

  for (const workers of hasWorkers ? [false, true] : [false]) {
    if (!workers && !canSuspend) continue;
    yield [
      `${workers ? 'workers' : 'in-thread'}: destroy ends instances that start, for a request and for a replacement`,
      async () => {
        const source = await guest('wat/starting');
        const { hostCall, called } = patient();
        const pool = await start(WapcPool.create(source, { size: 2, min: 1, workers, hostCall }), called, 0);
        await pool.get();
        const request = fails('WAPC_CLOSED', () => pool.invoke('x'));
        const first = await called(1);
        const replaced = fails('WAPC_CLOSED', () => pool.replace(source));
        const second = await called(2);
        pool.destroy();
        await request;
        await replaced;
        equal([first.context.signal.aborted, second.context.signal.aborted], [true, true]);
      },
    ];
  }

  if (canSuspend) {
    for (const end of ['close', 'destroy']) {
      yield [
        `${end} ends the instance that starts for a replacement`,
        async () => {
          const source = await guest('wat/starting');
          const { hostCall, called } = patient();
          const pool = await start(WapcPool.create(source, { size: 1, hostCall }), called, 0);
          const replaced = fails('WAPC_CLOSED', () => pool.replace(source));
          const { context } = await called(1);
          await pool[end]();
          await replaced;
          equal([context.signal.aborted, context.signal.reason.code], [true, 'WAPC_CLOSED']);
        },
      ];
    }

    yield [
      'the start after a trap ends with its host',
      async () => {
        const { hostCall, called } = patient();
        const host = await start(WapcHost.instantiate(await guest('wat/starting'), { hostCall }), called, 0);
        await fails('WAPC_TRAP', () => host.invoke('?'));
        const waiting = fails('WAPC_CLOSED', () => host.invoke('x'));
        const { context } = await called(1);
        host.close();
        await waiting;
        equal(context.signal.aborted, true);
      },
    ];

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
