/**
 * Host for waPC guests in browsers, Node, Deno and Bun.
 *
 * @example
 * const host = await WapcHost.instantiate('guest.wasm', { hostCall: (binding, namespace, operation, payload) => payload });
 * const answer = await host.invoke('hello', 'waPC!');
 */

/**
 * Where a guest comes from. In a browser a string or URL is fetched; in Node, Deno and Bun a string without a scheme and
 * a `file:` URL are read from disk. A `Response` of type `application/wasm` (or a promise of one) is compiled while it
 * streams. Bytes are copied before they are checked and compiled.
 */
export type GuestSource =
  | BufferSource
  | WebAssembly.Module
  | Response
  | URL
  | string
  | PromiseLike<BufferSource | WebAssembly.Module | Response>;

/**
 * Bytes that cross the boundary. A string is sent as UTF-8. Bytes are not copied until the guest asks for them: leave
 * them as they are until the invocation has ended. Results are always a fresh `Uint8Array` that the caller owns.
 */
export type Payload = Uint8Array | ArrayBuffer | ArrayBufferView | string;

/** Bytes that the package hands out: a fresh array that whoever gets it owns, never over shared memory. */
export type Bytes = Uint8Array<ArrayBuffer>;

/**
 * Answers a guest's `__host_call`. `payload` is a copy that the callback owns. Nothing (`undefined`) answers with zero
 * bytes. What it throws, or rejects with, becomes the guest's host error (its message, in UTF-8), and stays reachable as
 * `cause` if the guest then fails.
 */
export type HostCall = (
  binding: string,
  namespace: string,
  operation: string,
  payload: Bytes,
  context: HostCallContext,
) => Payload | void | PromiseLike<Payload | void>;

/** The invocation that a host call belongs to, for the host callback. */
export interface HostCallContext {
  /** The host that is calling; its `id` tells hosts apart when many share one callback. */
  readonly host: { readonly id: number };
  /** Aborts when the invocation is aborted, times out or its host closes: nobody waits for the answer any more. */
  readonly signal: AbortSignal;
  /**
   * The invocation: its number, which no other on this thread has, the operation that was invoked (empty while a guest
   * starts), and what `invoke` was given as `context`.
   */
  readonly invocation: { readonly id: number; readonly operation: string; readonly context: unknown };
  /** True where this call may be answered with a promise. */
  readonly mayAwait: boolean;
}

/**
 * What a guest sees through WASI (preview 1): nothing that is not given here, but clocks and randomness. Each instance
 * gets it anew when it is made. All of it is read once and copied: what the caller changes later, guests do not see.
 * WASI itself is loaded when the first guest that imports it is compiled.
 */
export interface WasiOptions {
  /** The arguments; the first is the program's name, as a rule. */
  args?: readonly string[] | undefined;
  /** The environment. */
  env?: Readonly<Record<string, string | undefined>> | undefined;
  /** All of standard input. With trees it counts towards the 512 MiB of all guests of a thread (WAPC_LIMIT). */
  stdin?: Payload | undefined;
  /**
   * Directories by the guest's paths for them: a tree in memory, which is copied for each instance (files up to
   * 256 MiB, 256 directories in one another), or in Node, Deno and Bun `{ path, readonly? }` of a directory of the machine (elsewhere WAPC_UNSUPPORTED).
   * No path and no symbolic link leads out of it; in a `readonly` one every write is EROFS. A tree that has a file
   * named `path` needs it as bytes, not as text.
   */
  preopens?: Readonly<Record<string, DirectoryTree | { path: string; readonly?: boolean | undefined }>> | undefined;
  /**
   * The time in milliseconds since 1970, on both clocks, in place of the machine's: a guest that is given its time runs the
   * same each time. The times of files in trees are those that the guest was told last. Sleeping takes the machine's time.
   * What it throws, or what is no time, ends the invocation with WAPC_TRAP: that is the `cause`. In workers
   * WAPC_UNSUPPORTED.
   */
  now?: (() => number) | undefined;
  /**
   * Fills bytes, in place of the platform's randomness. What it throws ends the invocation with WAPC_TRAP: that is the
   * `cause`. In workers WAPC_UNSUPPORTED.
   */
  random?: ((bytes: Uint8Array) => void) | undefined;
}

