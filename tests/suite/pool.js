/** Pools: acquiring, waiting, replacing, growing and shrinking, in-thread and with workers. */

import { A_DAY, equal, fails, string, thrown, until, words, wordsOf } from './assert.js';
import { patient } from './ways.js';

const call = words(512, 1, 512, 1, 512, 1, 512, 1);

export function* pools(environment) {
  const { WapcPool, guest, hasWorkers, canSuspend } = environment;
  const kinds = [['in-thread', {}], ...(hasWorkers ? [['workers', { workers: true }]] : [])];
  for (const [kind, options] of kinds) {
    const create = async (name, given) => WapcPool.create(await guest(name), { logger() {}, ...options, ...given });
    for (const [name, run] of inEachKind(create, environment)) yield [`${kind}: ${name}`, run];
    if (options.workers || canSuspend) {
      for (const [name, run] of whereCallbacksWait(create, environment)) yield [`${kind}: ${name}`, run];
    }
  }

  yield [
    'wrong options of a pool are WAPC_ARGUMENT, and the message begins with the option',
    async () => {
      for (const [what, options] of [
        ['options', 5],
        ['options', null],
        ['options', { sizes: 1 }],
        ['size', { size: 0 }],
        ['size', { size: 1.5 }],
        ['size', { size: '2' }],
        ['min', { min: -1 }],
        ['min', { size: 1, min: 2 }],
        ['idleTimeout', { idleTimeout: -1 }],
        ['idleTimeout', { idleTimeout: NaN }],
        ['maxQueue', { maxQueue: '1' }],
        ['workers', { workers: 5 }],
        ['workers', { workers: 0 }],
        ['workers', { workers: null }],
        ['workers', { workers: { script: 'x' } }],
        ['workers.factory', { workers: { factory: 'x' } }],
        ...(hasWorkers ? [['workers.url', { workers: { url: 5 } }]] : []),
        ['initialize', { initialize: {} }],
        ['limits.timeout', { limits: { timeout: -1 } }],
      ]) {
        const error = await fails('WAPC_ARGUMENT', async () => WapcPool.create(await guest('wat/probe'), options));
        equal(error.message.startsWith(what), true, error.message);
      }
      await fails('WAPC_ARGUMENT', () => new WapcPool());
      const pool = await WapcPool.create(await guest('wat/probe'), { size: 1 });
      await fails('WAPC_ARGUMENT', () => pool.invoke(5));
      await fails('WAPC_ARGUMENT', () => pool.invoke('c', 5));
      await fails('WAPC_ARGUMENT', () => pool.invoke('c', '', 5));
      await fails('WAPC_ARGUMENT', () => pool.invoke('c', '', { timeout: -1 }));
      await fails('WAPC_ARGUMENT', () => pool.get('1'));
      await fails('WAPC_ARGUMENT', () => pool.get(1, { signal: 1 }));
      await fails('WAPC_ARGUMENT', () => pool.get(1, null));
      await fails('WAPC_ARGUMENT', () => pool.get(1, { singal: undefined }));
      await fails('WAPC_ARGUMENT', () => pool.use('work'));
      equal(wordsOf(await pool.invoke('c'))[0], 1);
      equal(pool.stats.idle, 1);
      await pool.close();
    },
  ];

  yield [
    'a source that does not compile, link or start rejects `create` with its code',
    async () => {
      await fails('WAPC_LINK', async () => WapcPool.create(await guest('wat/unknown-imports')));
      await fails('WAPC_INIT', async () => WapcPool.create(await guest('wat/trap-in-start')));
      await fails('WAPC_COMPILE', () => WapcPool.create(new Uint8Array(8)));
    },
  ];
}

