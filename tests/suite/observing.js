/** Observers of all that happens (`wapc-host/observe`). */

import { equal, fails, thrown, turn, until } from './assert.js';
import { patient, ways } from './ways.js';

/** Collects events while `act` runs. */
async function eventsOf(observe, act, events = []) {
  const stop = observe((event) => events.push(event));
  try {
    await act();
  } finally {
    stop();
  }
  return events;
}

const kindsOf = (events) => events.map(({ kind }) => kind);

/** The keys that an event may have: none of them holds a payload. */
const KEYS = ['kind', 'guest', 'host', 'invocation', 'operation', 'binding', 'namespace', 'bytesIn', 'bytesOut'].concat(
  ['start', 'waited', 'duration', 'error', 'reason'],
);

export function* observing(environment) {
  const { WapcHost, WapcModule, WapcPool, guest, url, observe, devtools, hasWorkers } = environment;
  const planned = new Error('planned');
  const hostCall = (binding, namespace, operation, payload) => {
    if (payload.length === 3) throw planned;
    return payload;
  };
  const atOnce = ['a host at once', (source, options) => WapcHost.instantiate(source, { ...options, async: false })];

  for (const [name, make] of [atOnce, ...ways(environment)]) {
    yield [
      `${name}: invocations and their host calls`,
      async () => {
        const host = await make(await guest('hello'), { name: 'greeter', hostCall });
        const events = await eventsOf(observe, async () => {
          await host.invoke('echo', 'four');
          await fails('WAPC_GUEST', () => host.invoke('echo', 'abc'));
        });
        equal(kindsOf(events), ['hostcall', 'invoke', 'hostcall', 'invoke']);
        const [called, invoked, refused, failed] = events;
        const { invocation, host: id } = invoked;
        equal([invoked.guest, invoked.operation, invoked.bytesIn, invoked.bytesOut], ['greeter', 'echo', 4, 4]);
        equal([called.guest, called.invocation, called.host], ['greeter', invocation, id]);
        equal([called.binding, called.namespace, called.operation], ['default', 'foo', 'echo']);
        equal([called.bytesIn, called.bytesOut], [4, 4]);
        equal([refused.error === planned, failed.error.code], [true, 'WAPC_GUEST']);
        equal(failed.invocation === refused.invocation && failed.invocation !== invocation, true);
        for (const event of events) {
          equal(event.duration >= 0 && event.start > 0, true);
          equal(
            Object.keys(event).filter((key) => !KEYS.includes(key)),
            [],
          );
        }
        equal(called.start >= invoked.start && invoked.waited >= 0 && invoked.waited <= invoked.duration, true);
        equal(typeof id, 'number');
        host.close();
        equal(await eventsOf(observe, () => {}), []);
        await fails('WAPC_ARGUMENT', () => observe(5));
      },
    ];
  }

  for (const [name, make] of ways(environment)) {
    for (const [code, settle] of [
      [undefined, ({ resolve }) => resolve('abc')],
      ['PLANNED', ({ reject }) => reject(Object.assign(new Error('late'), { code: 'PLANNED' }))],
    ]) {
      const outcome = code === undefined ? 'is answered' : 'fails';
      yield [
        `${name}: a host call that ${outcome} after its invocation has ended`,
        async () => {
          const { hostCall, called } = patient();
          const host = await make(await guest('hello'), { hostCall });
          const events = [];
          const act = async () => {
            const controller = new AbortController();
            const ended = thrown(() => host.invoke('echo', 'four', { signal: controller.signal }));
            const call = await called(0);
            controller.abort('enough');
            equal(await ended, 'enough');
            settle(call);
            await until(() => events.some(({ kind }) => kind === 'hostcall'));
          };
          await eventsOf(observe, act, events);
          const { error, bytesOut } = events.find(({ kind }) => kind === 'hostcall');
          equal([error?.code, bytesOut], code === undefined ? [undefined, 3] : [code, undefined]);
          host.close();
        },
      ];
    }
  }

  yield [
    'a promise that is refused: its host call has failed, with WAPC_ASYNC',
    async () => {
      const refused = { async: false, logger() {}, hostCall: () => Promise.resolve('x') };
      const makers = [(source) => WapcHost.instantiate(source, refused)];
      makers.push((source) => WapcPool.create(source, { ...refused, size: 1 }));
      // Refused in any engine, since nothing on the caller's stack waits.
      const host = await WapcHost.instantiate(await guest('hello'), { ...refused, async: 'auto' });
      makers.push(() => ({ invoke: async (operation) => host.invokeSync(operation), close: () => host.close() }));
      for (const make of makers) {
        const invocable = await make(await guest('hello'));
        const events = await eventsOf(observe, () => fails('WAPC_ASYNC', () => invocable.invoke('echo')));
        const ofGuest = events.filter(({ kind }) => kind !== 'replaced');
        equal(
          ofGuest.map(({ kind, error, bytesOut }) => [kind, error?.code, bytesOut]),
          [
            ['hostcall', 'WAPC_ASYNC', undefined],
            ['invoke', 'WAPC_ASYNC', undefined],
          ],
        );
        await invocable.close();
      }
    },
  ];

  for (const [name, make] of ways(environment)) {
    yield [
      `${name}: a host call whose callback throws undefined has an error`,
      async () => {
        for (const hostCall of [
          () => {
            throw undefined;
          },
          () => Promise.reject(undefined),
        ]) {
          const host = await make(await guest('hello'), { hostCall });
          const events = await eventsOf(observe, () => thrown(() => host.invoke('echo', 'four')));
          const { error, bytesOut } = events.find(({ kind }) => kind === 'hostcall');
          equal([error instanceof Error, bytesOut], [true, undefined]);
          host.close();
        }
      },
    ];
  }

  yield [
    'compiling, instantiating, and invokeSync; what fails has its error',
    async () => {
      const events = await eventsOf(observe, async () => {
        const module = await WapcModule.compile(url('hello'), { hostCall });
        const host = await module.instantiate();
        host.invokeSync('echo', 'four');
        await fails('WAPC_GUEST', () => host.invokeSync('nope'));
        await fails('WAPC_COMPILE', () => WapcHost.instantiate(new Uint8Array(8)));
        host.close();
        module.close();
      });
      equal(kindsOf(events), ['compile', 'instantiate', 'hostcall', 'invoke', 'invoke', 'compile']);
      equal(
        events.map(({ guest }) => guest),
        [...Array(5).fill('hello.wasm'), undefined],
      );
      equal(
        events.map(({ error }) => error?.code),
        [undefined, undefined, undefined, undefined, 'WAPC_GUEST', 'WAPC_COMPILE'],
      );
    },
  ];

  yield [
    'hosts: instances by reset and replace, also those that cannot be made',
    async () => {
      const hello = await WapcModule.compile(url('hello'), { hostCall });
      const unlinkable = await WapcModule.compile(url('wat/unknown-imports'));
      for (const make of [
        () => WapcHost.instantiate(hello),
        // The guest does not suspend itself.
        ...('Suspending' in WebAssembly || hasWorkers ? [() => WapcHost.instantiate(hello, { async: true })] : []),
      ]) {
        const host = await make();
        for (const [guest, code, act] of [
          ['hello.wasm', undefined, () => host.reset()],
          ['probe.wasm', undefined, () => host.replace(url('wat/probe'))],
          ['probe.wasm', undefined, () => host.reset()],
          ['hello.wasm', undefined, () => host.replace(hello)],
          ['unknown-imports.wasm', 'WAPC_LINK', () => host.replace(unlinkable)],
          ['trap-in-start.wasm', 'WAPC_INIT', () => host.replace(url('wat/trap-in-start'))],
        ]) {
          const events = await eventsOf(observe, () => (code === undefined ? act() : fails(code, act)));
          const made = events.filter(({ kind }) => kind !== 'compile');
          equal(
            made.map(({ kind, host, guest, error }) => [kind, host, guest, error?.code]),
            [['instantiate', host.id, guest, code]],
          );
        }
        host.close();
      }
      hello.close();
      unlinkable.close();
    },
  ];

  yield [
    'a guest that does not link: hosts, modules and pools',
    async () => {
      const source = url('wat/unknown-imports');
      const module = await WapcModule.compile(source);
      for (const [kinds, act] of [
        [['compile', 'instantiate'], () => WapcHost.instantiate(source)],
        [['compile', 'instantiate'], () => WapcPool.create(source, { size: 2 })],
        [['instantiate'], () => module.instantiate()],
        [['instantiate'], () => WapcPool.create(module, { size: 2 })],
      ]) {
        const events = await eventsOf(observe, () => fails('WAPC_LINK', act));
        equal(kindsOf(events), kinds);
        equal(events.at(-1).error.code, 'WAPC_LINK');
      }
      module.close();
    },
  ];

  yield [
    'pools: instances that are created, replaced and evicted; invocations that wait',
    async () => {
      const events = await eventsOf(observe, async () => {
        const pool = await WapcPool.create(await guest('wat/probe'), { name: 'probe', size: 1 });
        const held = await pool.get();
        const waits = pool.invoke('c');
        await held.invoke('c');
        // Clocks of pages tell whole milliseconds at the worst: one passes while the other invocation waits.
        const since = performance.now();
        while (performance.now() === since);
        pool.return(held);
        await waits;
        await fails('WAPC_TRAP', () => pool.invoke('p'));
        await pool.invoke('c');
        await pool.close();
      });
      const kinds = ['instantiate', 'created', 'invoke', 'invoke', 'invoke', 'replaced', 'invoke'];
      equal(kindsOf(events).slice(1), kinds);
      const [, , created, first, second] = events;
      equal([created.guest, typeof created.host], ['probe', 'number']);
      equal(
        events.filter(({ kind }) => kind === 'invoke').map(({ host }) => host),
        Array(4).fill(created.host),
      );
      equal(first.waited === 0 && second.waited > 0, true, `${first.waited}, ${second.waited}`);
    },
  ];

  for (const [name, make] of ways(environment)) {
    yield [
      `${name}: an invocation that is rejected before its turn has waited for all of its time`,
      async () => {
        const { hostCall, called } = patient();
        const host = await make(await guest('hello'), { hostCall });
        const controller = new AbortController();
        const events = await eventsOf(observe, async () => {
          const running = thrown(() => host.invoke('echo', 'x'));
          await called(0);
          const aborted = thrown(() => host.invoke('echo', 'aborted', controller));
          const closed = thrown(() => host.invoke('echo', 'closed'));
          // Clocks of pages tell whole milliseconds at the worst.
          const since = performance.now();
          while (performance.now() === since);
          controller.abort();
          await aborted;
          host.close();
          await Promise.all([running, closed]);
        });
        const invocations = events.filter(({ kind }) => kind === 'invoke');
        equal(invocations.length, 3);
        const [running, ...rejected] = invocations.sort((a, b) => a.bytesIn - b.bytesIn);
        equal([running.error.code, running.waited < running.duration], ['WAPC_CLOSED', true]);
        for (const { waited, duration } of rejected)
          equal(waited > 0 && waited <= duration, true, `${waited}, ${duration}`);
      },
    ];

    yield [
      `${name}: an invocation for which no instance starts has waited for all of its time`,
      async () => {
        let starts = 0;
        const hostCall = () => {
          starts++;
          for (const end = performance.now() + 5; performance.now() < end;);
          return new Uint8Array(starts === 1 ? 0 : 17);
        };
        const host = await make(await guest('wat/starting'), { hostCall, limits: { payload: 16 } });
        const events = await eventsOf(observe, async () => {
          await fails('WAPC_TRAP', () => host.invoke('?'));
          await fails('WAPC_INIT', () => host.invoke('x'));
        });
        host.close();
        const [, { waited, duration }] = events.filter(({ kind }) => kind === 'invoke');
        // At least as long as the start that failed has taken, on a clock of whole milliseconds.
        equal(waited >= 4 && waited <= duration, true, `${waited}, ${duration}`);
      },
    ];
  }

  yield [
    'pools: a guest that takes over evicts and creates, and is not counted as replaced',
    async () => {
      let replaced;
      const events = await eventsOf(observe, async () => {
        const pool = await WapcPool.create(await guest('wat/probe'), { name: 'probe', size: 2 });
        await pool.replace(await guest('wat/version'));
        const held = await pool.get();
        await pool.replace(await guest('wat/version'));
        await held.invoke('v');
        pool.return(held);
        ({ replaced } = pool.stats);
        await pool.close();
      });
      const ofPool = events.filter(({ kind }) => ['created', 'evicted', 'replaced'].includes(kind));
      equal(replaced, 0);
      equal(kindsOf(ofPool), [...Array(2).fill('created'), ...Array(4).fill(['evicted', 'created']).flat()]);
      const alive = new Set();
      for (const { kind, host } of ofPool) {
        equal(alive.has(host), kind === 'evicted');
        if (kind === 'created') alive.add(host);
        else alive.delete(host);
      }
      equal(alive.size, 2);
    },
  ];

  yield [
    'pools: one that ends while an instance is renewed does not tell that it is evicted',
    async () => {
      const events = await eventsOf(observe, async () => {
        let renewing;
        const renewed = new Promise((resolve) => (renewing = resolve));
        let runs = 0;
        const initialize = () => (runs++ === 0 ? undefined : new Promise(() => renewing()));
        const pool = await WapcPool.create(await guest('wat/probe'), { size: 1, initialize });
        await fails('WAPC_TRAP', () => pool.invoke('p'));
        await renewed;
        pool.destroy();
        await turn();
      });
      equal(kindsOf(events), ['compile', 'instantiate', 'created', 'invoke']);
    },
  ];

  yield [
    'what observers see changes nothing of what callbacks do: context, odd answers',
    async () => {
      const contexts = [];
      const answers = {
        bytes: () => new Uint8Array(4),
        text: () => 'ä',
        nothing: () => undefined,
        promise: async () => 'later',
        thenable: () => ({ then: (resolve) => resolve('soon') }),
        lying: () =>
          Object.defineProperty(new Uint8Array(4), 'byteLength', {
            get: () => {
              throw new Error('read');
            },
          }),
        wrong: () => 5,
      };
      let answer;
      const options = {
        hostCall(binding, namespace, operation, payload, { invocation }) {
          contexts.push(invocation.context);
          return answer();
        },
      };
      for (const make of [
        (source) => WapcHost.instantiate(source, options),
        (source) => WapcPool.create(source, { ...options, size: 1 }),
      ]) {
        const host = await make(await guest('hello'));
        for (const [name, one] of Object.entries(answers)) {
          answer = one;
          const outcome = () => host.invoke('echo', 'four', { context: name }).then(String, ({ code }) => code);
          const plain = await outcome();
          let told;
          const events = await eventsOf(observe, async () => (told = await outcome()));
          equal(told, plain, name);
          const [called] = events;
          const sizes = { bytes: 4, text: 2, nothing: 0, lying: 4 };
          if (name in sizes) equal(called.bytesOut, sizes[name], name);
          equal(contexts.splice(0), [name, name]);
        }
        await host.close();
      }
    },
  ];

  yield [
    'each listener stops alone, and at once',
    async () => {
      const host = await WapcHost.instantiate(await guest('hello'), { hostCall, async: false });
      const [first, second] = [[], []];
      const listener = (event) => first.push(event);
      const stops = [observe(listener), observe(listener), observe((event) => second.push(event))];
      await host.invoke('echo', 'four');
      equal([first.length, second.length], [4, 2]);
      stops[0]();
      stops[0]();
      await host.invoke('echo', 'four');
      equal([first.length, second.length], [6, 4]);
      stops.forEach((stop) => stop());
      await host.invoke('echo', 'four');
      equal([first.length, second.length], [6, 4]);
      const told = [];
      const stopFirst = observe(() => (told.push('first'), stopFirst(), stopSecond()));
      const stopSecond = observe(() => told.push('second'));
      await host.invoke('echo', 'four');
      equal(told, ['first'], 'one that another listener stops gets no event any more, that one included');
      host.close();
    },
  ];

  yield [
    'devtools: measures with tracks, which the timeline does not keep',
    async () => {
      const measures = [];
      const observer = new PerformanceObserver((list) => measures.push(...list.getEntries()));
      observer.observe({ entryTypes: ['measure'] });
      const stop = devtools();
      const host = await WapcHost.instantiate(await guest('hello'), { name: 'greeter', hostCall, async: false });
      await host.invoke('echo', 'four');
      await fails('WAPC_GUEST', () => host.invoke('nope'));
      stop();
      await host.invoke('hello', 'not drawn');
      await until(() => measures.length >= 5);
      observer.disconnect();
      const drawn = measures.map(({ name, detail }) => [name, detail.devtools.track, detail.devtools.color]);
      equal(
        drawn.sort(),
        [
          ['echo', 'Host calls', 'primary'],
          ['echo', 'Invocations', 'primary'],
          ['greeter', 'Compile', 'primary'],
          ['greeter', 'Instantiate', 'primary'],
          ['nope', 'Invocations', 'error'],
        ].sort(),
      );
      equal(performance.getEntriesByType('measure').length, 0);
      host.close();
    },
  ];
}