/** Files (text as UTF-8, or bytes) and directories in memory, by their names. */
export interface DirectoryTree {
  readonly [name: string]: Uint8Array | string | DirectoryTree;
}

/** How a guest is run. A name that is not one of these is WAPC_ARGUMENT. */
export interface HostOptions {
  /** The guest's name in errors. Default: the file name of its source, where it has one. */
  name?: string | undefined;
  /** Without one, every host call of the guest gets a host error that names the binding, namespace and operation. */
  hostCall?: HostCall | undefined;
  /**
   * `'auto'` (default): the callback may return a promise where the engine has JSPI. Elsewhere an `async function` is
   * recognised and treated as `true`, and a promise from any other function is WAPC_ASYNC.
   * `true`: it may always return a promise: where the engine has no JSPI the guest runs in a worker (`invokeSync` is
   * WAPC_UNSUPPORTED then); where there are none either, or no memory to share with them, instantiation is.
   * `false`: it never does: the fastest path; a promise is refused with WAPC_ASYNC.
   */
  async?: 'auto' | boolean | undefined;
  /** Gets each line of `__console_log`. Default: `console.log`. */
  logger?: ((message: string) => void) | undefined;
  /**
   * Gets what the guest writes to WASI's standard output, a copy chunk by chunk as it is written: one longer than
   * `limits.payload` is WAPC_LIMIT. What it throws stops the guest: WAPC_TRAP. Default: the process's, or the console line
   * by line.
   */
  stdout?: ((chunk: Bytes) => void) | undefined;
  /** The same for standard error. */
  stderr?: ((chunk: Bytes) => void) | undefined;
  wasi?: WasiOptions | undefined;
  limits?: Limits | undefined;
  /** Called while a URL or Response loads: bytes so far, and bytes in all where the server says so. */
  onProgress?: ((loaded: number, total?: number) => void) | undefined;
  /**
   * Subresource integrity (`sha256-…`, `sha384-…`, `sha512-…`) that the guest's bytes must match: checked before they are
   * compiled, else WAPC_INTEGRITY. Given for what is compiled already, a `WebAssembly.Module` or a `WapcModule`, it is
   * WAPC_ARGUMENT, unless the bytes of that `WapcModule` were checked against the same digest when it was compiled.
   */
  integrity?: string | undefined;
}

/** Limits of what a guest may use. Past one of them: WAPC_LIMIT. */
export interface Limits {
  /**
   * Bytes of all linear memories and tables (8 bytes an entry) of an instance together. A guest that begins with more is
   * WAPC_LIMIT; past it its `memory.grow` and `table.grow` fail. What can grow shares what the beginnings leave: the first
   * memory takes as much as it may use, then the other memories in their order, then the tables.
   *
   * It is written into the guest when that is compiled, from its bytes (a `WebAssembly.Module` is WAPC_ARGUMENT). A
   * `WapcModule` that was compiled without it, or with more, is WAPC_UNSUPPORTED where `instantiate`, `create` or `replace`
   * wants it.
   *
   * WAPC_UNSUPPORTED are guests that could fill the engine's own heap, which ends the process: those that declare
   * garbage-collected types, exceptions that carry references or more than 16 values, or
   * tables or globals of exceptions.
   * Not counted are what the module itself is made of (code, data segments, at most 1,000,000 globals of 16 bytes), stacks
   * and the exceptions on them (some 100 MB for each stack at the worst), what the engine keeps of each memory and table
   * (address space above all), and what the host keeps for it: payloads (`limits.payload`), files in memory.
   * @default Infinity: no limit
   */
  memory?: number | undefined;
  /**
   * Bytes of one payload, response, host-call payload or host response; also of one text of the guest's (a log line, an error
   * text, a name of a host call), one chunk of output, and the message of what the host callback threw. Default 256 MiB.
   */
  payload?: number | undefined;
  /**
   * Milliseconds that one invocation may take, once it runs: past it WAPC_TIMEOUT, and the next one runs on a fresh
   * instance. On the caller's thread it can end an invocation only while that waits for its host call: a guest that
   * computes for ever needs a pool with `workers`.
   */
  timeout?: number | undefined;
  /**
   * Milliseconds that making an instance may take, from where the guest is linked: its `_start`, `_initialize` and
   * `wapc_init`, and `initialize` of a pool. Past it WAPC_TIMEOUT, wherever one is made: `instantiate`, `create`, a pool that
   * grows, `reset`, `replace`, the fresh instance after a trap. In workers wherever the guest is; on the caller's thread
   * while it waits for its host call or `initialize` runs: a guest that computes there for ever cannot be stopped.
   * Default: no limit.
   */
  start?: number | undefined;
  /**
   * How many guests of this thread may be suspended in host calls at once, before an invocation of this one waits for
   * others to end. Default 10,000: past 15,000 engines run out of memory mappings, and the process dies. A callback that
   * waits for another guest needs room for both.
   */
  suspensions?: number | undefined;
}

