/** The ways to run a guest: `make` returns `{ host?, invoke, close }` for a module. */

import { WapcHost, WapcPool } from 'wapc-host';

const canSuspend = typeof WebAssembly.Suspending === 'function';

const host = (options, atOnce) => async (module) => {
  const made = await WapcHost.instantiate(module, options);
  const invoke = atOnce
    ? async (operation, payload) => made.invokeSync(operation, payload)
    : (...invocation) => made.invoke(...invocation);
  return { host: made, invoke, close: () => made.close() };
};

const pool = (options) => async (module) => {
  const made = await WapcPool.create(module, { ...options, size: 1 });
  return { invoke: (...invocation) => made.invoke(...invocation), close: () => made.close() };
};

/**
 * `mayAwait`: a callback may answer later. `mayAwaitInStart`: also in a start function, whose stack no engine suspends.
 */
const NEVER = { mayAwait: false, mayAwaitInStart: false };
const ALWAYS = { mayAwait: true, mayAwaitInStart: true };

export const WAYS = {
  sync: { make: host({ async: false }, true), ...NEVER, isAtOnce: true },
  promise: { make: host({ async: false }), ...NEVER },
  auto: { make: host({ async: 'auto' }), ...NEVER, mayAwait: canSuspend },
  pool: { make: pool({ async: false }), ...NEVER, isPool: true },
  workers: { make: pool({ workers: true }), ...ALWAYS, isPool: true },
  // Where the engine can suspend, `async: true` runs on this thread.
  worker: canSuspend
    ? { make: host({ async: true }), ...NEVER, mayAwait: true }
    : { make: host({ async: true }), ...ALWAYS },
};
