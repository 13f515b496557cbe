/** Stacks of errors begin at the line that called the package, not in its own frames. */

import { equal } from './assert.js';

/** Part of the address of this file, which bundlers leave in place of others. */
const HERE = 'suite/stacks.js';

/** The frames of a stack, whichever engine wrote it. */
function framesOf({ stack }) {
  const lines = stack.split('\n');
  // V8 begins with the error itself.
  return lines.some((line) => line.startsWith('    at ')) ? lines.filter((line) => line.startsWith('    at ')) : lines;
}

/** The errors of `act`, called twice: awaited, and with a listener on its promise. */
async function outcomes(act) {
  const awaited = await (async () => {
    try {
      return await act();
    } catch (error) {
      return error;
    }
  })();
  const listenedTo = await new Promise((resolve) => {
    try {
      Promise.resolve(act()).then(resolve, resolve);
    } catch (error) {
      resolve(error);
    }
  });
  return [awaited, listenedTo];
}

/**
 * True in Bun 1.4, whose `captureStackTrace` leaves out the frames up to the innermost function of the given one's name, not up
 * to that function: several of this package are called `invoke`.
 */
function stopsAtNames() {
  // Statements, not results: what is called last in a function takes its place on the stack.
  const inner = { named: (above) => void Error.captureStackTrace(inner, above) };
  const outer = { named: () => void inner.named(outer.named), between: () => void outer.named() };
  outer.between();
  return framesOf(/** @type {any} */ (inner))[0]?.includes('named');
}

async function beginsHere(code, act) {
  for (const error of await outcomes(act)) {
    equal(error?.code, code, `${error}`);
    equal(framesOf(error)[0]?.includes(HERE), true, error.stack);
    equal(error.stack.includes(error.message) || !error.stack.includes('    at '), true, error.stack);
  }
}

