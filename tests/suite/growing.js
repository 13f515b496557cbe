/** Pools whose instances cannot be created, or come for nobody. */

import { equal, fails, thrown, until, words, wordsOf } from './assert.js';
import { patient } from './ways.js';

const planned = new Error('planned');

/** An `initialize` that refuses instances after the first, until `isFailing` is cleared. */
class Starts {
  made = 0;
  isFailing = true;
  initialize = () => {
    if (++this.made > 1 && this.isFailing) throw planned;
  };
}

const call = words(512, 1, 512, 1, 512, 1, 512, 1);

export function* growing(environment) {
  const { WapcPool, guest, hasWorkers, canSuspend } = environment;
  for (const [kind, options] of [['in-thread', {}], ...(hasWorkers ? [['workers', { workers: true }]] : [])]) {
    const create = async (given) =>
      WapcPool.create(await guest('wat/probe'), { size: 2, min: 1, logger() {}, ...options, ...given });
    for (const [name, run] of inEachKind(create)) yield [`${kind}: ${name}`, run];
    if (options.workers || canSuspend) {
      for (const [name, run] of whereCallbacksWait(create, guest)) yield [`${kind}: ${name}`, run];
    }
    if (!options.workers && canSuspend) {
      for (const [name, run] of onThisThread(create)) yield [`${kind}: ${name}`, run];
    }
  }
}

function* inEachKind(create) {
  yield [
    'a pool is refused with its first instance that cannot be created, whatever the others do',
    async () => {
      const hosts = [];
      const initialize = (host) => {
        hosts.push(host);
        if (hosts.length === 2) throw planned;
        return new Promise(() => {});
      };
      equal(await thrown(() => create({ size: 3, min: 3, initialize })), planned);
      equal(
        hosts.map(({ closed, memorySize }) => [closed, memorySize]),
        hosts.map(() => [true, 0]),
      );
    },
  ];

  yield [
    'an instance that is being created stands for a request, whoever makes it',
    async () => {
      let start;
      const pool = await create({ size: 1, min: 0, maxQueue: 0, initialize: () => new Promise((go) => (start = go)) });
      const controller = new AbortController();
      const first = thrown(() => pool.invoke('c', '', { signal: controller.signal }));
      await until(() => start !== undefined);
      controller.abort('enough');
      equal(await first, 'enough');
      const second = pool.invoke('c');
      await fails('WAPC_POOL_FULL', () => pool.invoke('c'));
      start();
      equal(wordsOf(await second)[0], 1);
      await pool.close();
    },
  ];

  yield [
    'close does not wait for an instance that nobody waits for',
    async () => {
      let hasBegun = false;
      const initialize = () => {
        hasBegun = true;
        return new Promise(() => {});
      };
      const pool = await create({ min: 0, initialize });
      const controller = new AbortController();
      const given = thrown(() => pool.invoke('c', '', { signal: controller.signal }));
      await until(() => hasBegun);
      controller.abort('enough');
      equal(await given, 'enough');
      await pool.close();
      equal(pool.stats.size, 0);
    },
  ];

  yield [
    'an invocation whose time is over when its turn comes is not counted',
    async () => {
      const pool = await create({ size: 1 });
      const host = await pool.get();
      const late = fails('WAPC_TIMEOUT', () => pool.invoke('c', '', { timeout: 1 }));
      // No timer runs before the host is returned.
      for (const since = performance.now(); performance.now() <= since + 1;);
      pool.return(host);
      await late;
      equal([pool.stats.invocations, pool.stats.failures], [0, 0]);
      equal(wordsOf(await pool.invoke('c'))[0], 1);
      await pool.close();
    },
  ];
}

function* whereCallbacksWait(create, guest) {
  yield [
    'where an instance cannot be created, those that serve go on with what is pending; one that was acquired does not',
    async () => {
      const { hostCall, called } = patient();
      const starts = new Starts();
      const pool = await create({ hostCall, initialize: starts.initialize });
      const first = pool.invoke('h', call);
      const { resolve } = await called(0);
      const others = ['c', 'c', 'c'].map((operation) => pool.invoke(operation));
      await until(() => starts.made > 1);
      resolve('');
      await first;
      for (const [at, other] of others.entries()) equal(wordsOf(await other)[0], 2 + at);

      const again = pool.invoke('h', call);
      const held = pool.get();
      const waiting = thrown(() => pool.invoke('c'));
      (await called(1)).resolve('');
      await again;
      const host = await held;
      equal(await waiting, planned);
      equal(await thrown(() => pool.invoke('c')), planned);
      pool.return(host);
      equal(wordsOf(await pool.invoke('c'))[0], 6);
      equal(pool.stats.failures, 0);
      await pool.close();
    },
  ];

  yield [
    'requests that were left are bounded by maxQueue, and served once instances can be created',
    async () => {
      const { hostCall, called } = patient();
      const starts = new Starts();
      const pool = await create({ size: 4, maxQueue: 2, hostCall, initialize: starts.initialize });
      const first = pool.invoke('h', call);
      const { resolve } = await called(0);
      const left = [];
      // One more than wait: each might have got an instance of its own.
      for (let count = 1; count <= 3; count++) {
        left.push(pool.invoke('c'));
        await until(() => starts.made === 1 + count && pool.stats.size === 1);
      }
      await fails('WAPC_POOL_FULL', () => pool.invoke('c'));
      starts.isFailing = false;
      await fails('WAPC_POOL_FULL', () => pool.get());
      resolve('');
      await Promise.all([first, ...left]);
      equal(pool.stats.waiting, 0);
      await pool.close();
    },
  ];

  yield [
    'nothing is refused while another guest takes over that starts once, and not again',
    async () => {
      const { hostCall, called } = patient();
      let made = 0;
      const initialize = () => {
        if (++made > 2) throw planned;
      };
      const pool = await create({ hostCall, initialize });
      const first = pool.invoke('h', call);
      const { resolve } = await called(0);
      const replaced = pool.replace(await guest('wat/probe'));
      await until(() => made === 2);
      const others = ['c', 'c', 'c'].map((operation) => pool.invoke(operation));
      await until(() => made > 2);
      resolve('');
      await Promise.all([first, replaced, ...others]);
      equal(pool.stats.failures, 0);
      await pool.close();
    },
  ];
}

/** Requests that were left to instances of this thread; those that are left to workers are offered to them. */
function* onThisThread(create) {
  yield [
    'one instance that can be created is followed by others for the requests that were left',
    async () => {
      const { hostCall, called, calls } = patient();
      const starts = new Starts();
      const pool = await create({ size: 4, hostCall, initialize: starts.initialize });
      const all = [pool.invoke('h', call)];
      await called(0);
      for (let count = 1; count <= 2; count++) {
        all.push(pool.invoke('h', call));
        await until(() => starts.made === 1 + count && pool.stats.size === 1);
      }
      starts.isFailing = false;
      all.push(pool.invoke('h', call));
      // Each waits on an instance of its own.
      await called(3);
      for (const { resolve } of calls) resolve('');
      await Promise.all(all);
      equal([pool.stats.size, pool.stats.failures], [4, 0]);
      await pool.close();
    },
  ];
}
