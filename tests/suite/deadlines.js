/** Invocations and starts that take too long, and too many that wait at once. */

import { A_DAY, equal, fails, inTime, string, thrown, until, words, wordsOf } from './assert.js';
import { patient, ways } from './ways.js';

const call = words(512, 1, 512, 1, 512, 1, 512, 1);

export function* deadlines(environment) {
  const { WapcHost, WapcModule, WapcPool, guest, canSuspend, hasWorkers } = environment;
  const probe = async (options) => WapcHost.instantiate(await guest('wat/probe'), options);

  yield [
    'a timeout that does not pass changes nothing',
    async () => {
      const host = await probe({ async: false, limits: { timeout: A_DAY + 0.5 } });
      equal(wordsOf(await host.invoke('c', '', { timeout: A_DAY }))[0], 1);
      equal(wordsOf(await host.invoke('c', '', { timeout: Infinity }))[0], 2);
      host.close();
      (await probe({ limits: { timeout: Infinity } })).close();
    },
  ];

  yield* timeoutsOfZero(environment);

  for (const [way, make] of ways(environment)) {
    for (const [name, run] of inEachWay(make, environment)) yield [`${way}: ${name}`, run];
  }

  if (canSuspend || hasWorkers) yield* startsOfHosts(environment);
  for (const [kind, options] of [['in-thread', {}], ...(hasWorkers ? [['workers', { workers: true }]] : [])]) {
    const create = async (name, given) => WapcPool.create(await guest(name), { size: 1, ...options, ...given });
    yield* startsOfPools(kind, create);
  }

  if (!canSuspend) return;

  yield [
    'guests whose host calls are answered at once let timers run',
    async () => {
      const module = await WapcModule.compile(await guest('bench'), { hostCall: async (...call) => call[3] });
      for (const [count, times] of [
        [1, 1000],
        [50, 10],
      ]) {
        const hosts = await Promise.all(Array.from({ length: count }, () => module.instantiate()));
        let hasRun = false;
        setTimeout(() => (hasRun = true));
        const work = async (host) => {
          // Each makes a hundred host calls.
          for (let i = 0; i < times && !hasRun; i++) await host.invoke('calls', '');
          host.close();
        };
        await Promise.all(hosts.map(work));
        equal(hasRun, true, `${count} hosts`);
      }
      module.close();
    },
  ];

  yield [
    'limits.timeout ends a guest whose host calls are answered at once, by callbacks that take a millisecond',
    async () => {
      let calls = 0;
      const hostCall = async (binding, namespace, operation, payload) => {
        calls++;
        for (const end = performance.now() + 1; performance.now() < end;);
        return payload;
      };
      const host = await WapcHost.instantiate(await guest('bench'), { hostCall, limits: { timeout: 10 } });
      await fails('WAPC_TIMEOUT', () => host.invoke('calls', ''));
      equal(calls < 100, true);
      host.close();
    },
  ];

  yield [
    'no more guests are suspended at once than limits.suspensions, the others run in order',
    async () => {
      let [suspended, most] = [0, 0];
      const waiting = [];
      const answerAll = () => waiting.splice(0).forEach((answer) => answer());
      // One timer for all that wait: browsers let nested timers of 0 ms wait for 4, so two timers may end out of order.
      let answered = () => new Promise((answer) => waiting.push(answer) === 1 && setTimeout(answerAll));
      const hostCall = async (binding, namespace, operation, payload) => {
        most = Math.max(most, ++suspended);
        await answered();
        suspended--;
        return payload;
      };
      const module = await WapcModule.compile(await guest('hello'), {
        hostCall,
        logger() {},
        limits: { suspensions: 5 },
      });
      const hosts = await Promise.all(Array.from({ length: 50 }, () => module.instantiate()));
      const order = [];
      const invoke = async (host, index) => {
        equal(string(await host.invoke('echo', `${index}`)), `${index}`);
        order.push(index);
      };
      await Promise.all(hosts.map(invoke));
      equal([most, suspended], [5, 0]);
      equal(
        order,
        hosts.map((_, index) => index),
      );
      // Invocations that wait for room can be aborted and closed, which loses no room.
      let open;
      const opened = new Promise((resolve) => (open = resolve));
      answered = () => opened;
      const invocations = hosts.map((host, index) => host.invoke('echo', 'x', { timeout: index === 6 ? 0 : A_DAY }));
      hosts[7].close();
      const settled = Promise.allSettled(invocations);
      // Before any other has ended.
      await fails('WAPC_TIMEOUT', () => invocations[6]);
      open();
      const outcomes = await settled;
      equal(
        outcomes.map(({ reason }) => reason?.code),
        hosts.map((_, index) => ({ 6: 'WAPC_TIMEOUT', 7: 'WAPC_CLOSED' })[index]),
      );
      for (const host of hosts) host.close();
    },
  ];
}