export function* stacks({ WapcError, WapcHost, WapcModule, WapcPool, guest, canSuspend, hasWorkers }) {
  if (typeof Error.captureStackTrace !== 'function') return;
  const hostCall = async (binding, namespace, operation, payload) => {
    await undefined;
    if (payload.length === 3) throw new Error('planned');
    return payload;
  };

  yield [
    'what begins at once: invokeSync, invoke with and without options, arguments',
    async () => {
      const host = await WapcHost.instantiate(await guest('hello'), { async: false });
      const pool = await WapcPool.create(await guest('hello'), { async: false, size: 1 });
      const held = await WapcPool.create(await guest('hello'), { async: false, size: 1 });
      const borrowed = await held.get();
      await beginsHere('WAPC_GUEST', () => host.invokeSync('nope'));
      await beginsHere('WAPC_ARGUMENT', () => host.invokeSync(5));
      await beginsHere('WAPC_ARGUMENT', () => host.invokeSync('nope', '', { timeout: 1 }));
      for (const invocable of [host, pool, borrowed]) {
        await beginsHere('WAPC_GUEST', () => invocable.invoke('nope'));
        await beginsHere('WAPC_GUEST', () => invocable.invoke('nope', '', { context: 1 }));
        await beginsHere('WAPC_GUEST', () => invocable.call('nope'));
        await beginsHere('WAPC_ARGUMENT', () => invocable.call('nope', 5));
        await beginsHere('WAPC_ARGUMENT', () => invocable.invoke(5));
        await beginsHere('WAPC_ARGUMENT', () => invocable.invoke('nope', 5));
        await beginsHere('WAPC_ARGUMENT', () => invocable.invoke('nope', '', { timeout: -1 }));
      }
      held.return(borrowed);
      await beginsHere('WAPC_CLOSED', () => borrowed.invoke('nope'));
      await beginsHere('WAPC_POOL_FOREIGN', () => held.return(borrowed));
      host.close();
      await beginsHere('WAPC_CLOSED', () => host.invoke('nope'));
      await beginsHere('WAPC_CLOSED', () => host.invokeSync('nope'));
      await pool.close();
      await held.close();
      await beginsHere('WAPC_CLOSED', () => pool.invoke('nope'));
    },
  ];

  yield [
    'call: a value that does not encode, a response that does not decode',
    async () => {
      const codec = { encode: (value) => value, decode: () => JSON.parse('{') };
      const options = { async: false, codec, logger() {} };
      const host = await WapcHost.instantiate(await guest('hello'), options);
      const pool = await WapcPool.create(await guest('hello'), { ...options, size: 1 });
      for (const callable of [host, pool]) {
        await beginsHere('WAPC_ARGUMENT', () => callable.call('hello', 'text'));
        await beginsHere('WAPC_GUEST', () => callable.call('echo', new Uint8Array([1])));
      }
      host.close();
      await pool.close();
    },
  ];

  yield [
    'within a host callback: the innermost call is the caller',
    async () => {
      const inner = await WapcHost.instantiate(await guest('hello'), { async: false });
      const pool = await WapcPool.create(await guest('hello'), { async: false, size: 1 });
      const errors = [];
      const outer = await WapcHost.instantiate(await guest('hello'), {
        async: false,
        hostCall() {
          for (const act of [() => inner.invokeSync('nope'), () => inner.invoke('nope'), () => pool.invoke('nope')]) {
            errors.push(outcomes(act));
          }
        },
      });
      await outer.invoke('echo', 'a');
      outer.invokeSync('echo', 'a');
      for (const error of (await Promise.all(errors)).flat()) {
        equal([error.code, framesOf(error)[0].includes(HERE)], ['WAPC_GUEST', true], error.stack);
      }
      for (const made of [inner, outer]) made.close();
      await pool.close();
    },
  ];

  yield [
    'a call site that is captured beforehand, whatever `Error.stackTraceLimit` is, which stays as it was',
    async () => {
      const limit = Object.getOwnPropertyDescriptor(Error, 'stackTraceLimit');
      if (limit?.configurable !== true) return;
      const pool = await WapcPool.create(await guest('hello'), { async: false, size: 1 });
      const host = canSuspend ? await WapcHost.instantiate(await guest('hello'), { hostCall }) : undefined;
      // Kept in variables: JavaScriptCore leaves out the frames of tail calls.
      const deep = (depth, act) => {
        const made = depth === 0 ? act() : deep(depth - 1, act);
        return made;
      };
      const refuse = () => {
        throw new Error('planned');
      };
      for (const [kind, hasFrames] of [
        [{ value: 50, writable: true }, true],
        [{ value: 50, writable: false }, true],
        [{ value: Symbol('s'), writable: true }, false],
        [{ get: refuse, set: refuse }, false],
      ]) {
        // Both wait: an instance of the pool is taken, and the host runs another invocation.
        const held = await pool.get();
        const before = host?.invoke('echo', 'abcd');
        Object.defineProperty(Error, 'stackTraceLimit', { ...kind, configurable: true });
        let waits;
        try {
          waits = deep(60, () => [pool.invoke('nope'), host?.invoke('nope')]);
          const { value, get } = Object.getOwnPropertyDescriptor(Error, 'stackTraceLimit');
          equal([value, get], [kind.value, kind.get]);
        } finally {
          Object.defineProperty(Error, 'stackTraceLimit', limit);
        }
        const ends = waits.map(async (invoked) => {
          try {
            return await invoked;
          } catch (error) {
            return error;
          }
        });
        pool.return(held);
        await before;
        for (const error of await Promise.all(ends)) {
          if (error === undefined) continue;
          equal(error.code, 'WAPC_GUEST', `${error}`);
          if (hasFrames) equal(framesOf(error)[0]?.includes(HERE), true, error.stack);
        }
      }
      host?.close();
      await pool.close();
    },
  ];

  yield [
    'what cannot be located stays as it is: a frozen error, a stack that cannot be written',
    async () => {
      const frozen = Object.freeze(new WapcError('WAPC_TIMEOUT', 'mine'));
      const pool = await WapcPool.create(await guest('hello'), { async: false, size: 1 });
      const held = await pool.get();
      const controller = new AbortController();
      const waits = [1, 2].map(() => pool.invoke('echo', '', { signal: controller.signal }).catch((error) => error));
      controller.abort(frozen);
      equal(
        (await Promise.all(waits)).map((error) => error === frozen),
        [true, true],
      );
      const { prepareStackTrace } = Error;
      Error.prepareStackTrace = () => {
        throw new Error('planned');
      };
      try {
        equal((await held.invoke('nope').catch((error) => error)).code, 'WAPC_GUEST');
      } finally {
        Error.prepareStackTrace = prepareStackTrace;
      }
      pool.return(held);
      await pool.close();
    },
  ];

  if (canSuspend) {
    yield [
      'what is suspended, or waits for its turn',
      async () => {
        const host = await WapcHost.instantiate(await guest('hello'), { hostCall });
        await beginsHere('WAPC_GUEST', () => host.invoke('echo', 'abc'));
        await beginsHere('WAPC_GUEST', () => host.invoke('echo', 'abc'));
        const queued = () => {
          const before = host.invoke('echo', 'abcd');
          const nope = host.invoke('nope');
          return before.then(() => nope);
        };
        await beginsHere('WAPC_GUEST', queued);
        await beginsHere('WAPC_GUEST', () => host.call('nope'));
        await beginsHere('WAPC_GUEST', () => {
          host.invoke('echo', 'before');
          return host.call('nope');
        });
        // Not suspended the last time: V8 knows who awaits it.
        for (let turn = 0; turn < 3; turn++) {
          const error = await (async () => {
            try {
              return await host.invoke('nope');
            } catch (error) {
              return error;
            }
          })();
          equal(error.code, 'WAPC_GUEST');
          equal(framesOf(error)[0]?.includes(HERE), true, error.stack);
        }
        host.close();
      },
    ];

    yield [
      'use: its caller awaits an invocation whose promise its work returns',
      async () => {
        const pool = await WapcPool.create(await guest('hello'), { size: 1, hostCall });
        for (const [operation, payload] of [
          ['nope', ''],
          ['echo', 'abc'],
        ]) {
          for (const work of [
            // Not tail calls: in Bun the function that makes one leaves the stack.
            (held) => Promise.resolve(held.invoke(operation, payload)),
            (held) => Promise.resolve(held.call(operation, payload)),
            async (held) => await held.invoke(operation, payload),
          ]) {
            const [error] = await outcomes(() => pool.use(work));
            equal(error.code, 'WAPC_GUEST');
            equal(framesOf(error)[0]?.includes(HERE), true, error.stack);
          }
        }
        await pool.close();
      },
    ];
  }

  if (hasWorkers && !stopsAtNames()) {
    yield [
      'workers',
      async () => {
        const pool = await WapcPool.create(await guest('hello'), { size: 1, workers: true, hostCall });
        await beginsHere('WAPC_GUEST', () => pool.invoke('nope'));
        await beginsHere('WAPC_GUEST', () => pool.invoke('echo', 'abc'));
        await pool.use((held) => beginsHere('WAPC_GUEST', () => held.invoke('nope')));
        await beginsHere('WAPC_LOAD', () =>
          WapcPool.create(new URL('nothing-is-here.wasm', import.meta.url), { size: 1, workers: true }),
        );
        await pool.close();
      },
    ];
  }

  yield [
    'compile, instantiate, create, replace, reset, get',
    async () => {
      const bad = new Uint8Array(8);
      const module = await WapcModule.compile(await guest('hello'));
      const host = await module.instantiate();
      const pool = await WapcPool.create(module, { size: 1, maxQueue: 1 });
      await beginsHere('WAPC_COMPILE', () => WapcModule.compile(bad));
      await beginsHere('WAPC_ARGUMENT', () => WapcModule.compile(5));
      await beginsHere('WAPC_ARGUMENT', () => WapcModule.compile(bad, { nme: 'a' }));
      await beginsHere('WAPC_COMPILE', () => WapcHost.instantiate(bad));
      await beginsHere('WAPC_ARGUMENT', () => module.instantiate({ limits: { payload: -1 } }));
      await beginsHere('WAPC_COMPILE', () => WapcPool.create(bad));
      await beginsHere('WAPC_ARGUMENT', () => WapcPool.create(module, { size: 0 }));
      await beginsHere('WAPC_COMPILE', () => host.replace(bad));
      await beginsHere('WAPC_COMPILE', () => pool.replace(bad));
      const held = await pool.get();
      await beginsHere('WAPC_POOL_TIMEOUT', () => pool.get(1));
      await beginsHere('WAPC_ARGUMENT', () => pool.get('soon'));
      const waits = pool.invoke('nope').catch((error) => error);
      await beginsHere('WAPC_POOL_FULL', () => pool.get());
      await beginsHere('WAPC_POOL_FULL', () => pool.use(() => {}));
      pool.return(held);
      equal(framesOf(await waits)[0].includes(HERE), true);
      await pool.close();
      host.close();
      await beginsHere('WAPC_CLOSED', () => host.reset());
      await beginsHere('WAPC_CLOSED', () => pool.replace(bad));
      module.close();
      await beginsHere('WAPC_CLOSED', () => module.instantiate());
    },
  ];
}