/** How one invocation is run. */
export interface InvokeOptions {
  /**
   * Ends the invocation while it waits for its turn or for its host call: its promise rejects with the signal's reason,
   * and the next invocation runs on a fresh instance if this one had begun.
   */
  signal?: AbortSignal | undefined;
  /** Milliseconds from now, the wait for its turn included: past it WAPC_TIMEOUT. Else as `signal`. */
  timeout?: number | undefined;
  /** Handed to the host callback as `invocation.context`, as it is: it never leaves this thread. */
  context?: unknown;
}

/** A compiled guest: compiled once, instantiated as often as needed. */
export class WapcModule {
  private constructor();
  /** @throws WAPC_LOAD, WAPC_INTEGRITY, WAPC_COMPILE, WAPC_NOT_A_GUEST, WAPC_ARGUMENT, WAPC_UNSUPPORTED */
  static compile(source: GuestSource, options?: HostOptions): Promise<WapcModule>;
  /**
   * A host of a fresh instance. Options given here are laid over those given to `compile`.
   * @throws WAPC_LINK, WAPC_INIT, WAPC_NOT_A_GUEST, WAPC_TIMEOUT, WAPC_CLOSED, WAPC_ARGUMENT, WAPC_UNSUPPORTED; where it
   * takes a worker, WAPC_LOAD
   */
  instantiate(options?: HostOptions): Promise<WapcHost>;
  /** The guest's name in errors; undefined where it has none. */
  readonly name: string | undefined;
  /** Imports, exports, WASI and producers of the module. WAPC_CLOSED once it is closed. */
  readonly info: ModuleInfo;
  /** Lets go of the compiled module; hosts made of it live on. Idempotent. */
  close(): void;
  [Symbol.dispose](): void;
}

/** A description of a module, read from it. */
export interface ModuleInfo {
  readonly imports: readonly { module: string; name: string; kind: string }[];
  readonly exports: readonly { name: string; kind: string }[];
  readonly wasi: 'none' | 'wasi_unstable' | 'wasi_snapshot_preview1' | 'wasi';
  /** From the `producers` custom section, for instance `[{ field: 'language', name: 'Rust', version: '' }]`. */
  readonly producers: readonly { field: string; name: string; version: string }[];
}

/**
 * One instance of a guest, with a memory of its own. Invocations on one host run one at a time, first come first served.
 * `close` it when it is no longer needed: its memory goes at once, instead of when it is collected.
 */