/** `timeout: 0`, which lets nothing wait for another task of the event loop. */
function* timeoutsOfZero({ WapcHost, WapcPool, guest, canSuspend, hasWorkers }) {
  const now = { timeout: 0 };
  const pool = async (options) => WapcPool.create(await guest('wat/probe'), { size: 1, ...options });

  yield [
    'timeout 0: a guest that answers at once has answered',
    async () => {
      for (const options of [false, 'auto'].map((async) => ({ async, hostCall: () => 'x' }))) {
        const host = await WapcHost.instantiate(await guest('wat/probe'), options);
        const shared = await pool(options);
        const held = await shared.get();
        for (const invoked of [host, held]) {
          for (const count of [1, 2, 3]) equal(wordsOf(await invoked.invoke('c', '', now))[0], count);
          equal(wordsOf(await invoked.invoke('h', call, now))[1], 1);
        }
        await fails('WAPC_TIMEOUT', () => shared.invoke('c', '', now));
        shared.return(held);
        equal(wordsOf(await shared.invoke('c', '', now))[0], 5, 'the same instance');
        host.close();
        await shared.close();
      }
    },
  ];

  if (canSuspend) {
    yield [
      'timeout 0: a promise may settle in microtasks, others end',
      async () => {
        let answer = async () => 'x';
        const host = await WapcHost.instantiate(await guest('wat/probe'), { hostCall: () => answer() });
        for (let turn = 0; turn < 3; turn++) equal(wordsOf(await host.invoke('h', call, now))[1], 1);
        const { hostCall, called } = patient();
        answer = hostCall;
        const suspended = host.invoke('h', call);
        const { resolve } = await called(0);
        await fails('WAPC_TIMEOUT', () => host.invoke('c', '', now));
        resolve('xy');
        equal(wordsOf(await suspended)[1], 2, 'the one before goes on');
        await fails('WAPC_TIMEOUT', () => host.invoke('h', call, now));
        equal(wordsOf(await host.invoke('c'))[0], 1, 'a fresh instance');
        host.close();
      },
    ];

    yield [
      'timeout 0: answers in microtasks do not wait for the turn that a busy event loop is due',
      async () => {
        // So long that the timers of `timeout: 0` are due before the event loop's next turn.
        const busy = async (binding, namespace, operation, payload) => {
          for (const end = performance.now() + 1; performance.now() < end;);
          return payload;
        };
        const host = await WapcHost.instantiate(await guest('wat/probe'), { hostCall: busy });
        const calls = await WapcHost.instantiate(await guest('bench'), { hostCall: busy });
        // Fewer answers than may be given before a turn that is due; at one of the first sixteen the clock is looked at.
        for (let count = 0; count < 20; count++) equal(wordsOf(await host.invoke('h', call, now))[1], 1);
        // A hundred host calls.
        await calls.invoke('calls', '', now);

        // It has its turn, however many invocations there are, and whether each makes one host call or many.
        for (const invoke of [() => host.invoke('h', call, now), () => calls.invoke('calls', '', now)]) {
          let hasRun = false;
          setTimeout(() => (hasRun = true));
          for (let count = 0; count < 1000 && !hasRun; count++) {
            await invoke().catch(({ code }) => equal(code, 'WAPC_TIMEOUT'));
          }
          equal(hasRun, true, 'the event loop has its turn');
        }
        host.close();
        calls.close();
      },
    ];
  }

  if (hasWorkers) {
    yield [
      'timeout 0: a guest in a worker is not asked',
      async () => {
        const workers = await pool({ workers: true });
        await fails('WAPC_TIMEOUT', () => workers.invoke('c', '', now));
        await workers.use((held) => fails('WAPC_TIMEOUT', () => held.invoke('c', '', now)));
        equal(wordsOf(await workers.invoke('c'))[0], 1);
        equal(workers.stats.replaced, 0);
        await workers.close();
      },
    ];
  }
}

