/**
 * Clocks of tests. Fake timers, such as jest's, put clocks of their own in place of `queueMicrotask` and `performance.now`,
 * which stand still until a test lets them go on.
 */

import { equal, fails, thrown, words, wordsOf } from './assert.js';
import { clock, pollAt, probes } from './wasi/probe.js';
import { patient, ways } from './ways.js';

const call = words(512, 1, 512, 1, 512, 1, 512, 1);

/** Reads of a clock that stands still from which on somebody is taken to wait for it. */
const MANY = 1000;

/**
 * Runs `work` while a clock stands still: `performance`, or `Date`. What waits for it gets an error.
 * @param {{ now(): number }} stopped
 */
async function whileItStands(stopped, work) {
  const own = Object.getOwnPropertyDescriptor(stopped, 'now');
  const stands = stopped.now();
  let reads = 0;
  stopped.now = () => {
    if (++reads > MANY) throw new Error('the clock of a test is waited for');
    return stands;
  };
  try {
    await work();
  } finally {
    // @ts-expect-error That of `performance` is the prototype's.
    delete stopped.now;
    if (own !== undefined) Object.defineProperty(stopped, 'now', own);
  }
}

/** Runs `work` while `performance` stands still. What leaves a microtask to the clock, too, gets an error. */
async function whileClockStands(work) {
  const { queueMicrotask } = globalThis;
  globalThis.queueMicrotask = () => {
    throw new Error('a microtask was left to the clock of a test');
  };
  try {
    await whileItStands(performance, work);
  } finally {
    globalThis.queueMicrotask = queueMicrotask;
  }
}

/** A sleep until `milliseconds` on a clock. */
function sleepUntil(milliseconds, id) {
  const until = clock(BigInt(Math.ceil(milliseconds)) * 1_000_000n, 1, id);
  until[40] = 1;
  return until;
}

export function* clocks(environment) {
  const { WapcHost, guest, canSuspend } = environment;

  for (const [way, make] of ways(environment)) {
    yield [
      `${way}: invocations wait for their turn, and are ended, while the clock of a test stands still`,
      async () => {
        const source = await guest('wat/probe');
        const { hostCall, called } = patient();
        await whileClockStands(async () => {
          const host = await make(source, { hostCall });
          const counts = await Promise.all([1, 2, 3].map(() => host.invoke('c')));
          equal(
            counts.map((count) => wordsOf(count)[0]),
            [1, 2, 3],
          );
          const waits = host.invoke('h', call);
          const controller = new AbortController();
          const aborted = thrown(() => host.invoke('c', '', controller));
          const next = host.invoke('c');
          const { resolve } = await called(0);
          controller.abort('enough');
          equal(await aborted, 'enough');
          resolve('x');
          equal(wordsOf(await waits)[0], 1);
          equal(wordsOf(await next)[0], 5);
          await fails('WAPC_TRAP', () => host.invoke('?'));
          equal(wordsOf(await host.invoke('c'))[0], 1, 'a fresh instance');
          const closed = host.invoke('h', call);
          await called(1);
          host.close();
          await fails('WAPC_CLOSED', () => closed);
        });
      },
    ];
  }

  yield [
    'a guest sleeps on, and a fresh instance is made, while the clock of a test stands still',
    async () => {
      const it = await probes(environment)({ async: false });
      const source = await guest('wat/probe');
      await whileClockStands(async () => {
        for (const id of [0, 1]) equal(await pollAt(it, clock(2_000_000n, 1, id)), 0);
        equal(await pollAt(it, sleepUntil(performance.now() + 2, 1)), 0, 'until a time');
        it.host.close();
        const host = await WapcHost.instantiate(source, { async: false });
        await fails('WAPC_TRAP', () => host.invoke('?'));
        const fresh = await Promise.all([host.invoke('c'), host.invoke('c')]);
        equal(fresh.map((count) => wordsOf(count)[0]), [1, 2]); // prettier-ignore
        host.close();
      });
    },
  ];

  /** Guests that sleep: on their thread, and suspended by themselves or by the engine. */
  const sleepers = [
    ['a guest that blocks its thread', 'wat/wasi', { async: false }],
    ['a guest that suspends itself', 'asyncify/wat/wasi', { hostCall: async () => '', async: 'auto' }],
    ...(canSuspend ? [['a guest that the engine suspends', 'wat/wasi', { async: 'auto' }]] : []),
  ];
  for (const [what, name, options] of sleepers) {
    yield [
      `${what} sleeps for a time, and until one, while either clock of a test stands still`,
      async () => {
        const it = await probes(environment)(options, name);
        for (const stopped of [performance, Date]) {
          await whileItStands(stopped, async () => {
            for (const id of [0, 1]) {
              equal(await pollAt(it, clock(2_000_000n, 1, id)), 0);
              equal(await pollAt(it, sleepUntil((id === 0 ? Date : performance).now() + 2, id)), 0);
            }
          });
        }
        it.host.close();
      },
    ];
  }
}