function* inEachKind(create, { WapcHost, WapcModule, WapcPool, guest }) {
  const hostCall = (binding, namespace, operation, payload) => payload;

  yield [
    'every invocation gets its own answer',
    async () => {
      const pool = await create('hello', { size: 3, hostCall });
      const before = { size: 3, idle: 3, busy: 0, waiting: 0, invocations: 0, failures: 0, replaced: 0 };
      equal(pool.stats, before);
      const answers = await Promise.all(Array.from({ length: 200 }, (_, index) => pool.invoke('echo', `${index}`)));
      equal(
        answers.map(string),
        answers.map((_, index) => `${index}`),
      );
      await fails('WAPC_GUEST', () => pool.invoke('nope'));
      equal(pool.stats, { ...before, invocations: 201, failures: 1 });
      await pool.close();
      equal(pool.stats, { ...before, size: 0, idle: 0, invocations: 201, failures: 1 });
    },
  ];

  yield [
    'a pool of a compiled module: its options are laid over those of the module',
    async () => {
      const lines = [];
      const module = await WapcModule.compile(await guest('hello'), { hostCall, logger: (line) => lines.push(line) });
      for (const options of [{ size: 1 }, { size: 1, logger: (line) => lines.push(`own ${line}`) }]) {
        const pool = await WapcPool.create(module, options);
        await pool.invoke('hello', 'x');
        await pool.close();
      }
      equal(lines, ['logging something', 'own logging something']);
      module.close();
      await fails('WAPC_CLOSED', () => WapcPool.create(module));
    },
  ];

  yield [
    'get, return and use',
    async () => {
      const [pool, other] = [await create('wat/probe', { size: 2 }), await create('wat/probe', { size: 1 })];
      const host = await pool.get();
      equal([pool.stats.idle, pool.stats.busy, host.closed, host.memorySize], [1, 1, false, 65536]);
      equal(wordsOf(await host.invoke('c'))[0], 1);
      equal(wordsOf(await host.invoke('c'))[0], 2, 'the same instance');
      const plain = await WapcHost.instantiate(await guest('wat/probe'));
      for (const foreign of [plain, {}, null, undefined, 5, await other.get()]) {
        equal((await thrown(() => pool.return(foreign))).code, 'WAPC_POOL_FOREIGN');
      }
      plain.close();
      pool.return(host);
      equal([pool.stats.idle, pool.stats.busy, host.closed, host.memorySize], [2, 0, true, 0]);
      equal((await thrown(() => pool.return(host))).code, 'WAPC_POOL_FOREIGN');
      await fails('WAPC_CLOSED', () => host.invoke('c'));

      equal(await pool.use((acquired) => acquired.id), host.id);
      equal(await thrown(() => pool.use(() => Promise.reject('planned'))), 'planned');
      equal(
        await thrown(() =>
          pool.use(() => {
            throw 'at once';
          }),
        ),
        'at once',
      );
      await pool.use((acquired) => pool.return(acquired));
      equal([pool.stats.idle, pool.stats.invocations], [2, 2]);
      await pool.close();
      other.destroy();
    },
  ];

  yield [
    'requests are served first come, first served, whatever they are',
    async () => {
      const pool = await create('wat/probe', { size: 1 });
      const host = await pool.get();
      const requests = [
        pool.invoke('c'),
        pool.get().then((acquired) => {
          const { waiting } = pool.stats;
          pool.return(acquired);
          return words(waiting);
        }),
        pool.invoke('c', '', {}),
        pool.use((acquired) => acquired.invoke('c')),
      ];
      equal(pool.stats, { size: 1, idle: 0, busy: 1, waiting: 4, invocations: 0, failures: 0, replaced: 0 });
      pool.return(host);
      const answers = await Promise.all(requests);
      equal(
        answers.map((answer) => wordsOf(answer)[0]),
        [1, 2, 2, 3],
      );
      await pool.close();
    },
  ];

  yield [
    'thousands of pending invocations, each of which returns at once',
    async () => {
      const pool = await create('wat/probe', { size: 1 });
      const host = await pool.get();
      const answers = Promise.all(Array.from({ length: 20_000 }, () => pool.invoke('c')));
      pool.return(host);
      equal(
        (await answers).every((answer, index) => wordsOf(answer)[0] === index + 1),
        true,
      );
      await pool.close();
    },
  ];

  yield [
    'a request waits no longer than its timeout and signal, and not behind more than maxQueue',
    async () => {
      const pool = await create('wat/probe', { size: 1, maxQueue: 1 });
      const host = await pool.get(1000);
      await fails('WAPC_POOL_TIMEOUT', () => pool.get(1));
      await fails('WAPC_POOL_TIMEOUT', () => pool.get(0));
      await fails('WAPC_TIMEOUT', () => pool.invoke('c', '', { timeout: 1 }));
      const controller = new AbortController();
      const [got, invoked] = [pool.get(undefined, controller), thrown(() => pool.invoke('c'))];
      equal((await invoked).code, 'WAPC_POOL_FULL');
      await fails('WAPC_POOL_FULL', () => pool.get());
      controller.abort('enough');
      equal(await thrown(() => got), 'enough');
      equal(await thrown(() => pool.get(undefined, controller)), 'enough');
      equal(pool.stats.waiting, 0);
      const aborting = new AbortController();
      const waiting = pool.invoke('c', '', { signal: aborting.signal });
      aborting.abort('enough');
      equal(await thrown(() => waiting), 'enough');
      pool.return(host);
      equal(wordsOf(await pool.invoke('c'))[0], 1, 'none of them ran');
      await pool.close();
      const none = await create('wat/probe', { size: 1, min: 0, maxQueue: 0 });
      const [first, second] = [none.invoke('c'), thrown(() => none.invoke('c'))];
      equal([wordsOf(await first)[0], (await second).code], [1, 'WAPC_POOL_FULL']);
      await none.close();
    },
  ];

  yield [
    'an elastic pool grows when it is needed, and shrinks when it is not',
    async () => {
      const pool = await create('wat/probe', { size: 3, min: 1, idleTimeout: 5 });
      equal(pool.stats.size, 1);
      const hosts = [await pool.get(), await pool.get()];
      equal([pool.stats.size, pool.stats.busy], [2, 2]);
      const third = pool.get();
      equal(pool.stats, { size: 3, idle: 0, busy: 3, waiting: 0, invocations: 0, failures: 0, replaced: 0 });
      hosts.push(await third);
      const fourth = pool.get();
      equal(pool.stats.waiting, 1);
      pool.return(hosts.pop());
      hosts.push(await fourth);
      for (const host of hosts) pool.return(host);
      equal(pool.stats.idle, 3);
      await until(() => pool.stats.size === 1);
      equal([pool.stats.idle, wordsOf(await pool.invoke('c'))[0]], [1, 1]);
      await pool.close();
    },
  ];

  yield [
    'initialize runs once on each new instance, before it is acquired',
    async () => {
      const seen = [];
      const initialize = async (host) => seen.push([host.id, wordsOf(await host.invoke('c'))[0], host]);
      const pool = await create('wat/probe', { size: 2, initialize });
      equal(
        seen.map(([, count]) => count),
        [1, 1],
      );
      equal(new Set(seen.map(([id]) => id)).size, 2);
      equal((await thrown(() => pool.return(seen[0][2]))).code, 'WAPC_POOL_FOREIGN');
      await fails('WAPC_CLOSED', () => seen[0][2].invoke('c'));
      equal([wordsOf(await pool.invoke('c'))[0], pool.stats.invocations], [2, 1]);
      await fails('WAPC_TRAP', () => pool.invoke('?'));
      await until(() => pool.stats.busy === 0);
      equal([seen.length, pool.stats.replaced], [3, 1]);
      const host = await pool.get();
      await fails('WAPC_TRAP', () => host.invoke('?'));
      equal([wordsOf(await host.invoke('c'))[0], seen.length], [2, 4], 'also while it is acquired');
      pool.return(host);
      await pool.close();
    },
  ];

  yield [
    'initialize runs on the fresh instance, too, where invocations wait behind one that broke it',
    async () => {
      let runs = 0;
      const initialize = async (host) => {
        runs++;
        await host.invoke('c');
      };
      const pool = await create('wat/probe', { size: 1, initialize });
      for (const isReturnedEarly of [false, true]) {
        const before = [runs, pool.stats.replaced];
        const host = await pool.get();
        const broken = fails('WAPC_TRAP', () => host.invoke('?'));
        const behind = [host.invoke('c'), host.invoke('c')];
        if (isReturnedEarly) pool.return(host);
        await broken;
        const counted = await Promise.all(behind.map(async (answer) => wordsOf(await answer)[0]));
        equal(counted, [2, 3], 'after the one of initialize');
        if (!isReturnedEarly) pool.return(host);
        equal(wordsOf(await pool.invoke('c'))[0], 4, 'the same instance');
        equal([runs, pool.stats.replaced], [before[0] + 1, before[1] + 1]);
      }
      await pool.close();
    },
  ];

  yield [
    'an initialize that breaks its instance while more of its own invocations wait goes on with a fresh one',
    async () => {
      let runs = 0;
      const initialize = async (host) => {
        if (runs++ > 0) await Promise.allSettled([host.invoke('?'), host.invoke('c')]);
      };
      const pool = await create('wat/probe', { size: 1, initialize });
      const host = await pool.get();
      await fails('WAPC_TRAP', () => host.invoke('?'));
      equal(wordsOf(await host.invoke('c'))[0], 2);
      pool.return(host);
      await fails('WAPC_TRAP', () => pool.invoke('?'));
      equal(wordsOf(await pool.invoke('c'))[0], 2);
      equal([runs, pool.stats.replaced], [3, 2]);
      await pool.close();
    },
  ];

  yield [
    'an initialize that fails for a fresh instance: each invocation that waits for it is told, by an error of its own',
    async () => {
      const planned = new Error('planned');
      let runs = 0;
      const initialize = async (host) => {
        if (runs++ === 1) throw planned;
        if (runs === 3) await host.invoke('?');
      };
      const pool = await create('wat/probe', { size: 1, initialize });
      let host = await pool.get();
      const broken = [fails('WAPC_TRAP', () => host.invoke('?')), thrown(() => host.invoke('c'))];
      equal((await Promise.all(broken))[1], planned);
      pool.return(host);
      // The next instance is broken by `initialize`.
      await fails('WAPC_TRAP', () => pool.invoke('c'));
      host = await pool.get();
      equal(wordsOf(await host.invoke('c'))[0], 1);
      pool.return(host);
      await pool.close();
    },
  ];

  yield [
    'an initialize that does not await what breaks its instance fails',
    async () => {
      const initialize = (host) => void host.invoke('?').catch(() => {});
      await fails('WAPC_INIT', () => create('wat/probe', { size: 1, initialize }));
    },
  ];

  yield [
    'an initialize that fails: create() rejects and closes its hosts; later only the request that needed it rejects',
    async () => {
      const seen = [];
      const planned = new Error('planned');
      const initialize = (host) => {
        seen.push(host);
        if (seen.length > 1) throw planned;
      };
      equal(await thrown(() => create('wat/probe', { size: 3, initialize })), planned);
      equal(
        seen.map(({ closed, memorySize }) => [closed, memorySize]),
        seen.map(() => [true, 0]),
      );
      await fails('WAPC_INIT', () =>
        create('wat/probe', { size: 1, initialize: (host) => host.invoke('?').catch(() => {}) }),
      );

      // The pool exists: the request that needs the instance rejects, and the next one tries again.
      let broken = false;
      const pool = await create('wat/probe', {
        size: 1,
        initialize: () => {
          if (broken) throw planned;
        },
      });
      broken = true;
      await fails('WAPC_TRAP', () => pool.invoke('?'));
      equal(await thrown(() => pool.invoke('c')), planned);
      equal([await thrown(() => pool.get()), pool.stats.size], [planned, 0]);
      broken = false;
      equal([wordsOf(await pool.invoke('c'))[0], pool.stats.size], [1, 1]);
      await pool.close();
    },
  ];

  yield [
    'an instance that trapped is replaced before it is acquired again',
    async () => {
      const pool = await create('wat/probe', { size: 1 });
      for (let round = 1; round <= 3; round++) {
        equal(wordsOf(await pool.invoke('c'))[0], 1);
        const outcomes = await Promise.allSettled([pool.invoke('?'), pool.invoke('c'), pool.invoke('c')]);
        equal(
          outcomes.map(({ reason, value }) => reason?.code ?? wordsOf(value)[0]),
          ['WAPC_TRAP', 1, 2],
        );
        await fails('WAPC_PROTOCOL', () => pool.invoke('s', words(65536, 1)));
        const { failures, replaced } = pool.stats;
        equal([failures, replaced], [2 * round, 2 * round]);
      }
      await pool.close();
    },
  ];

  yield [
    'close lets accepted work finish',
    async () => {
      const pool = await create('wat/probe', { size: 1 });
      const host = await pool.get();
      const waiting = pool.invoke('c');
      const closed = pool.close();
      equal(pool.close(), closed);
      await fails('WAPC_CLOSED', () => pool.invoke('c'));
      await fails('WAPC_CLOSED', () => pool.get());
      equal(wordsOf(await host.invoke('c'))[0], 1);
      pool.return(host);
      equal(wordsOf(await waiting)[0], 2);
      await closed;
      equal(pool.stats.size, 0);
      await pool[Symbol.asyncDispose]();
      pool.destroy();
    },
  ];

  yield [
    'destroy rejects accepted work',
    async () => {
      const pool = await create('wat/probe', { size: 1 });
      const host = await pool.get();
      const waiting = [pool.invoke('c'), pool.get(), pool.invoke('c', '', { timeout: A_DAY })];
      const closed = pool.close();
      pool.destroy();
      pool.destroy();
      for (const promise of waiting) await fails('WAPC_CLOSED', () => promise);
      await fails('WAPC_CLOSED', () => host.invoke('c'));
      await fails('WAPC_CLOSED', () => pool.invoke('c'));
      await closed;
      pool.return(host);
      equal([host.closed, pool.stats.size, pool.stats.busy], [true, 0, 0]);
      await pool.close();
    },
  ];
}

