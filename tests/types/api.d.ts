// The contract that the typings are held to: they may accept and offer more, but not take away or rename.

/** Where a guest comes from. A string or URL is fetched in a browser; in Node, Deno and Bun a string without a scheme
 *  and a `file:` URL are read from disk. A `Response` (or a promise of one) is compiled while it streams. */
export type GuestSource =
  | BufferSource | WebAssembly.Module | Response | URL | string
  | PromiseLike<BufferSource | WebAssembly.Module | Response>;

/** Bytes that cross the boundary. A string is sent as UTF-8. */
export type Payload = Uint8Array | ArrayBuffer | ArrayBufferView | string;

/** Bytes that the package hands out: owned by whoever gets them, never over shared memory. */
export type Bytes = Uint8Array<ArrayBuffer>;

/** Answers a guest's `__host_call`. Nothing (`undefined`) answers with zero bytes. What it throws, or rejects with,
 *  becomes the guest's host error (its message, UTF-8), and stays reachable as `cause` if the guest then fails. */
export type HostCall = (
  binding: string, namespace: string, operation: string, payload: Bytes, context: HostCallContext,
) => Payload | void | PromiseLike<Payload | void>;

export interface HostCallContext {
  /** The instance that is calling; its `id` tells instances apart when many share one callback. */
  readonly host: { readonly id: number };
  /** Aborts when the invocation that this call belongs to is aborted, times out or its host closes. */
  readonly signal: AbortSignal;
  /** The invocation that this call belongs to: its number, the operation that was invoked, and what `invoke` was given as `context`. */
  readonly invocation: { readonly id: number; readonly operation: string; readonly context: unknown };
  /** Whether this call may be answered with a promise. */
  readonly mayAwait: boolean;
}

/** Anything that operations can be passed on to: a host, a pool, an instance that was borrowed, a guest on another machine. */
export interface Invocable { invoke(operation: string, payload?: Payload, options?: InvokeOptions): Promise<Bytes> }

/** One host call, as a route sees it. */
export interface Call extends HostCallContext { readonly binding: string; readonly namespace: string; readonly operation: string }

/** Answers one operation. `value` is the payload, decoded by `codec` where there is one; so is what it returns. */
export type Operation = (value: any, call: Call) => unknown;

/** Host calls by namespace, then by operation. A plain object (its prototype is Object's, or none) is operations by name, own
 *  properties only; a function answers the whole namespace; anything else that has an `invoke` gets the operation and payload
 *  passed on as they are, never decoded. `'*'` answers what nothing else does, on either level. What no route answers is a host
 *  error that names the namespace and operation and lists what there is. */
export interface Routes {
  readonly [namespace: string]: HostCall | Invocable | { readonly [operation: string]: Operation | Invocable };
}

/** How `call` and the operations of `Routes` turn values into payloads and back; `@msgpack/msgpack` is one as it stands.
 *  `undefined` is zero bytes, and zero bytes are `undefined`, without asking it. */
export interface Codec { encode(value: any): Uint8Array; decode(bytes: Uint8Array): any }

export interface WasiOptions {
  args?: readonly string[] | undefined;
  env?: Readonly<Record<string, string | undefined>> | undefined;
  stdin?: Payload | undefined;
  /** Guest path -> an in-memory tree, or (Node, Deno, Bun) `{ path, readonly? }` of a real directory. Nothing by default. */
  preopens?: Readonly<Record<string, DirectoryTree | { path: string; readonly?: boolean | undefined }>> | undefined;
  /** Milliseconds since 1970, for both clocks in place of the machine's: a guest that is given its time runs the same each time.
   *  Sleeping still takes the machine's time. In workers it is asked like a host callback, or WAPC_UNSUPPORTED. */
  now?: (() => number) | undefined;
  /** Fills bytes in place of the platform's randomness. The same in workers. */
  random?: ((bytes: Uint8Array) => void) | undefined;
}
export interface DirectoryTree { readonly [name: string]: Uint8Array | string | DirectoryTree }