function* inEachWay(make, { WapcModule, guest }) {
  const probe = async (options) => make(await guest('wat/probe'), options);

  for (const [what, limits, options] of [
    ['limits.timeout', { timeout: 250 }, undefined],
    ["invoke's timeout", undefined, { timeout: 250 }],
    ['the shorter of both', { timeout: A_DAY }, { timeout: 250 }],
  ]) {
    yield [
      `${what} ends an invocation whose host call does not`,
      async () => {
        const { hostCall, calls } = patient();
        const host = await probe({ hostCall, limits });
        equal(wordsOf(await inTime(() => host.invoke('c')))[0], 1);
        // On a slow machine the timeout may pass before the guest makes its call.
        do await fails('WAPC_TIMEOUT', () => host.invoke('h', call, options));
        while (calls.length === 0);
        const { signal } = calls[0].context;
        equal([signal.aborted, signal.reason?.code], [true, 'WAPC_TIMEOUT']);
        equal(wordsOf(await inTime(() => host.invoke('c')))[0], 1, 'a fresh instance');
        host.close();
      },
    ];
  }

  yield [
    "invoke's timeout counts the wait for a turn, limits.timeout does not",
    async () => {
      const { hostCall, called } = patient();
      const host = await probe({ hostCall, limits: { timeout: A_DAY } });
      const first = host.invoke('h', call);
      const { resolve } = await called(0);
      await fails('WAPC_TIMEOUT', () => host.invoke('c', '', { timeout: 5 }));
      resolve('x');
      equal(wordsOf(await first)[1], 1);
      equal(wordsOf(await host.invoke('c'))[0], 2, 'the same instance');
      host.close();
    },
  ];

  yield [
    'limits.timeout of a compiled module, and another one laid over it',
    async () => {
      const { hostCall, calls, called } = patient();
      const module = await WapcModule.compile(await guest('wat/probe'), { hostCall, limits: { timeout: 5 } });
      const limited = await make(module, {});
      await fails('WAPC_TIMEOUT', () => limited.invoke('h', call));
      limited.close();
      const patiently = await make(module, { limits: { timeout: A_DAY } });
      const { length } = calls;
      const outcome = patiently.invoke('h', call).then(
        (answer) => wordsOf(answer)[1],
        ({ code }) => code,
      );
      const { resolve } = await called(length);
      // A timer with the module's limit would have fired before this one.
      await new Promise((resolve) => setTimeout(resolve, 10));
      resolve('x');
      equal(await outcome, 1);
      patiently.close();
      module.close();
    },
  ];

  yield [
    'a timeout that is longer than any timer never passes',
    async () => {
      const { hostCall, called } = patient();
      const host = await probe({ hostCall });
      for (const [number, timeout] of [2 ** 31 - 1, 2 ** 31, 2 ** 32, Infinity].entries()) {
        const outcome = host.invoke('h', call, { timeout }).then(
          (answer) => wordsOf(answer)[1],
          ({ code }) => code,
        );
        const { resolve } = await called(number);
        // A timer that overflows to 0 ms would have fired before this one.
        await new Promise((resolve) => setTimeout(resolve, 2));
        resolve('x');
        equal(await outcome, 1, `${timeout} ms`);
      }
      host.close();
    },
  ];

  yield [
    'limits.start ends a start whose host call does not, limits.timeout does not',
    async () => {
      const starting = await guest('wat/starting');
      const hostCall = () => new Promise(() => {});
      await fails('WAPC_TIMEOUT', () => make(starting, { hostCall, limits: { start: 5, timeout: A_DAY } }));
      const late = () => new Promise((resolve) => setTimeout(resolve, 20));
      const host = await make(starting, { hostCall: late, limits: { start: A_DAY, timeout: 1 } });
      host.close();
      (await make(starting, { hostCall: late, limits: { start: Infinity } })).close();
    },
  ];

  yield [
    'limits.start ends the start after a trap; the next one is tried again',
    async () => {
      let answer = () => undefined;
      const limits = { start: 500, timeout: A_DAY };
      const starting = await guest('wat/starting');
      const host = await inTime(() => make(starting, { hostCall: () => answer(), limits }));
      equal(wordsOf(await host.invoke('c')), [1]);
      answer = () => new Promise(() => {});
      await fails('WAPC_TRAP', () => host.invoke('?'));
      await fails('WAPC_TIMEOUT', () => host.invoke('c'));
      answer = () => undefined;
      equal(wordsOf(await inTime(() => host.invoke('c'))), [1]);
      host.close();
    },
  ];
}

