/** The platform that this runs on: each entry point fills in what its own has beyond all others. */
export const platform = {
  /** @type {((path: string | URL) => Promise<Uint8Array>) | undefined} where there are files */
  readFile: undefined,
  /** @type {((path: string) => string) | undefined} a path as an absolute one, where there are files */
  resolve: undefined,
  /** @type {((script?: string | URL) => unknown) | undefined} a `Worker` of the platform, where it has them */
  startWorker: undefined,
  /** @type {(() => number) | undefined} */
  parallelism: undefined,
  /** @type {typeof import('node:fs') | undefined} where there are directories that guests may be given */
  fs: undefined,
  /** @type {() => Promise<{ Wasi: typeof import('../wasi/wasi.js').Wasi, compile?: () => Promise<WebAssembly.Module> }>} `compile` is missing where `modules` has it */
  wasi: undefined,
  /** @type {((milliseconds: number) => boolean) | undefined} blocks this thread; whether its guests may go on then */
  block: undefined,
  /**
   * Where callbacks find what `AsyncLocalStorage` holds: nobody's scope, and that of the caller that runs. Undefined where
   * there is no such storage.
   * @type {{ nobodys: Scope, callers: () => Scope } | undefined}
   * @typedef {import('node:async_hooks').AsyncResource} Scope
   */
  scopes: undefined,
  /**
   * The diagnostics channels of the platform, where it has them.
   * @type {Record<'compile' | 'instantiate' | 'invoke' | 'hostcall' | 'pool', any> | undefined}
   */
  channels: undefined,
  /** @type {((channel: any) => boolean) | undefined} asks one of them */
  hasSubscribers: undefined,
  /**
   * True where stacks outlive invocations (`invocation/coroutine.js`): on engines that gain by it, and not in workerd, where one would
   * belong to a request that has ended.
   */
  keepsStacks: false,
  /** @type {() => Promise<WebAssembly.Module>} */
  core: undefined,
  /**
   * Modules that are compiled, by name: `core` and `wasi` once they are loaded, which workers run too; those of
   * `loading/own-modules.js`. A platform that compiles nothing while it runs begins with them all.
   * @type {Record<string, WebAssembly.Module | undefined>}
   */
  modules: {},
};

/** True where memory can be shared with workers: always in Node, in a browser where the page is cross-origin isolated. */
export const canShare = () => typeof SharedArrayBuffer === 'function';

/**
 * How many threads can run at once.
 * @public the core imports it
 */
export function parallelism() {
  return platform.parallelism?.() ?? globalThis.navigator?.hardwareConcurrency ?? 4;
}
