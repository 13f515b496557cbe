/** Chains of invocations (`from`): what they inherit, and those that would wait for themselves. */

import { A_DAY, bytes, equal, fails, rootOf, string, thrown, turn, until } from './assert.js';
import { ENDLESS, guestOf, turning } from './interrupting/endless.js';
import { Later, relay, through } from './routes.js';
import { patient, poolsThatWait, ways } from './ways.js';

/** Milliseconds: short, since an endless guest takes them. */
const SOON = 20;
/** Milliseconds of a limit that also holds for an invocation which is answered at once, on a busy machine. */
const LATER = 500;

/** A host of a guest on this thread that ends only by its time, as what routes lead to. */
class Endless {
  constructor(host) {
    this.host = host;
  }
  invoke(operation, payload, options) {
    return this.host.invoke('e', payload, options);
  }
  invokeSync(operation, payload, options) {
    return this.host.invokeSync('e', payload, { from: options.from });
  }
  close() {
    this.host.close();
  }
}

export function* chains(environment) {
  const { WapcHost, WapcModule, WapcPool, guest, canSuspend } = environment;

  const endless = async () =>
    new Endless(await WapcHost.instantiate(guestOf(ENDLESS['a loop']), { async: false, limits: { interrupt: true } }));

  for (const [name, make] of ways(environment)) {
    yield [
      `${name}: its time ends what is invoked for its host calls, which keeps this thread busy`,
      async () => {
        const inner = await endless();
        const limited = await make(await guest('wat/relay'), { hostCall: { a: inner }, limits: { timeout: LATER } });
        await fails('WAPC_TIMEOUT', () => limited.invoke('relay', through('a')));
        const given = await make(await guest('wat/relay'), { hostCall: { a: inner } });
        await fails('WAPC_TIMEOUT', () => given.invoke('relay', through('a'), { timeout: SOON }));
        for (const host of [limited, given]) {
          equal(string(await host.invoke('echo', 'goes on')), 'goes on');
          host.close();
        }
        inner.close();
      },
    ];
  }

  for (const [name, make] of ways(environment)) {
    yield [
      `${name}: what ends an invocation and what is invoked for its host calls is an error of each`,
      async () => {
        const hostCall = () => new Promise(() => {});
        const inner = await make(await guest('wat/relay'), { name: 'inner', hostCall });
        let asked;
        const asking = (binding, namespace, operation, payload, from) =>
          (asked = inner.invoke('relay', relay('b', 'echo'), { from }));
        const outer = await make(await guest('wat/relay'), { name: 'outer', hostCall: asking });
        const errors = [
          await fails('WAPC_TIMEOUT', () => outer.invoke('relay', relay('a', 'echo'), { timeout: SOON })),
        ];
        errors.push(await fails('WAPC_TIMEOUT', () => asked));
        equal(
          errors.map((error) => error.guest),
          ['outer', 'inner'],
        );
        inner.close();
        outer.close();
      },
    ];
  }

  for (const [name, make] of ways(environment)) {
    yield [
      `${name}: a host call that fails after the time of a parent that has ended`,
      async () => {
        const { hostCall, called } = patient();
        const child = await make(await guest('wat/relay'), { hostCall });
        let asked;
        const asking = (binding, namespace, operation, payload, from) => {
          asked = child.invoke('relay', relay('b', 'echo'), { from });
        };
        const parent = await make(await guest('wat/relay'), { hostCall: asking });
        const since = performance.now();
        // It may be that this takes longer than the time, which then ends both.
        await parent.invoke('relay', relay('a', 'echo'), { timeout: 10 * SOON }).catch(() => {});
        const ended = thrown(() => asked);
        await Promise.race([
          called(0).then(({ reject }) => until(isPast).then(() => reject(new Error('late')))),
          ended,
        ]);
        function isPast() {
          return performance.now() > since + 20 * SOON;
        }
        equal((await ended).code, 'WAPC_TIMEOUT');
        equal(string(await child.invoke('echo', 'goes on')), 'goes on');
        parent.close();
        child.close();
      },
    ];
  }

  yield [
    'the time of an invocation that has ended is not that of the next one',
    async () => {
      // It asks for the time: it computes for more than the instructions that it begins with.
      const other = await WapcHost.instantiate(turning(200_000), { async: false, limits: { interrupt: true } });
      const hostCall = (binding, namespace, operation, payload, from) => other.invokeSync('e', '', { from });
      const host = await WapcHost.instantiate(await guest('wat/relay'), { hostCall, limits: { timeout: SOON } });
      await host.invoke('relay', relay('a', 'echo')).catch(() => {});
      const since = performance.now();
      await until(() => performance.now() > since + SOON);
      equal(host.invokeSync('relay', relay('a', 'echo')).length, 4);
      other.close();
      host.close();
    },
  ];

  yield [
    'time goes through hosts that it cannot end',
    async () => {
      const inner = await endless();
      const options = { async: false };
      const between = await WapcHost.instantiate(await guest('wat/relay'), { ...options, hostCall: { b: inner } });
      const outer = await WapcHost.instantiate(await guest('wat/relay'), {
        ...options,
        hostCall: { a: between },
        limits: { interrupt: true },
      });
      await fails('WAPC_TIMEOUT', () => outer.invokeSync('relay', through('a', 'b'), { timeout: SOON }));
      await fails('WAPC_TIMEOUT', () => outer.invoke('relay', through('a', 'b'), { timeout: SOON }));
      equal(string(outer.invokeSync('echo', 'goes on')), 'goes on');
      for (const host of [inner, between, outer]) host.close();
    },
  ];

  for (const [name, make] of ways(environment)) {
    yield [
      `${name}: an invocation for a host call inherits its context`,
      async () => {
        const contexts = [];
        const inner = await WapcHost.instantiate(await guest('wat/relay'), {
          async: false,
          hostCall: (binding, namespace, operation, payload, { invocation }) => void contexts.push(invocation.context),
        });
        const hostCall = async (binding, namespace, operation, payload, from) => {
          await inner.invoke('relay', relay('a', 'b'), { from });
          await inner.invoke('relay', relay('a', 'b'), { from, context: 'own' });
          await inner.invoke('relay', relay('a', 'b'), { from, context: null });
          inner.invokeSync('relay', relay('a', 'b'), { from });
        };
        const host = await make(await guest('wat/relay'), { hostCall });
        await host.invoke('relay', relay('a', 'b'), { context: 'outer' });
        equal(contexts, ['outer', 'own', null, 'outer']);
        host.close();
        inner.close();
      },
    ];

    yield [
      `${name}: an invocation for a host call ends with it`,
      async () => {
        const { hostCall: never, called } = patient();
        const inner = await make(await guest('wat/relay'), { hostCall: never });
        const host = await make(await guest('wat/relay'), { hostCall: { inner } });
        const controller = new AbortController();
        const running = host.invoke('relay', relay('inner', 'relay', relay('a', 'b')), { signal: controller.signal });
        const { context } = await called(0);
        controller.abort('enough');
        equal(await thrown(() => running), 'enough');
        await until(() => context.signal.aborted);
        equal(context.signal.reason, 'enough');
        // The inner guest is free again.
        equal(string(await inner.invoke('echo', 'again')), 'again');
        host.close();
        inner.close();
      },
    ];

    yield [
      `${name}: an invocation that begins while the host call is aborted ends with it, too`,
      async () => {
        const { hostCall, called } = patient();
        const host = await make(await guest('wat/relay'), { hostCall });
        const other = await WapcHost.instantiate(await guest('wat/relay'));
        const controller = new AbortController();
        const running = thrown(() => host.invoke('relay', relay('a', 'b'), { signal: controller.signal }));
        const { context } = await called(0);
        const begun = new Promise((resolve) => {
          const begin = () => resolve(thrown(() => other.invoke('echo', 'x', { from: context })));
          context.signal.addEventListener('abort', begin);
        });
        controller.abort('enough');
        equal([await running, await begun], ['enough', 'enough']);
        host.close();
        other.close();
      },
    ];

    yield [
      `${name}: \`from\` that is no host call, or one that has ended, is WAPC_ARGUMENT`,
      async () => {
        const kept = [];
        const hostCall = async (binding, namespace, operation, payload, context) => void kept.push(context);
        const host = await make(await guest('wat/relay'), { hostCall });
        const other = await WapcHost.instantiate(await guest('wat/relay'));
        await host.invoke('relay', relay('a', 'b'));
        for (const from of [kept[0], null, 5, {}, { signal: 1 }, { signal: new AbortController().signal }]) {
          await fails('WAPC_ARGUMENT', () => other.invoke('echo', 'x', { from }));
          await fails('WAPC_ARGUMENT', () => other.invokeSync('echo', 'x', { from }));
        }
        equal(string(await other.invoke('echo', 'x', { from: undefined })), 'x');
        // As another copy of the package would make it.
        const { signal } = new AbortController();
        const foreign = { signal, invocation: { context: 1 } };
        equal(string(await other.invoke('echo', 'x', { from: foreign })), 'x');
        host.close();
        other.close();
      },
    ];

    yield [
      `${name}: one that was aborted gives its reason`,
      async () => {
        const { hostCall, called } = patient();
        const host = await make(await guest('wat/relay'), { hostCall });
        const other = await WapcHost.instantiate(await guest('wat/relay'));
        const controller = new AbortController();
        const running = thrown(() => host.invoke('relay', relay('a', 'b'), { signal: controller.signal }));
        const { context } = await called(0);
        controller.abort('enough');
        equal(await running, 'enough');
        await until(() => context.signal.aborted);
        equal(await thrown(() => other.invoke('echo', 'x', { from: context })), 'enough');
        host.close();
        other.close();
      },
    ];

    yield [
      `${name}: a circle of any length is refused, and the next invocation works`,
      async () => {
        for (const length of [1, 2, 3]) {
          const laters = Array.from({ length }, () => new Later());
          const hosts = [];
          for (const index of laters.keys()) {
            hosts.push(await make(await guest('wat/relay'), { hostCall: { next: laters[(index + 1) % length] } }));
          }
          for (const [index, later] of laters.entries()) later.target = hosts[index];
          const around = through(...Array(length).fill('next'));
          const error = await fails('WAPC_GUEST', () => hosts[0].invoke('relay', around));
          equal(rootOf(error).code, 'WAPC_REENTRANT', `a circle of ${length}`);
          equal(string(await hosts[0].invoke('echo', 'again')), 'again');
          if (length > 1) {
            const part = through(...Array(length - 1).fill('next'));
            equal(string(await hosts[0].invoke('relay', part)), 'the end');
          }
          for (const host of hosts) host.close();
        }
      },
    ];

    yield [
      `${name}: of two chains that wait for each other, the one that closes the circle fails`,
      async () => {
        const [first, second] = [new Later(), new Later()];
        const [wait, go] = gate();
        const hostsOf = async (other) =>
          make(await guest('wat/relay'), {
            hostCall: {
              other: async (binding, namespace, operation, payload, from) => {
                await wait();
                return other.invoke(operation, payload, { from });
              },
            },
          });
        second.target = await hostsOf(first);
        first.target = await hostsOf(second);
        const both = [first, second].map(({ target }) =>
          target.invoke('relay', through('other')).then(string, (error) => rootOf(error).code),
        );
        go(2);
        equal((await Promise.all(both)).sort(), ['WAPC_REENTRANT', 'the end']);
        for (const { target } of [first, second]) {
          equal(string(await target.invoke('echo', 'again')), 'again');
          target.close();
        }
      },
    ];

    yield [
      `${name}: one that waits for something else is not refused`,
      async () => {
        const { hostCall, called } = patient();
        const busy = await make(await guest('wat/relay'), { hostCall });
        const host = await make(await guest('wat/relay'), { hostCall: { busy } });
        const running = busy.invoke('relay', relay('a', 'b'));
        const call = await called(0);
        const waiting = [1, 2].map(() => host.invoke('relay', through('busy')));
        await turn();
        call.resolve('done');
        equal(string(await running), 'done');
        equal((await Promise.all(waiting)).map(string), ['the end', 'the end']);
        host.close();
        busy.close();
      },
    ];
  }

  // Pages have room for few memories at once: 125 in Chromium, its workers' included.
  if (canSuspend && typeof document === 'undefined') {
    yield [
      'a chain of 600 hosts that is aborted or closed: all of them work afterwards',
      async () => {
        const { hostCall, called } = patient();
        const source = await WapcModule.compile(await guest('wat/relay'));
        const hosts = [await source.instantiate({ hostCall })];
        while (hosts.length < 600) {
          const target = hosts.at(-1);
          const pass = async (binding, namespace, operation, payload, from) => {
            await undefined;
            return target.invoke('relay', relay('next', 'relay'), { from });
          };
          hosts.push(await source.instantiate({ hostCall: pass }));
        }
        const controller = new AbortController();
        const { signal } = controller;
        const aborted = thrown(() => hosts.at(-1).invoke('relay', relay('next', 'relay'), { signal }));
        const first = await called(0);
        controller.abort('enough');
        equal(await aborted, 'enough');
        await until(() => first.context.signal.aborted);
        for (const host of hosts) equal(string(await host.invoke('echo', 'again')), 'again');
        const closed = fails('WAPC_CLOSED', () => hosts.at(-1).invoke('relay', relay('next', 'relay')));
        const second = await called(1);
        hosts.pop().close();
        await closed;
        await until(() => second.context.signal.aborted);
        for (const host of hosts) {
          equal(string(await host.invoke('echo', 'again')), 'again');
          host.close();
        }
        source.close();
      },
    ];
  }

  if (canSuspend) {
    yield [
      'chains that use up `limits.suspensions` are refused instead of waiting for ever',
      async () => {
        const options = { limits: { suspensions: 10 } };
        const source = await guest('wat/relay');
        const leaf = async () => 'leaf';
        const mid = await WapcPool.create(source, { ...options, size: 1, hostCall: { leaf } });
        const top = await WapcPool.create(source, { ...options, size: 50, hostCall: { mid } });
        const payload = relay('mid', 'relay', relay('leaf', 'x'));
        const outcomes = await Promise.all(
          Array.from({ length: 50 }, () => top.invoke('relay', payload).then(string, (error) => rootOf(error).code)),
        );
        equal(
          outcomes.filter((outcome) => outcome !== 'leaf' && outcome !== 'WAPC_REENTRANT'),
          [],
        );
        equal(outcomes.includes('leaf'), true);
        equal(string(await top.invoke('relay', payload)), 'leaf');
        await top.close();
        await mid.close();
        // One guest alone, which its own chain keeps from being suspended.
        const later = new Later();
        const alone = { limits: { suspensions: 1 } };
        const hostCall = async (binding, namespace, operation, bytesIn, from) => {
          await undefined;
          return later.invoke('relay', relay('leaf', 'x'), { from });
        };
        const outer = await WapcHost.instantiate(source, { ...alone, hostCall });
        const inner = await WapcHost.instantiate(source, { ...alone, hostCall: { leaf } });
        later.target = inner;
        const error = await fails('WAPC_GUEST', () => outer.invoke('relay', relay('a', 'b')));
        equal(rootOf(error).code, 'WAPC_REENTRANT');
        equal(string(await inner.invoke('relay', relay('leaf', 'x'))), 'leaf');
        outer.close();
        inner.close();
      },
    ];
  }

  for (const [kind, options] of poolsThatWait(environment)) {
    yield [
      `a pool of ${kind}: a chain has room for as many as there are instances`,
      async () => {
        const later = new Later();
        const pool = await WapcPool.create(await guest('wat/relay'), {
          ...options,
          size: 3,
          min: 1,
          hostCall: { later },
        });
        later.target = pool;
        equal(string(await pool.invoke('relay', through('later', 'later'))), 'the end');
        const error = await fails('WAPC_GUEST', () => pool.invoke('relay', through('later', 'later', 'later')));
        equal(rootOf(error).code, 'WAPC_REENTRANT');
        equal(string(await pool.invoke('relay', through('later', 'later'))), 'the end');
        const { busy, waiting, size } = pool.stats;
        equal([busy, waiting, size], [0, 0, 3]);
        await pool.close();
      },
    ];

    yield [
      `a pool of ${kind}: chains that fill it together`,
      async () => {
        const later = new Later();
        const [wait, go] = gate();
        const hostCall = async (binding, namespace, operation, payload, from) => {
          await wait();
          return later.invoke(operation, payload, { from });
        };
        const pool = await WapcPool.create(await guest('wat/relay'), { ...options, size: 2, hostCall });
        later.target = pool;
        const both = [1, 2].map(() =>
          pool.invoke('relay', through('later')).then(string, (error) => rootOf(error).code),
        );
        go(2);
        equal((await Promise.all(both)).sort(), ['WAPC_REENTRANT', 'the end']);
        equal(pool.stats.busy, 0);
        await pool.close();
      },
    ];

    yield [
      `a pool of ${kind}: an \`initialize\` that waits for the pool it is made for`,
      async () => {
        const later = new Later();
        let made = 0;
        const outcomes = [];
        const pool = await WapcPool.create(await guest('wat/relay'), {
          ...options,
          size: 2,
          min: 1,
          hostCall: { later },
          async initialize(host) {
            if (made++ === 0) return;
            const invoked = host.invoke('relay', through('later'));
            outcomes.push(await invoked.then(string, (error) => rootOf(error).code));
          },
        });
        later.target = pool;
        outcomes.push(await pool.invoke('relay', through('later')).then(string, (error) => rootOf(error).code));
        equal(outcomes.includes('WAPC_REENTRANT'), true, outcomes.join());
        equal(string(await pool.invoke('echo', 'again')), 'again');
        await pool.close();
      },
    ];

    yield [
      `a pool of ${kind}: an instance that is acquired for other work is waited for`,
      async () => {
        const later = new Later();
        const pool = await WapcPool.create(await guest('wat/relay'), { ...options, size: 2, hostCall: { later } });
        later.target = pool;
        const held = await pool.get();
        const running = pool.invoke('relay', through('later'));
        await until(() => pool.stats.waiting === 1);
        pool.return(held);
        equal(string(await running), 'the end');
        // The chain holds one instance, and other work the other.
        await pool.use(async (first) => {
          const second = await pool.get();
          const passed = first.invoke('relay', through('later'));
          await until(() => pool.stats.waiting === 1);
          pool.return(second);
          equal(string(await passed), 'the end');
        });
        await pool.close();
      },
    ];
  }

  yield [
    'a synchronous invocation for a host call sees its signal',
    async () => {
      const controller = new AbortController();
      const seen = [];
      const inner = await WapcHost.instantiate(await guest('wat/relay'), {
        async: false,
        hostCall(binding, namespace, operation, payload, { signal }) {
          controller.abort('enough');
          seen.push(signal.aborted);
        },
      });
      const hostCall = (binding, namespace, operation, payload, from) => {
        const before = from.signal;
        inner.invokeSync('relay', relay('a', 'b'), { from });
        seen.push(before.aborted);
      };
      const outer = await WapcHost.instantiate(await guest('wat/relay'), { async: false, hostCall });
      equal(await thrown(() => outer.invoke('relay', relay('a', 'b'), { signal: controller.signal })), 'enough');
      equal(seen, [true, true]);
      outer.close();
      inner.close();
    },
  ];

  yield [
    'an abort reaches all synchronous invocations on the stack, and those that were made for them',
    async () => {
      const source = await guest('wat/relay');
      const controller = new AbortController();
      const hosts = [];
      const make = async (hostCall) => {
        const host = await WapcHost.instantiate(source, { async: false, hostCall });
        hosts.push(host);
        return host;
      };
      const seen = [];
      let first;
      const leaf = await make(() => undefined);
      const middle = await make((binding, namespace, operation, payload, { signal }) => {
        // A second synchronous child of the first, inside of this one.
        leaf.invokeSync('echo', 'x', { from: first });
        controller.abort('enough');
        seen.push(signal.aborted);
      });
      const outer = await make((binding, namespace, operation, payload, from) => {
        first = from;
        middle.invokeSync('relay', relay('a', 'b'), { from });
      });
      const { signal } = controller;
      equal(await thrown(() => outer.invoke('relay', relay('a', 'b'), { signal })), 'enough');
      equal(seen, [true]);
      for (const host of hosts) host.close();
    },
  ];

  for (const [name, make] of ways(environment)) {
    yield [
      `${name}: an abort reaches invocations that a synchronous one has made`,
      async () => {
        const source = await guest('wat/relay');
        const controller = new AbortController();
        const { hostCall } = patient();
        const last = await make(source, { hostCall });
        let child;
        const middle = await WapcHost.instantiate(source, {
          async: false,
          hostCall: (binding, namespace, operation, payload, from) => {
            child = thrown(() => last.invoke('relay', relay('a', 'b'), { from }));
            controller.abort('enough');
          },
        });
        const outer = await WapcHost.instantiate(source, {
          async: false,
          hostCall: (binding, namespace, operation, payload, from) =>
            void middle.invokeSync('relay', relay('a', 'b'), { from }),
        });
        const { signal } = controller;
        equal(await thrown(() => outer.invoke('relay', relay('a', 'b'), { signal })), 'enough');
        equal(await child, 'enough');
        equal(string(await last.invoke('echo', 'again')), 'again');
        for (const host of [last, middle, outer]) host.close();
      },
    ];

    yield [
      `${name}: an invocation that outlives its host call keeps the time limit of that, and harms no other`,
      async () => {
        const source = await guest('wat/relay');
        const { hostCall, called } = patient();
        const inner = await make(source, { hostCall });
        let child;
        const outer = await WapcHost.instantiate(source, {
          async: false,
          limits: { interrupt: true, timeout: A_DAY },
          hostCall: (binding, namespace, operation, payload, from) => {
            child = thrown(() => inner.invoke('echo', 'child', { from }));
          },
        });
        const running = inner.invoke('relay', relay('a', 'b'));
        await called(0);
        await outer.invoke('relay', relay('a', 'b'));
        const later = inner.invoke('echo', 'later');
        // The clock passes the limit, which is looked at when it is the child's turn.
        const own = Object.getOwnPropertyDescriptor(performance, 'now');
        const now = performance.now.bind(performance);
        Object.defineProperty(performance, 'now', { value: () => now() + 2 * A_DAY, configurable: true });
        try {
          (await called(0)).resolve('answer');
          equal(string(await running), 'answer');
          equal((await child).code, 'WAPC_TIMEOUT');
        } finally {
          if (own === undefined) delete performance.now;
          else Object.defineProperty(performance, 'now', own);
        }
        equal(string(await later), 'later');
        for (const host of [inner, outer]) host.close();
      },
    ];
  }

  yield [
    'the context of a start is no `from` once the instance has started',
    async () => {
      let context;
      const hostCall = (...call) => void (context = call[4]);
      const host = await WapcHost.instantiate(await guest('wat/starting'), { async: false, hostCall });
      await fails('WAPC_ARGUMENT', () => host.invoke('x', '', { from: context }));
      host.close();
    },
  ];

  if (canSuspend) {
    yield [
      'a chain that comes to wait for itself later, once its guests take all suspensions, is refused',
      async () => {
        const source = await guest('wat/relay');
        const limits = { suspensions: 1 };
        const { hostCall, called } = patient();
        const inner = await WapcHost.instantiate(source, { limits, hostCall });
        let other;
        const outer = await WapcHost.instantiate(source, {
          limits,
          hostCall: (binding, namespace, operation, payload, from) => {
            other = inner.invoke('relay', relay('a', 'b'));
            // Waits for that one, not for itself, as long as that runs.
            return inner.invoke('echo', 'child', { from });
          },
        });
        const chain = fails('WAPC_GUEST', () => outer.invoke('relay', relay('a', 'b')));
        (await called(0)).resolve('answer');
        equal(string(await other), 'answer');
        equal(rootOf(await chain).code, 'WAPC_REENTRANT');
        equal(string(await inner.invoke('echo', 'again')), 'again');
        for (const host of [inner, outer]) host.close();
      },
    ];
  }

  yield [
    'an invocation that is passed on synchronously, around a circle',
    async () => {
      class Sync extends Later {
        invokeSync(...given) {
          return this.target.invokeSync(...given);
        }
      }
      const back = new Sync();
      const source = await guest('wat/relay');
      const inner = await WapcHost.instantiate(source, { async: false, hostCall: { back } });
      const outer = await WapcHost.instantiate(source, { async: false, hostCall: { inner } });
      back.target = outer;
      const error = await fails('WAPC_GUEST', () => outer.invoke('relay', through('inner', 'back')));
      equal(rootOf(error).code, 'WAPC_REENTRANT');
      equal(outer.invokeSync('relay', through('inner')), bytes('the end'));
      outer.close();
      inner.close();
    },
  ];
}

/** A gate: `wait` resolves once `go(count)` was called and `count` wait. */
function gate() {
  const waiting = [];
  let wanted = Infinity;
  const open = () => {
    if (waiting.length >= wanted) for (const resolve of waiting.splice(0)) resolve();
  };
  const wait = () =>
    new Promise((resolve) => {
      waiting.push(resolve);
      open();
    });
  const go = (count) => {
    wanted = count;
    open();
  };
  return [wait, go];
}
