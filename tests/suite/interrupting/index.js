/** `limits.interrupt` and `limits.fuel`: guests that are ended wherever they are. */

import { FUNCTION, growing, table } from '../assembler.js';
import { A_DAY, equal, fails, thrown, words, wordsOf } from '../assert.js';
import { A_DAY as A_DAY_NS, PAGE, clock, pollPayload } from '../wasi/probe.js';
import { patient } from '../ways.js';
import {
  ENDLESS,
  ENDLESS_STARTS,
  I32,
  INVALID,
  RECURSIONS,
  WAITING,
  callingHost,
  guestOf,
  turning,
  turningByTailCalls,
} from './endless.js';

/** Milliseconds: short, since every endless guest takes them. */
const SOON = 5;
const FUEL = 300_000;
const interrupt = true;

/** True where the engine knows the features of a guest. */
const isKnown = (guest) => WebAssembly.validate(guest);

export function* interrupting(environment) {
  const { WapcHost, WapcPool, guest, hasWorkers, canSuspend, counts } = environment;
  const instantiate = (source, limits, options) => WapcHost.instantiate(source, { async: false, limits, ...options });

  /** The guest answers what ends, on a fresh instance where the one before was ended. */
  const answers = (host) => equal(host.invokeSync('ok'), new Uint8Array(4));

  for (const [what, { mayTrap = false, ...parts }] of Object.entries(ENDLESS)) {
    const source = guestOf(parts);
    if (!isKnown(source)) continue;
    yield [
      `${what}: time and fuel end it`,
      async () => {
        const alive = counts().instances;
        const host = await instantiate(source, { interrupt, timeout: SOON });
        // Where this thread may not wait.
        if (mayTrap && (await thrown(() => host.invokeSync('e'))).code === 'WAPC_TRAP') return host.close();
        await fails('WAPC_TIMEOUT', () => host.invokeSync('e'));
        answers(host);
        await fails('WAPC_TIMEOUT', () => host.invoke('e'));
        answers(host);
        host.close();
        const patientHost = await instantiate(source, { interrupt });
        await fails('WAPC_TIMEOUT', () => patientHost.invokeSync('e', '', { timeout: SOON }));
        await fails('WAPC_TIMEOUT', () => patientHost.invoke('e', '', { timeout: SOON }));
        answers(patientHost);
        patientHost.close();
        const fuelled = await instantiate(source, { fuel: FUEL });
        await fails('WAPC_LIMIT', () => fuelled.invokeSync('e'));
        answers(fuelled);
        fuelled.close();
        equal(counts().instances <= alive, true);
      },
    ];
  }

  if (isKnown(WAITING)) {
    yield [
      'memory.atomic.wait32 that nobody wakes: time ends it',
      async () => {
        const host = await instantiate(WAITING, { interrupt, timeout: SOON });
        // Where the thread may not wait, it traps.
        const { code } = await host.invoke('e').catch((error) => error);
        equal(['WAPC_TIMEOUT', 'WAPC_TRAP'].includes(code), true, code);
        answers(host);
        host.close();
      },
    ];
  }

  for (const [what, parts] of Object.entries(ENDLESS_STARTS)) {
    const source = guestOf(parts);
    yield [
      `${what} that never ends: limits.start and fuel end it`,
      async () => {
        const alive = counts().instances;
        await fails('WAPC_TIMEOUT', () => instantiate(source, { interrupt, start: SOON }));
        await fails('WAPC_TIMEOUT', () => WapcPool.create(source, { size: 1, limits: { interrupt, start: SOON } }));
        await fails('WAPC_LIMIT', () => instantiate(source, { fuel: FUEL }));
        equal(counts().instances <= alive, true);
      },
    ];
  }

  yield [
    'a start section is run once, before anything else',
    async () => {
      for (const limits of [{}, { interrupt }, { fuel: 1e6 }]) {
        const lines = [];
        const options = { limits, logger: (line) => lines.push(line) };
        const host = await WapcHost.instantiate(await guest('wat/writes-in-start'), options);
        equal([lines, wordsOf(host.invokeSync(''))[0]], [[''], 1]);
        host.close();
        await fails('WAPC_INIT', async () => WapcHost.instantiate(await guest('wat/trap-in-start'), options));
        // A start section that logs has no memory yet, as without `interrupt`, where the engine runs it.
        const { cause } = await fails('WAPC_INIT', async () =>
          WapcHost.instantiate(await guest('wat/log-in-start'), options),
        );
        equal(cause.code, 'WAPC_PROTOCOL');
      }
    },
  ];

  yield [
    'branches lead where they led, through loops and blocks of exceptions',
    async () => {
      const results = [1100, 300, 70, 974, 8, 100_005];
      for (const limits of [{}, { interrupt }, { fuel: 1e7 }]) {
        const host = await instantiate(await guest('wat/labels'), limits);
        equal(
          results.map((_, index) => wordsOf(host.invokeSync('x'.repeat(index + 1)))[0]),
          results,
        );
        host.close();
      }
    },
  ];

  yield [
    'calls of WASI look at the time: a guest that writes is ended soon after its deadline',
    async () => {
      let lines = 0;
      // As a call of WASI that takes a millisecond.
      const stdout = () => {
        lines++;
        for (const end = performance.now() + 1; performance.now() < end;);
      };
      const source = await guest('wat/lines');
      const host = await instantiate(source, { interrupt, timeout: SOON }, { stdout });
      await fails('WAPC_TIMEOUT', () => host.invokeSync(''));
      equal(lines < 30, true, `${lines} of 100 lines`);
      host.close();
      const fuelled = await instantiate(source, { fuel: FUEL }, { stdout });
      lines = 0;
      fuelled.invokeSync('');
      equal(lines, 100);
      fuelled.close();
    },
  ];

  yield* counting(environment);
  yield* compiling(environment);
  yield* profiling(environment);

  yield [
    'initialize of a pool that never ends: limits.start ends it on this thread too',
    async () => {
      const initialize = (host) => host.invoke('e');
      const options = { size: 1, initialize, limits: { interrupt, start: SOON } };
      await fails('WAPC_TIMEOUT', () => WapcPool.create(guestOf(ENDLESS['a loop']), options));
    },
  ];

  yield [
    'invokeSync takes a timeout where the guest can be interrupted, and a signal nowhere',
    async () => {
      const source = guestOf(ENDLESS['a loop']);
      const plain = await instantiate(source, {});
      await fails('WAPC_ARGUMENT', () => plain.invokeSync('ok', '', { timeout: 5 }));
      plain.close();
      const host = await instantiate(source, { interrupt });
      for (const timeout of [0, 0.5, A_DAY, Infinity]) equal(host.invokeSync('ok', '', { timeout }), new Uint8Array(4));
      for (const timeout of [-1, NaN, '5', null]) {
        await fails('WAPC_ARGUMENT', () => host.invokeSync('ok', '', { timeout }));
      }
      await fails('WAPC_ARGUMENT', () => host.invokeSync('ok', '', { signal: new AbortController().signal }));
      await fails('WAPC_TIMEOUT', () => host.invokeSync('e', '', { timeout: 0 }));
      host.close();
    },
  ];

  yield [
    'time limits belong to their invocation: the callback of one invokes another',
    async () => {
      const inner = await instantiate(guestOf(ENDLESS['a loop']), { interrupt, timeout: SOON });
      const outcomes = [];
      const hostCall = () => {
        try {
          inner.invokeSync('e');
        } catch (error) {
          outcomes.push(error.code);
        }
        return 'answered';
      };
      const outer = await WapcHost.instantiate(await guest('bench'), {
        async: false,
        hostCall,
        limits: { interrupt, timeout: A_DAY },
      });
      equal(outer.invokeSync('call', 'x').length, 8);
      equal(outcomes, ['WAPC_TIMEOUT']);
      inner.close();
      outer.close();
    },
  ];

  yield [
    'an invocation that is made for a host call ends with the time of the one that it is made for',
    async () => {
      const inner = await instantiate(guestOf(ENDLESS['a loop']), { interrupt });
      class Endless {
        invoke(operation, payload, options) {
          return inner.invoke('e', payload, options);
        }
        invokeSync(operation, payload, options) {
          return inner.invokeSync('e', payload, { from: options.from });
        }
      }
      const limits = { interrupt, timeout: SOON };
      const outer = await WapcHost.instantiate(await guest('bench'), {
        hostCall: { bench: new Endless() },
        async: false,
        limits,
      });
      await fails('WAPC_TIMEOUT', () => outer.invokeSync('call', 'x'));
      equal(outer.invokeSync('echo', 'x').length, 1);
      answers(inner);
      inner.close();
      outer.close();
    },
  ];

  yield [
    'an invocation whose time was over while it waited for its turn is not run',
    async () => {
      const pool = await WapcPool.create(guestOf(ENDLESS['a loop']), {
        size: 1,
        limits: { interrupt, timeout: 4 * SOON },
      });
      const outcomes = await Promise.allSettled([
        // Runs at once, and breaks the instance: the others wait for another.
        pool.invoke('e'),
        pool.invoke('e'),
        pool.invoke('ok', '', { timeout: SOON }),
        pool.invoke('ok', '', { timeout: A_DAY }),
      ]);
      equal(
        outcomes.map(({ reason }) => reason?.code),
        ['WAPC_TIMEOUT', 'WAPC_TIMEOUT', 'WAPC_TIMEOUT', undefined],
      );
      await pool.close();
    },
  ];

  yield [
    'an invocation that its own callback aborts with nothing rejects with nothing',
    async () => {
      const controller = new AbortController();
      const hostCall = () => controller.abort(null);
      const host = await WapcHost.instantiate(await guest('bench'), { async: false, hostCall, limits: { interrupt } });
      equal(await thrown(() => host.invoke('call', 'x', { signal: controller.signal })), null);
      host.close();
    },
  ];

  yield [
    'the signal of a host call is aborted when its invocation has run out of time',
    async () => {
      let signal;
      const host = await WapcHost.instantiate(await guest('bench'), {
        async: false,
        hostCall(...call) {
          ({ signal } = call[4]);
          const until = performance.now() + 2 * SOON;
          while (performance.now() < until);
          return 'x';
        },
        limits: { interrupt, timeout: SOON },
      });
      await fails('WAPC_TIMEOUT', () => host.invokeSync('calls', 'x'));
      equal([signal.aborted, signal.reason.code], [true, 'WAPC_TIMEOUT']);
      host.close();
    },
  ];

  if (canSuspend) {
    yield [
      'a guest that is suspended, then computes: its time counts from where it was called',
      async () => {
        const { hostCall, called } = patient();
        const limits = { interrupt, timeout: SOON };
        const host = await WapcHost.instantiate(await guest('bench'), { hostCall, limits });
        const invocation = host.invoke('call', 'x');
        await called(0);
        await fails('WAPC_TIMEOUT', () => invocation);
        equal((await host.invoke('echo', 'x')).length, 1);
        host.close();
      },
    ];
  }

  yield [
    'a sleep of WASI ends with the time of its invocation',
    async () => {
      const host = await instantiate(await guest('wat/wasi'), { interrupt });
      const day = pollPayload(clock(A_DAY_NS));
      await fails('WAPC_TIMEOUT', () => host.invokeSync('x', day, { timeout: SOON }));
      equal(host.invokeSync('x', pollPayload(clock(1n)), { timeout: A_DAY }).length, PAGE);
      host.close();
      const limited = await instantiate(await guest('wat/wasi'), { interrupt, timeout: SOON });
      await fails('WAPC_TIMEOUT', () => limited.invokeSync('x', day));
      await fails('WAPC_TIMEOUT', () => limited.invoke('x', day));
      limited.close();
    },
  ];

  if (!hasWorkers) return;

  yield [
    'in workers time and fuel end a guest, and the worker goes on',
    async () => {
      const source = guestOf(ENDLESS['a loop']);
      const started = [];
      for (const [code, limits] of [
        ['WAPC_TIMEOUT', { interrupt, timeout: SOON }],
        ['WAPC_LIMIT', { fuel: FUEL }],
      ]) {
        const pool = await WapcPool.create(source, { size: 1, workers: true, limits });
        await fails(code, () => pool.invoke('e'));
        equal(await pool.invoke('ok'), new Uint8Array(4));
        await fails(code, () => pool.invoke('e'));
        started.push(pool.stats.failures);
        await pool.close();
      }
      equal(started, [2, 2]);
      const options = { size: 1, workers: true, limits: { interrupt, start: SOON } };
      await fails('WAPC_TIMEOUT', () => WapcPool.create(guestOf(ENDLESS_STARTS._start), options));
    },
  ];
}