export class WapcHost {
  private constructor();
  /**
   * Compiles and instantiates in one step.
   * @throws what `WapcModule.compile` and `WapcModule.instantiate` throw
   */
  static instantiate(source: GuestSource | WapcModule, options?: HostOptions): Promise<WapcHost>;
  /** Tells hosts apart; what a host callback finds in `context.host.id`. */
  readonly id: number;
  /** The guest's name in errors; undefined where it has none. */
  readonly name: string | undefined;
  /** Imports, exports, WASI and producers of the guest that runs now. WAPC_CLOSED once the host is closed. */
  readonly info: ModuleInfo;
  /** Bytes of linear memory now; 0 after a trap, until the next invocation. */
  readonly memorySize: number;
  readonly closed: boolean;
  /**
   * Runs an operation of the guest. The payload is copied once into the guest, the response once out of it. The guest is
   * called before this returns, in a microtask, or when it is its turn: leave the payload as it is until then.
   * Callbacks find what the `AsyncLocalStorage` of who called this holds.
   * @throws WAPC_GUEST, WAPC_TRAP, WAPC_PROTOCOL, WAPC_ASYNC, WAPC_REENTRANT, WAPC_LIMIT, WAPC_TIMEOUT, WAPC_CLOSED,
   * WAPC_ARGUMENT, the reason of `signal`; after a trap also what `WapcModule.instantiate` throws
   */
  invoke(operation: string, payload?: Payload, options?: InvokeOptions): Promise<Bytes>;
  /**
   * The same without a promise, for guests whose host calls answer at once. Of `InvokeOptions` it takes `context` alone:
   * nothing interrupts it.
   * @throws what `invoke` throws, and WAPC_ASYNC where something would have to be waited for
   */
  invokeSync(operation: string, payload?: Payload, options?: { context?: unknown }): Bytes;
  /**
   * Hot swap: the invocation that is running ends on the old guest, the next one starts on the new. A guest that does
   * not compile or start leaves the old one in place. It is compiled with the `limits.memory` of the host; a `WapcModule`
   * that was compiled without it, or with more, is WAPC_UNSUPPORTED.
   * @throws what `WapcModule.compile` and `WapcModule.instantiate` throw
   */
  replace(source: GuestSource | WapcModule, options?: ReplaceOptions): Promise<void>;
  /** A fresh instance of the same guest. Happens by itself before the invocation that follows a trap. */
  reset(): Promise<void>;
  /** Rejects what runs or waits with WAPC_CLOSED and lets go of the guest. Idempotent. */
  close(): void;
  [Symbol.dispose](): void;
}

/** How a guest is replaced. A name that is not one of these is WAPC_ARGUMENT. */
export interface ReplaceOptions {
  /**
   * As `HostOptions.integrity`, of the guest that takes over. A host that was made with `integrity` demands it, or a
   * `WapcModule` whose bytes were checked when it was compiled: else WAPC_ARGUMENT. `null` does without.
   */
  integrity?: string | null | undefined;
}

/** How a pool shares its instances. A name that is not one of these is WAPC_ARGUMENT. */
export interface PoolOptions extends HostOptions {
  /** Instances at the most. Default: as many as threads can run at once (`navigator.hardwareConcurrency`). */
  size?: number | undefined;
  /** Instances kept ready. Default: `size`; fewer make the pool elastic: others come when they are needed. */
  min?: number | undefined;
  /** Milliseconds after which an instance above `min` that did nothing is closed. Default 300,000. */
  idleTimeout?: number | undefined;
  /** Requests that may wait for an instance. Past it WAPC_POOL_FULL. Default Infinity. */
  maxQueue?: number | undefined;
  /**
   * Each instance in a thread of its own, so that guests run in parallel, callbacks may always return promises, and a
   * guest that does not end is stopped. Payloads are copied once and transferred. `url` and `factory` say where the
   * worker's script is when a bundler has moved it: `wapc-host/worker`. A script that has not loaded after 30 s is
   * WAPC_LOAD, as is what `factory` throws; `factory` makes a new Worker each time, and anything else is WAPC_ARGUMENT.
   * A worker is at most 1 MiB ahead of this thread in log lines, output and host calls, or by one piece that is longer: it
   * waits until they were read. Without shared memory it cannot, and its guest ends with WAPC_LIMIT.
   * Default false. WAPC_UNSUPPORTED where there are no workers; with a host callback also where there is neither memory
   * to share with them (in a page that is not cross-origin isolated) nor JSPI.
   */
  workers?: boolean | { url?: string | URL | undefined; factory?: (() => Worker) | undefined } | undefined;
  /**
   * Runs once on each new instance before it is acquired; `limits.start` ends one that never does. What it throws keeps the
   * pool from being created. An instance that it was not run on to its end is closed, also where it was acquired.
   */
  initialize?: ((host: PooledHost) => void | PromiseLike<void>) | undefined;
}