export interface HostOptions {
  /** What the guest is called in errors, traces and services. Default: the file name of its source, where it has one. */
  name?: string | undefined;
  /** Without one, every host call of the guest gets a host error that names the binding, namespace and operation.
   *  For `async: 'auto'` without JSPI, `Routes` count as an `async function` if one of their functions is one, or a target has no `invokeSync`. */
  hostCall?: HostCall | Routes | undefined;
  /** For `call` and for the operations of `Routes`. 'text' is UTF-8, 'json' JSON in UTF-8. Default: bytes as they are.
   *  `invoke` and a `HostCall` function never use it. */
  codec?: Codec | 'text' | 'json' | undefined;
  /** 'auto' (default): in-thread; the callback may return a promise where the engine has JSPI. Without JSPI an `async function`
   *  is recognised and treated as `true`; a plain function that returns a promise gets WAPC_ASYNC, which says to pass `true`.
   *  true: it may always return a promise: in-thread where the engine has JSPI (or the guest was asyncified), else the guest runs in a
   *  worker (then `invokeSync` throws WAPC_UNSUPPORTED), else WAPC_UNSUPPORTED at instantiation.
   *  false: it never does: the fastest path; a promise is refused with WAPC_ASYNC. */
  async?: 'auto' | boolean | undefined;
  /** `__console_log`. Default: `console.log`. */
  logger?: ((message: string) => void) | undefined;
  /** What the guest writes to WASI fd 1 and fd 2, chunk by chunk as written. Default: the process's streams, or the console a line at a time. */
  stdout?: ((chunk: Bytes) => void) | undefined;
  stderr?: ((chunk: Bytes) => void) | undefined;
  wasi?: WasiOptions | undefined;
  limits?: Limits | undefined;
  /** Called while a URL or Response loads: bytes so far, and bytes in all where the server says so. */
  onProgress?: ((loaded: number, total?: number) => void) | undefined;
  /** Subresource-integrity string (`sha256-…`, `sha384-…`, `sha512-…`) that the guest's bytes must match. Given for what is compiled
   *  already, whose bytes are not there to be checked, it is WAPC_ARGUMENT, unless they were checked against the same when they were compiled. */
  integrity?: string | undefined;
}

/** `memory`, `interrupt` and `fuel` are of the time of compilation: a WapcModule that was compiled without them, or with more memory,
 *  is WAPC_UNSUPPORTED where `instantiate`, `create` or `replace` wants them. */
export interface Limits {
  /** Bytes of all its linear memories and tables (8 bytes an entry) together that the guest may grow to: what can grow shares what the
   *  beginnings leave, the first memory first. A guest that declares garbage-collected types is WAPC_UNSUPPORTED where this is given. */
  memory?: number | undefined;
  /** Bytes of one payload, response, host-call payload, host response, line of text or chunk of output. Default 256 MiB. */
  payload?: number | undefined;
  /** Milliseconds that one invocation may take from where the guest is called. Enforced by stopping the worker in a worker pool; in-thread
   *  while the guest is suspended in a host call, and with `interrupt` wherever it is. */
  timeout?: number | undefined;
  /** Milliseconds that making an instance may take (`_start`, `_initialize`, `wapc_init`, `initialize` of a pool): past it WAPC_TIMEOUT. In workers
   *  and while suspended; with `interrupt` also while the guest computes on the caller's thread. Default: no limit. A worker's script has 30 s
   *  to load (WAPC_LOAD), whatever is given here. */
  start?: number | undefined;
  /** Lets deadlines end a guest that computes on the caller's thread: its code is rewritten when it is compiled (from bytes, not from a
   *  `WebAssembly.Module`: WAPC_UNSUPPORTED), grows by a quarter and runs 1.1 to 1.5 times as long. Default false. */
  interrupt?: boolean | undefined;
  /** Instructions, roughly, that one invocation may execute: past it WAPC_LIMIT, at the same place on every engine. Implies
   *  the rewriting that `interrupt` does. Units may change between versions. */
  fuel?: number | undefined;
  /** Guests of one thread that may be suspended at once. Default 10,000. */
  suspensions?: number | undefined;
}

export interface InvokeOptions {
  signal?: AbortSignal | undefined;
  /** Milliseconds from `invoke`, the wait for its turn included. 0 is at once: WAPC_TIMEOUT unless it has answered by then. */
  timeout?: number | undefined;
  /** Handed to the host callback as `invocation.context`. */
  context?: unknown;
  /** The host call that this invocation is made for: it inherits its signal and, where none is given, its context. One that would wait for
   *  itself, directly, around a circle of hosts, or because two chains each hold what the other waits for, is WAPC_REENTRANT instead of
   *  never answering. A host call that has ended is WAPC_ARGUMENT. Routes pass it by themselves. */
  from?: HostCallContext | undefined;
  /** Where the response is written, at its beginning; the result is a view of just those bytes, and no buffer is allocated. WAPC_LIMIT, with the
   *  instance unharmed, where it is too long. Its content is undefined if the invocation fails; nothing is written once it has settled. Detached,
   *  resizable or shared, or in use by another invocation: WAPC_ARGUMENT. */
  into?: Bytes | undefined;
}