/** What counts for how much: the same on every engine. */
function* counting({ WapcHost, WapcModule, guest }) {
  const fuelled = (source, fuel) => WapcHost.instantiate(source, { async: false, limits: { fuel } });

  // Found by trying: with one less each of them ends.
  for (const [times, fuel] of [
    [1, 517],
    [1000, 4645],
    [100_000, 805_477],
  ]) {
    yield [
      `${times} turns of a loop take ${fuel} of fuel, and not one less`,
      async () => {
        const host = await fuelled(turning(times), fuel);
        for (let turn = 0; turn < 3; turn++) equal(host.invokeSync('e'), new Uint8Array(4));
        host.close();
        const short = await fuelled(turning(times), fuel - 1);
        await fails('WAPC_LIMIT', () => short.invokeSync('e'));
        short.close();
      },
    ];
  }

  yield [
    'loops that end by tail calls count as much as one loop',
    async () => {
      for (const each of [10, 250, 5000]) {
        const source = turningByTailCalls(100_000, each);
        if (!isKnown(source)) continue;
        const host = await fuelled(source, 750_000);
        await fails('WAPC_LIMIT', () => host.invokeSync('e'));
        host.close();
      }
    },
  ];

  for (const [what, run] of Object.entries(RECURSIONS)) {
    yield [
      `${what}, which calls itself: fuel ends it before the stack`,
      async () => {
        // This fuel lasts for a thousand frames; if their loops were not counted, for more than any stack has room for.
        const host = await fuelled(guestOf({ run, locals: [I32] }), 4e6);
        await fails('WAPC_LIMIT', () => host.invokeSync('e'));
        host.close();
      },
    ];
  }

  for (const [way, source] of Object.entries(callingHost(100))) {
    if (!isKnown(source)) continue;
    yield [
      `a call of the host counts for 500 instructions by ${way}`,
      async () => {
        const host = await fuelled(source, 90_000);
        equal(host.invokeSync('e'), new Uint8Array(4));
        host.close();
        const short = await fuelled(source, 50_000);
        await fails('WAPC_LIMIT', () => short.invokeSync('e'));
        short.close();
      },
    ];
  }

  yield [
    'no fuel: what counts at all is refused, and the host goes on',
    async () => {
      const host = await fuelled(turning(1), 0);
      for (let turn = 0; turn < 3; turn++) await fails('WAPC_LIMIT', () => host.invokeSync('e'));
      host.close();
    },
  ];

  yield [
    'Infinity lifts the fuel that the module was compiled with',
    async () => {
      const module = await WapcModule.compile(turning(10_000), { limits: { fuel: 1000 } });
      const short = await module.instantiate({ async: false });
      await fails('WAPC_LIMIT', () => short.invokeSync('e'));
      const host = await module.instantiate({ async: false, limits: { fuel: Infinity } });
      equal(host.invokeSync('e'), new Uint8Array(4));
      for (const made of [short, host, module]) made.close();
    },
  ];

  yield [
    'fuel is of each invocation, whatever the one before has used',
    async () => {
      const host = await WapcHost.instantiate(await guest('bench'), { async: false, limits: { fuel: 200_000 } });
      for (let turn = 0; turn < 50; turn++) equal(host.invokeSync('echo', 'abc').length, 3);
      await fails('WAPC_LIMIT', () => host.invokeSync('compute'));
      equal(host.invokeSync('echo', 'abc').length, 3);
      host.close();
    },
  ];
}