/** Hosts whose guest is replaced, with a deadline for starts. */
function* startsOfHosts({ WapcHost, guest, canSuspend }) {
  for (const [what, answer] of [
    ['whose host call does not end', () => new Promise(() => {})],
    ...(canSuspend ? [] : [['that computes for ever', () => 'x']]),
  ]) {
    yield [
      `reset and replace with a start ${what}: WAPC_TIMEOUT, and the guest that was there stays in place`,
      async () => {
        const starting = await guest('wat/starting');
        let answers = () => undefined;
        const host = await inTime(() =>
          WapcHost.instantiate(starting, {
            async: true,
            hostCall: () => answers(),
            limits: { start: 500 },
          }),
        );
        equal(wordsOf(await host.invoke('c')), [1]);
        answers = answer;
        const stays = [fails('WAPC_TIMEOUT', () => host.reset()), fails('WAPC_TIMEOUT', () => host.replace(starting))];
        await Promise.all(stays);
        equal(wordsOf(await host.invoke('c')), [2], 'the same instance');
        answers = () => undefined;
        await inTime(() => host.reset());
        equal(wordsOf(await host.invoke('c')), [1], 'a fresh one');
        answers = answer;
        const replaced = thrown(() => host.replace(starting));
        host.close();
        equal((await replaced).code, 'WAPC_CLOSED');
      },
    ];
  }
}

/** Pools, whose `initialize` counts as part of the start. */
function* startsOfPools(kind, create) {
  yield [
    `${kind}: an initialize that never ends: WAPC_TIMEOUT`,
    async () => {
      const never = () => new Promise(() => {});
      const lent = [];
      const initialize = (host) => {
        lent.push(host);
        return never();
      };
      const error = await fails('WAPC_TIMEOUT', () => create('wat/probe', { initialize, limits: { start: 500 } }));
      equal(error.message.includes('limits.start'), true, error.message);
      equal([lent.length, lent[0].closed, lent[0].memorySize], [1, true, 0]);
      await fails('WAPC_CLOSED', () => lent[0].invoke('c'));

      // If a later instance cannot be created, the request that needs it rejects, and the next one tries again.
      let ends = false;
      const pool = await create('wat/probe', {
        min: 0,
        initialize: () => (ends ? undefined : never()),
        limits: { start: 500 },
      });
      await fails('WAPC_TIMEOUT', () => pool.invoke('c'));
      equal([pool.stats.size, pool.stats.busy], [0, 0]);
      ends = true;
      equal(wordsOf(await inTime(() => pool.invoke('c')))[0], 1);
      ends = false;
      await fails('WAPC_TRAP', () => pool.invoke('?'));
      await fails('WAPC_TIMEOUT', () => pool.invoke('c'));
      ends = true;
      equal(wordsOf(await inTime(() => pool.invoke('c')))[0], 1);
      ends = false;
      const host = await inTime(() => pool.get());
      await fails('WAPC_TRAP', () => host.invoke('?'));
      await fails('WAPC_TIMEOUT', () => host.invoke('c'));
      await fails('WAPC_CLOSED', () => host.invoke('c'));
      equal(host.closed, true);
      ends = true;
      pool.return(host);
      equal([wordsOf(await inTime(() => pool.invoke('c')))[0], pool.stats.size], [1, 1]);
      await pool.close();
    },
  ];

  yield [
    `${kind}: a pool is destroyed while initialize runs`,
    async () => {
      let initializing;
      const pool = await create('wat/probe', {
        min: 0,
        initialize: () => new Promise(() => (initializing = true)),
        limits: { start: A_DAY },
      });
      const waiting = fails('WAPC_CLOSED', () => pool.invoke('c'));
      await until(() => initializing);
      pool.destroy();
      await waiting;
      equal([pool.stats.size, pool.stats.waiting], [0, 0]);
    },
  ];
}