/** A compiled guest: compiled once, instantiated as often as needed. */
export class WapcModule {
  private constructor();
  static compile(source: GuestSource, options?: HostOptions): Promise<WapcModule>;
  /** Options given here are laid over those given to `compile`. */
  instantiate(options?: HostOptions): Promise<WapcHost>;
  readonly info: ModuleInfo;
  close(): void;
  [Symbol.dispose](): void;
}

export interface ModuleInfo {
  readonly imports: readonly { module: string; name: string; kind: string }[];
  readonly exports: readonly { name: string; kind: string }[];
  readonly wasi: 'none' | 'wasi_unstable' | 'wasi_snapshot_preview1' | 'wasi';
  /** From the `producers` custom section, e.g. [{ field: 'language', name: 'Rust', version: '' }]. */
  readonly producers: readonly { field: string; name: string; version: string }[];
}

/** What takes over is compiled with the limits of what it replaces. A host or pool that was made with `integrity` demands one here, or a WapcModule whose
 *  bytes were checked when it was compiled: WAPC_ARGUMENT without; `null` does without. */
export interface ReplaceOptions { integrity?: string | null | undefined }

/** One instance of a guest, with a memory of its own. Invocations on one host run one at a time, first come first served. */
export class WapcHost {
  private constructor();
  /** Compile and instantiate in one step. */
  static instantiate(source: GuestSource | WapcModule, options?: HostOptions): Promise<WapcHost>;
  readonly id: number;
  /** Of the guest that runs now. */
  readonly info: ModuleInfo;
  /** Bytes of linear memory now. */
  readonly memorySize: number;
  readonly closed: boolean;
  invoke(operation: string, payload?: Payload, options?: InvokeOptions): Promise<Bytes>;
  /** The same without a promise, for guests whose host calls answer at once. Throws WAPC_ASYNC if one does not. */
  invokeSync(operation: string, payload?: Payload, options?: Omit<InvokeOptions, 'signal'>): Bytes;
  /** `invoke` with a value, encoded and decoded by `codec`. Without one: `Payload` in, `Bytes` out. */
  call<T = any>(operation: string, value?: unknown, options?: Omit<InvokeOptions, 'into'>): Promise<T>;
  /** Hot swap: the invocation that is running ends on the old guest, the next one starts on the new. A guest that does not
   *  compile or start leaves the old one in place. */
  replace(source: GuestSource | WapcModule, options?: ReplaceOptions): Promise<void>;
  /** A fresh instance of the same guest. Happens by itself before the invocation that follows a trap. */
  reset(): Promise<void>;
  close(): void;
  [Symbol.dispose](): void;
}

export interface PoolOptions extends HostOptions {
  /** Instances at the most. Default: `navigator.hardwareConcurrency`. */
  size?: number | undefined;
  /** Instances kept ready. Default: `size` (as wapc-go); fewer makes the pool elastic (as wapc-rs). */
  min?: number | undefined;
  /** Milliseconds after which an instance above `min` that did nothing is closed. Default 300000. */
  idleTimeout?: number | undefined;
  /** Invocations that may wait. Past it WAPC_POOL_FULL. Default Infinity. */
  maxQueue?: number | undefined;
  /** Each instance in a thread of its own (worker_threads, Web Worker), so guests run in parallel and can be stopped. Default false. */
  workers?: boolean | { url?: string | URL | undefined; factory?: (() => Worker) | undefined } | undefined;
  /** Runs once on each new instance before it is lent out. */
  initialize?: ((host: PooledHost) => void | PromiseLike<void>) | undefined;
}
export type PooledHost = Pick<WapcHost, 'id' | 'memorySize' | 'closed' | 'invoke' | 'call'>;