function* whereCallbacksWait(create) {
  yield [
    'destroy says that the pool is closed, not one of its hosts, to what runs and to what waits',
    async () => {
      const { hostCall, called } = patient();
      const pool = await create('wat/probe', { size: 1, hostCall });
      const asked = [pool.invoke('h', call), pool.invoke('c'), pool.get()];
      await called(0);
      pool.destroy();
      for (const promise of asked) {
        const { code, message } = await thrown(() => promise);
        equal([code, message], ['WAPC_CLOSED', 'the pool is closed']);
      }
    },
  ];

  yield [
    'abort while it runs: the instance is replaced',
    async () => {
      const { hostCall, called } = patient();
      const pool = await create('wat/probe', { size: 1, hostCall });
      equal(wordsOf(await pool.invoke('c'))[0], 1);
      const controller = new AbortController();
      const running = pool.invoke('h', call, controller);
      const next = pool.invoke('c');
      const { context } = await called(0);
      controller.abort('enough');
      equal(await thrown(() => running), 'enough');
      equal([wordsOf(await next)[0], context.signal.aborted, pool.stats.replaced], [1, true, 1]);
      const host = await pool.get();
      const aborting = new AbortController();
      const acquired = host.invoke('h', call, aborting);
      await called(1);
      aborting.abort('enough of it');
      equal(await thrown(() => acquired), 'enough of it');
      pool.return(host);
      equal(wordsOf(await pool.invoke('c'))[0], 1);
      await pool.close();
    },
  ];

  yield [
    'an instance that is returned while it runs is free once that has ended',
    async () => {
      const { hostCall, called } = patient();
      const pool = await create('wat/probe', { size: 1, hostCall });
      const host = await pool.get();
      const running = host.invoke('h', call);
      pool.return(host);
      equal(pool.stats.busy, 1);
      const next = pool.invoke('c');
      (await called(0)).resolve('x');
      equal([wordsOf(await running)[1], wordsOf(await next)[0]], [1, 2]);
      const again = await pool.get();
      const both = [again.invoke('h', call), again.invoke('h', call)];
      pool.return(again);
      (await called(1)).resolve('x');
      await both[0];
      equal([pool.stats.busy, pool.stats.idle], [1, 0], 'one of two has ended');
      (await called(2)).resolve('xx');
      equal(wordsOf(await both[1])[1], 2);
      await until(() => pool.stats.idle === 1);
      await pool.close();
    },
  ];

  yield [
    'callbacks know the instance that calls, and may use the pool they answer for',
    async () => {
      const ids = new Set();
      let pool;
      const hostCall = async (binding, namespace, operation, payload, { host }) => {
        ids.add(host.id);
        return ids.size < 2 ? pool.invoke('h', call) : payload;
      };
      pool = await create('wat/probe', { size: 2, hostCall });
      equal(wordsOf(await pool.invoke('h', call))[1], 12);
      equal(ids.size, 2);
      await pool.close();
    },
  ];

  yield [
    'fifty thousand invocations at once each get their own answer',
    async () => {
      const hostCall = async (binding, namespace, operation, payload) => payload;
      const pool = await create('wat/small', { size: 4, hostCall });
      const answers = await Promise.all(Array.from({ length: 50_000 }, (_, index) => pool.invoke('x', words(index))));
      equal(
        answers.every((answer, index) => wordsOf(answer)[0] === index),
        true,
      );
      await pool.close();
    },
  ];

  yield [
    'a thousand invocations whose callbacks answer in any order each get their own answer',
    async () => {
      const hostCall = async (binding, namespace, operation, payload) => {
        await new Promise((resolve) => setTimeout(resolve, Math.random() * 10));
        return payload;
      };
      const pool = await create('hello', { size: 10, hostCall });
      const answers = await Promise.all(Array.from({ length: 1000 }, (_, index) => pool.invoke('hello', `${index}`)));
      equal(
        answers.map(string),
        answers.map((_, index) => `Hello, ${index}`),
      );
      equal(pool.stats.invocations, 1000);
      await pool.close();
    },
  ];
}