/** Which guests can be rewritten, and what is seen of it. */
function* compiling({ WapcHost, WapcModule, WapcPool, guest, hasWorkers }) {
  for (const [what, parts] of Object.entries(INVALID)) {
    yield [
      `${what} that only the rewriter appends is WAPC_COMPILE`,
      async () => {
        const source = guestOf(parts);
        equal(isKnown(source), false);
        for (const limits of [{ interrupt }, { fuel: 5 }, { interrupt, memory: 1 << 20 }]) {
          await fails('WAPC_COMPILE', () => WapcModule.compile(source, { limits }));
        }
      },
    ];
  }

  yield [
    'a module that is compiled already cannot be rewritten',
    async () => {
      const bytes = await guest('hello');
      const wasm = await WebAssembly.compile(bytes);
      const plain = await WapcModule.compile(bytes);
      const host = await WapcHost.instantiate(bytes, { limits: { interrupt }, logger() {} });
      const pool = await WapcPool.create(bytes, { size: 1, limits: { fuel: 1e6 }, logger() {} });
      for (const limits of [{ interrupt }, { fuel: 1e6 }]) {
        await fails('WAPC_UNSUPPORTED', () => WapcModule.compile(wasm, { limits }));
        await fails('WAPC_UNSUPPORTED', () => plain.instantiate({ limits }));
        await fails('WAPC_UNSUPPORTED', () => WapcPool.create(plain, { limits }));
      }
      for (const source of [wasm, plain]) {
        await fails('WAPC_UNSUPPORTED', () => host.replace(source));
        await fails('WAPC_UNSUPPORTED', () => pool.replace(source));
      }
      await host.replace(bytes);
      await host.replace(await WapcModule.compile(bytes, { limits: { fuel: 5 } }));
      await pool.replace(bytes);
      host.close();
      await pool.close();
      plain.close();
    },
  ];

  yield [
    'what takes over from a guest that can be interrupted can be too',
    async () => {
      const host = await WapcHost.instantiate(await guest('bench'), {
        async: false,
        limits: { interrupt, timeout: SOON },
      });
      await host.replace(guestOf(ENDLESS['a loop that calls']));
      await fails('WAPC_TIMEOUT', () => host.invokeSync('e'));
      equal(host.invokeSync('ok'), new Uint8Array(4));
      host.close();
      if (!hasWorkers) return;
      // A worker whose host does not ask for it gets a guest that was rewritten all the same.
      const pool = await WapcPool.create(await guest('bench'), { size: 1, workers: true });
      await pool.replace(await WapcModule.compile(await guest('bench'), { limits: { interrupt } }));
      equal((await pool.invoke('compute')).length, 4);
      await pool.close();
    },
  ];

  yield [
    'info is that of the guest as it came',
    async () => {
      const bytes = await guest('hello');
      const [plain, rewritten] = [
        await WapcModule.compile(bytes),
        await WapcModule.compile(bytes, { limits: { interrupt } }),
      ];
      equal(JSON.stringify(rewritten.info), JSON.stringify(plain.info));
      plain.close();
      rewritten.close();
    },
  ];

  yield [
    'with limits.memory: both hold',
    async () => {
      const source = guestOf(ENDLESS['memory.grow']);
      const host = await WapcHost.instantiate(source, {
        async: false,
        limits: { interrupt, timeout: SOON, memory: 65536 + 16 },
      });
      await fails('WAPC_TIMEOUT', () => host.invokeSync('e'));
      equal(host.memorySize, 0);
      equal(host.invokeSync('ok'), new Uint8Array(4));
      equal(host.memorySize, 65536);
      host.close();
      await fails('WAPC_LIMIT', () => WapcModule.compile(source, { limits: { interrupt, memory: 65536 + 15 } }));
    },
  ];

  yield [
    'guests that export what the rewriter adds are refused, and harmless without it',
    async () => {
      for (const [name, kind] of [
        ['wapc:refill', 1],
        ['wapc:quantum', 0],
        ['wapc:start', 0],
        ['wapc:left', 0],
      ]) {
        const source = guestOf({ exports: [[name, kind, kind === 1 ? 0 : 2]] });
        await fails('WAPC_UNSUPPORTED', () => WapcModule.compile(source, { limits: { interrupt } }));
        const host = await WapcHost.instantiate(source, { async: false });
        equal(host.invokeSync('ok'), new Uint8Array(4));
        host.close();
        // As a module it says no more of itself.
        const module = await WapcModule.compile(await WebAssembly.compile(source));
        await fails('WAPC_UNSUPPORTED', () => module.instantiate({ limits: { interrupt } }));
        const plain = await module.instantiate({ async: false });
        equal(plain.invokeSync('ok'), new Uint8Array(4));
        plain.close();
        module.close();
      }
    },
  ];

  yield [
    'a guest whose code refers to what only its exports declare, `__guest_call`',
    async () => {
      const source = growing({ tables: [table(0x70, 0, [1], { value: FUNCTION })] });
      const host = await WapcHost.instantiate(source, { async: false, limits: { interrupt } });
      equal(wordsOf(host.invokeSync('x', words(1, 2))), [1]);
      equal(wordsOf(host.invokeSync('x', words(1, 2))), [3]);
      host.close();
    },
  ];

  yield [
    'a guest over 64 MiB is WAPC_LIMIT',
    async () => {
      const small = guestOf({});
      const length = 64 * 1024 * 1024 + 1;
      const filler = length - small.length;
      const bytes = new Uint8Array(length);
      // A custom section without a name, of all bytes that are left.
      bytes.set(small);
      bytes.set([0, 0x80, 0x80, 0x80, 0x20], small.length);
      const content = filler - 6;
      for (let at = 0, rest = content; at < 5; at++, rest = Math.floor(rest / 128)) {
        bytes[small.length + 1 + at] = (rest % 128) | (at < 4 ? 0x80 : 0);
      }
      equal(isKnown(bytes), true);
      await fails('WAPC_LIMIT', () => WapcModule.compile(bytes, { limits: { interrupt } }));
      const largest = bytes.slice(0, length);
      largest[small.length + 1] -= 1;
      const module = await WapcModule.compile(largest.subarray(0, length - 1), { limits: { interrupt } });
      module.close();
    },
  ];
}