/** An instance that was acquired from a pool. Once it is returned it is `closed`. */
export type PooledHost = Pick<WapcHost, 'id' | 'memorySize' | 'closed' | 'invoke'>;

/**
 * Instances of one guest that are shared, first come, first served. One that trapped, timed out or was aborted is
 * replaced before it is acquired again.
 */
export class WapcPool {
  private constructor();
  /**
   * Makes a pool and the instances that it keeps ready. Options given here are laid over those given to `compile`.
   * @throws what `WapcModule.compile` and `WapcModule.instantiate` throw, and what `initialize` throws
   */
  static create(source: GuestSource | WapcModule, options?: PoolOptions): Promise<WapcPool>;
  /** The guest's name in errors; undefined where it has none. */
  readonly name: string | undefined;
  /** Imports, exports, WASI and producers of the guest that new work runs on. */
  readonly info: ModuleInfo;
  /**
   * Acquires an instance, invokes it and releases it.
   * @throws what `WapcHost.invoke` throws, and WAPC_POOL_FULL
   */
  invoke(operation: string, payload?: Payload, options?: InvokeOptions): Promise<Bytes>;
  /**
   * Hot swap, instance by instance: a fresh one is made and initialized beside those that serve, and takes the place of one
   * that nothing runs on, so that nothing is refused meanwhile. Once the promise has resolved nothing that is invoked starts
   * on the old guest, but for an instance that is acquired: that one follows between its holder's invocations, and is not
   * waited for. Several apply in the order of their calls. A guest that does not compile or start, or that `initialize`
   * refuses, leaves the old one in place, everywhere. It is compiled with the `limits.memory` of the pool; a `WapcModule`
   * that was compiled without it, or with more, is WAPC_UNSUPPORTED.
   * @throws what `WapcModule.compile` and `WapcModule.instantiate` throw, and what `initialize` throws
   */
  replace(source: GuestSource | WapcModule, options?: ReplaceOptions): Promise<void>;
  /**
   * Acquires an instance. Release it with `return`, or use `use`.
   * @param timeout milliseconds to wait for one at the most
   * @throws WAPC_POOL_TIMEOUT, WAPC_POOL_FULL, WAPC_CLOSED, WAPC_ARGUMENT, the reason of `signal`; where an instance has to
   * be created, what `create` throws
   */
  get(timeout?: number, options?: { signal?: AbortSignal | undefined }): Promise<PooledHost>;
  /**
   * Releases an instance. If it still runs something, it is free when that has ended.
   * @throws WAPC_POOL_FOREIGN for one that `get` of this pool did not answer with, or that was returned already
   */
  return(host: PooledHost): void;
  /** Acquires an instance for the length of `work`; it is returned however that ends. */
  use<T>(work: (host: PooledHost) => T | PromiseLike<T>): Promise<T>;
  /** True at every moment: a new object each time. */
  readonly stats: {
    /** Instances: idle and busy ones. */
    readonly size: number;
    readonly idle: number;
    /** Busy instances: acquired, or being created or replaced. */
    readonly busy: number;
    /** Requests that wait for an instance that somebody else has. */
    readonly waiting: number;
    /** Invocations that began, and those of them that failed. */
    readonly invocations: number;
    readonly failures: number;
    /** Instances that were replaced because they broke. */
    readonly replaced: number;
  };
  /** Takes no new work, lets what was accepted finish, then closes every instance. Idempotent. */
  close(): Promise<void>;
  /** Closes at once: what waits or runs is rejected with WAPC_CLOSED. */
  destroy(): void;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Every error this package makes. Match on `code`; `instanceof WapcError` also holds across two copies of the package. */
export class WapcError extends Error {
  constructor(code: WapcErrorCode, message: string, options?: { cause?: unknown });
  /** Own and enumerable, as `operation` and `hostCall`: they are seen where errors are printed. */
  readonly code: WapcErrorCode;
  /** The reason behind it: the RuntimeError of a trap, the value a host callback threw, the engine's CompileError. */
  readonly cause?: unknown;
  /** The guest's name; absent where it has none, and in errors that are not of an invocation. */
  readonly guest?: string | undefined;
  /** The operation that was invoked; absent in errors that are not of an invocation. */
  readonly operation?: string | undefined;
  /** The host call of the invocation that failed last; absent where none did. */
  readonly hostCall?: { readonly binding: string; readonly namespace: string; readonly operation: string } | undefined;
  /** All of that as a plain object, for logs and messages: `structuredClone` keeps only message and stack of an error. */
  toJSON(): {
    name: string;
    code: WapcErrorCode;
    message: string;
    guest?: string | undefined;
    operation?: string | undefined;
    hostCall?: { binding: string; namespace: string; operation: string } | undefined;
  };
}

export type WapcErrorCode =
  /** The bytes are not valid WebAssembly. */
  | 'WAPC_COMPILE'
  /** The bytes do not match `integrity`. */
  | 'WAPC_INTEGRITY'
  /** The source, or a worker's script, could not be fetched, read or run (status, path). */
  | 'WAPC_LOAD'
  /** Valid, but no `__guest_call` or no memory. */
  | 'WAPC_NOT_A_GUEST'
  /** It imports what no host provides (all of them named), or with another signature. */
  | 'WAPC_LINK'
  /** `_start`, `_initialize` or `wapc_init` trapped, or exited with a code other than 0. */
  | 'WAPC_INIT'
  /** The guest answered with an error; the message is the guest's own. */
  | 'WAPC_GUEST'
  /** The guest trapped: unreachable, out of bounds, stack overflow, exit. */
  | 'WAPC_TRAP'
  /** The guest broke the protocol: a range outside its memory, text that is not UTF-8, no response. */
  | 'WAPC_PROTOCOL'
  /** A promise from a host call where it cannot be awaited. */
  | 'WAPC_ASYNC'
  /** An invocation of a host from inside that same host's own host call. */
  | 'WAPC_REENTRANT'
  /** A limit of `limits` was passed, or the caller's stack has no room left. */
  | 'WAPC_LIMIT'
  /** `timeout` or `limits.start` passed. */
  | 'WAPC_TIMEOUT'
  /** The host, module or pool is closed. */
  | 'WAPC_CLOSED'
  /** No instance of the pool was free in time. */
  | 'WAPC_POOL_TIMEOUT'
  /** As many requests wait for one as may. */
  | 'WAPC_POOL_FULL'
  /** `return` got a host that `get` of this pool did not answer with, or that was returned already. */
  | 'WAPC_POOL_FOREIGN'
  /** An argument or option of the wrong type or range; says which, what was expected and what came. */
  | 'WAPC_ARGUMENT'
  /** The engine lacks something that was asked for; says what, and what to do instead. */
  | 'WAPC_UNSUPPORTED';

/** The abilities of this engine. */
export function features(): {
  /** It suspends a guest's stack (JavaScript Promise Integration), so that host callbacks may answer later on this thread. */
  readonly jspi: boolean;
  /** Memory can be shared with workers: in a browser where the page is cross-origin isolated. */
  readonly sharedMemory: boolean;
  /** Guests can run in workers. */
  readonly workers: boolean;
  /** Guests can be given directories of the machine (`wasi.preopens`). */
  readonly directories: boolean;
};
