/** The current platform: each entry point sets the features that its own has. */
export const platform = {
  /** @type {((path: string | URL) => Promise<Uint8Array>) | undefined} undefined on a platform without files */
  readFile: undefined,
  /** @type {((path: string) => string) | undefined} makes a path absolute; undefined on a platform without files */
  resolve: undefined,
  /**
   * @type {((script?: string | URL) => unknown) | undefined} starts a `Worker`; undefined on a platform without them
   */
  startWorker: undefined,
  /** @type {(() => boolean) | undefined} true if the user has forbidden workers, so that `startWorker` throws */
  forbidsWorkers: undefined,
  /**
   * @type {((terminate: () => void) => void) | undefined} terminates a worker that was told to close its files; undefined
   * where terminating it closes them
   */
  terminateLater: undefined,
  /** @type {((error: any) => string) | undefined} the cause of a failed `fetch`, as the end of a message; never throws */
  causeOf: undefined,
  /** @type {((callback: () => void) => void) | undefined} calls back at the next turn of the event loop; undefined in browsers */
  nextTurn: undefined,
  /** @type {(() => number) | undefined} */
  parallelism: undefined,
  /** @type {typeof import('node:fs') | undefined} undefined on a platform without directories to give to guests */
  fs: undefined,
  /** @type {() => Promise<{ Wasi: typeof import('../wasi/wasi.js').Wasi, compile?: () => Promise<WebAssembly.Module> }>} `compile` is missing where `modules` has it */
  wasi: undefined,
  /**
   * Loads the rewriter of `limits.interrupt`.
   * @type {() => Promise<ReturnType<typeof import('../interrupt/rewriter.js').rewriterOf>>}
   */
  interrupt: undefined,
  /** @type {((milliseconds: number) => boolean) | undefined} blocks this thread; false if its guest must stop then */
  block: undefined,
  /**
   * The `AsyncLocalStorage` scopes that callbacks run in: nobody's, and the current caller's. Undefined on a platform
   * without `AsyncLocalStorage`.
   * @type {{ nobodys: Scope, callers: () => Scope } | undefined}
   * @typedef {import('node:async_hooks').AsyncResource} Scope
   */
  scopes: undefined,
  /**
   * The diagnostics channels, if the platform has them.
   * @type {Record<'compile' | 'instantiate' | 'invoke' | 'hostcall' | 'pool', any> | undefined}
   */
  channels: undefined,
  /** @type {((channel: any) => boolean) | undefined} true if a channel has subscribers */
  hasSubscribers: undefined,
  /**
   * True where V8 is recognized, but for workerd. Suspendable stacks are reused across invocations there, where that is
   * faster (`invocation/coroutine.js`); in workerd a stack would belong to a request that has ended. Functions are
   * compiled when they are first called, so that a module is soon there (`loading/compile.js`). And the function that
   * awaits a promise is found when that is rejected, so that its call site need not be kept.
   */
  isV8: false,
  /** @type {() => Promise<WebAssembly.Module>} */
  core: undefined,
  /**
   * Compiled modules by name: `core` and `wasi` once they are loaded, which workers receive too, and those of
   * `loading/own-modules.js`. A platform that cannot compile at run time starts with all of them.
   * @type {Record<string, WebAssembly.Module | undefined>}
   */
  modules: {},
};

/** True if memory can be shared with workers: always in Node; in a browser if the page is cross-origin isolated. */
export const canShare = () => typeof SharedArrayBuffer === 'function';

/**
 * The number of threads that can run at once.
 * @public the core imports it
 */
export function parallelism() {
  return platform.parallelism?.() ?? globalThis.navigator?.hardwareConcurrency ?? 4;
}