/** Samples of the functions that guests are in. */
function* profiling({ WapcHost, guest, profile }) {
  // Its stacks do not say which function of a module a frame is of.
  if ('Bun' in globalThis) return;
  yield [
    'a profile has the functions that a guest was in, of each profiler those while it ran',
    async () => {
      const limits = { interrupt };
      const host = await WapcHost.instantiate(await guest('kernels'), { async: false, name: 'kernels', limits });
      equal(profile()(), { samples: 0, functions: [] });
      const stop = profile();
      const stopOther = profile();
      host.invokeSync('fib');
      const other = stopOther();
      host.invokeSync('sort');
      const all = stop();
      host.invokeSync('fib');
      equal(JSON.stringify([stopOther(), stop()]), JSON.stringify([other, all]));
      equal(other.samples > 0 && all.samples > other.samples, true, `${other.samples} and ${all.samples} samples`);
      for (const { samples, functions } of [other, all]) {
        const sum = functions.reduce((total, { self }) => total + self, 0);
        equal(sum, samples);
        for (const { guest: name, index, self, total } of functions) {
          equal([name, Number.isInteger(index), self <= total, total <= samples], ['kernels', true, true, true]);
        }
        equal(Math.max(...functions.map(({ total }) => total)), samples);
      }
      host.close();
      // A guest that was not rewritten is not seen.
      const stopPlain = profile();
      const plain = await WapcHost.instantiate(await guest('kernels'), { async: false });
      plain.invokeSync('fib');
      equal(stopPlain().samples, 0);
      plain.close();
    },
  ];
}