export class WapcPool {
  private constructor();
  static create(source: GuestSource | WapcModule, options?: PoolOptions): Promise<WapcPool>;
  /** Of the guest that new work runs on. */
  readonly info: ModuleInfo;
  /** Borrow, invoke, give back. */
  invoke(operation: string, payload?: Payload, options?: InvokeOptions): Promise<Bytes>;
  call<T = any>(operation: string, value?: unknown, options?: Omit<InvokeOptions, 'into'>): Promise<T>;
  /** Hot swap, instance by instance, `initialize` first; nothing is refused meanwhile. Once the promise has resolved nothing that is invoked starts on
   *  the old guest, but for an instance that is borrowed: that one swaps between its borrower's invocations, and is not waited for. Several apply in the
   *  order of their calls. A guest that does not compile or start leaves the old one in place, everywhere. */
  replace(source: GuestSource | WapcModule, options?: ReplaceOptions): Promise<void>;
  /** Borrow an instance; rejects with WAPC_POOL_TIMEOUT after `timeout` ms. */
  get(timeout?: number, options?: { signal?: AbortSignal | undefined }): Promise<PooledHost>;
  /** Give it back. Throws WAPC_POOL_FOREIGN for one that this pool did not lend out, or twice. */
  return(host: PooledHost): void;
  /** Borrow for the length of `work`; given back however it ends. */
  use<T>(work: (host: PooledHost) => T | PromiseLike<T>): Promise<T>;
  readonly stats: {
    readonly size: number; readonly idle: number; readonly busy: number; readonly waiting: number;
    readonly invocations: number; readonly failures: number; readonly replaced: number;
  };
  /** Takes no new work, lets what was accepted finish, then closes every instance. Idempotent. */
  close(): Promise<void>;
  /** Closes at once: what waits or runs is rejected with WAPC_CLOSED. */
  destroy(): void;
  [Symbol.asyncDispose](): Promise<void>;
}

/** The same object, whose `call` knows the guest's operations: `typed<{ hello(name: string): string }>(host).call('hello', 'waPC!')`. */
export function typed<Operations extends { [K in keyof Operations]: (value?: any) => unknown }>(guest: {
  call(operation: string, value?: unknown, options?: any): Promise<any>;
}): {
  call<K extends keyof Operations & string>(operation: K, ...rest: [...Parameters<Operations[K]>, options?: Omit<InvokeOptions, 'into'>]): Promise<Awaited<ReturnType<Operations[K]>>>;
};

/** Every error this package makes. Match on `code`; `instanceof WapcError` also holds across two copies of the package. */
export class WapcError extends Error {
  readonly code: WapcErrorCode;
  /** What lies behind it: the RuntimeError of a trap, the value a host callback threw, the engine's CompileError. */
  readonly cause?: unknown;
  /** Of an invocation: the guest's name, the operation that was invoked, and the host call that failed last, if one did. Own and enumerable
   *  like `code`, so that they are seen where errors are printed, and part of `toJSON()`; absent where there is nothing to say. */
  readonly guest?: string | undefined;
  readonly operation?: string | undefined;
  readonly hostCall?: { readonly binding: string; readonly namespace: string; readonly operation: string } | undefined;
  toJSON(): { name: string; code: WapcErrorCode; message: string; guest?: string | undefined; operation?: string | undefined; hostCall?: { binding: string; namespace: string; operation: string } | undefined };
}
export type WapcErrorCode =
  | 'WAPC_COMPILE'      // the bytes are not valid WebAssembly
  | 'WAPC_INTEGRITY'    // the bytes do not match `integrity`
  | 'WAPC_LOAD'         // the source, or a worker's script, could not be fetched, read or run (status, path)
  | 'WAPC_NOT_A_GUEST'  // no `__guest_call` or no memory, or something else altogether; the message says what it looks like instead
  | 'WAPC_LINK'         // it imports what no host provides (all of them named), or with another signature
  | 'WAPC_INIT'         // `_start`, `_initialize` or `wapc_init` trapped, or exited with a code other than 0
  | 'WAPC_GUEST'        // the guest answered with an error; the message is the guest's own
  | 'WAPC_TRAP'         // the guest trapped: unreachable, out of bounds, stack overflow, exit
  | 'WAPC_PROTOCOL'     // the guest broke the protocol: a range outside its memory, text that is not UTF-8, no response
  | 'WAPC_ASYNC'        // a promise from a host call where it cannot be awaited
  | 'WAPC_REENTRANT'    // an invocation that would wait for itself
  | 'WAPC_LIMIT'        // a limit of `limits` was passed, or the caller's stack has no room
  | 'WAPC_TIMEOUT'      // `timeout` or `limits.start` passed
  | 'WAPC_CLOSED'       // the host, module or pool is closed
  | 'WAPC_POOL_TIMEOUT' | 'WAPC_POOL_FULL' | 'WAPC_POOL_FOREIGN'
  | 'WAPC_ARGUMENT'     // an argument or option of the wrong type or range; says which, what was expected and what came
  | 'WAPC_UNREACHABLE'  // wapc-host/nats: nobody serves that guest, or the connection is gone
  | 'WAPC_UNSUPPORTED'; // the engine lacks something that was asked for; says what, and what to do instead

/** What this engine can do. */
export function features(): {
  readonly jspi: boolean; readonly sharedMemory: boolean; readonly workers: boolean; readonly directories: boolean;
};
