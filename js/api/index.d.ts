/**
 * Host for waPC guests in browsers, Node, Deno and Bun.
 *
 * @example
 * ```ts
 * const host = await WapcHost.instantiate('guest.wasm', { hostCall: (binding, namespace, operation, payload) => payload });
 * const answer = await host.invoke('hello', 'waPC!');
 * ```
 *
 * @module wapc-host
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
 * them as they are until the invocation has ended. Results are a fresh `Uint8Array` that the caller owns, or with `into`
 * a view of the caller's array.
 */
export type Payload = Uint8Array | ArrayBuffer | ArrayBufferView | string;

/**
 * Bytes that the package hands out, never over shared memory: a fresh array that whoever gets it owns, unless `into` or
 * `viewPayloads` asks for a view. `Response`, `Blob`, `fetch` and WebCrypto take it as it is.
 */
export type Bytes = Uint8Array<ArrayBuffer>;

/**
 * Answers a guest's `__host_call`. Nothing (`undefined`) answers with zero bytes. An error that it throws, or rejects with,
 * becomes the guest's host error (its message, in UTF-8), and stays reachable as `cause` if the guest then fails.
 *
 * @param binding the first name that the guest gives
 * @param namespace the second
 * @param operation the third: the one that is asked for
 * @param payload a copy that the callback owns; with `viewPayloads` a view, valid while the function runs
 * @param context the host and the invocation that the host call belongs to
 *
 * @example
 * ```ts
 * const hostCall: HostCall = async (binding, namespace, operation, payload, { signal }) => {
 *   if (namespace !== 'http') throw new Error(`no such namespace: ${namespace}`);
 *   const response = await fetch('https://example.com/', { method: 'POST', body: payload, signal });
 *   return response.arrayBuffer();
 * };
 * ```
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
  readonly host: {
    /** `WapcHost.id` of the host. */
    readonly id: number;
  };
  /** Aborts when the invocation is aborted, times out or its host closes: nobody waits for the answer any more. */
  readonly signal: AbortSignal;
  /** The invocation that this call belongs to. */
  readonly invocation: {
    /** Its number, which no other on this thread has. */
    readonly id: number;
    /** The operation that was invoked; empty while a guest starts. */
    readonly operation: string;
    /** `InvokeOptions.context`, as it was given to `invoke`. */
    readonly context: unknown;
  };
  /** True where this call may be answered with a promise. */
  readonly mayAwait: boolean;
}

/**
 * Anything that operations can be passed on to: a host, a pool, an instance that was acquired, an object of any class with
 * such a method.
 */
export interface Invocable {
  /** Runs an operation, as `WapcHost.invoke`. */
  invoke(operation: string, payload?: Payload, options?: InvokeOptions): Promise<Bytes>;
}

/** One host call, as an operation of `Routes` sees it: it can be given as `InvokeOptions.from`. */
export interface Call extends HostCallContext {
  /** The first name that the guest gave. */
  readonly binding: string;
  /** The second. */
  readonly namespace: string;
  /** The third: the operation. */
  readonly operation: string;
}

/**
 * Answers one operation of `Routes`.
 * @param value the payload, decoded by `HostOptions.codec`; without one a copy of its bytes
 * @param call the host call
 * @returns a value that the codec encodes, or a promise of one; without a codec a `Payload`
 */
export type Operation = (value: any, call: Call) => unknown;

/**
 * Answers host calls by namespace and operation. An object literal is operations by name; a function answers all of its
 * namespace; anything else that has an `invoke` gets operation and payload passed on as they are, never decoded. `'*'`
 * answers what nothing else does, on either level. A host call that no route answers is a host error that lists what there
 * is. The binding makes no difference.
 *
 * Only own properties count, read once when the routes are given. Calls that are passed on inherit signal and context
 * (`InvokeOptions.from`); where the guest that calls cannot wait (`async: false`, `invokeSync`), they go by `invokeSync`,
 * and to a target without one, such as a pool, they fail.
 *
 * @example
 * ```ts
 * const hostCall: Routes = {
 *   foo: { echo: (value) => value, '*': (value, call) => `no ${call.operation}` },
 *   kv: await WapcPool.create('kv.wasm'),
 *   '*': (binding, namespace, operation) => log(namespace, operation),
 * };
 * ```
 */
export interface Routes {
  /** The answer to one namespace. */
  readonly [namespace: string]: HostCall | Invocable | { readonly [operation: string]: Operation | Invocable };
}

/**
 * Turns values into payloads and back, for `call` and for the operations of `Routes`; `@msgpack/msgpack` and `msgpackr` are
 * codecs as they stand. `undefined` is zero bytes, and zero bytes are `undefined`, without asking it.
 */
export interface Codec {
  /** The bytes of a value. They are copied at once, so that it may use its buffer again. */
  encode(value: any): Uint8Array;
  /** The value of bytes, a copy that the codec may keep. */
  decode(bytes: Uint8Array): any;
}

/**
 * The world of a guest through WASI (preview 1): nothing that is not given here, but clocks and randomness. Each instance
 * gets it anew when it is made. All of it is read once and copied: what the caller changes later, guests do not see.
 * WASI itself is loaded when the first guest that imports it is compiled.
 */
export interface WasiOptions {
  /**
   * The arguments; the first is the program's name, as a rule.
   * @default []
   */
  args?: readonly string[] | undefined;
  /**
   * The environment: `process.env` fits. A variable whose value is `undefined` is left out.
   * @default {}
   */
  env?: Readonly<Record<string, string | undefined>> | undefined;
  /**
   * All of standard input. With trees it counts towards the 512 MiB of all guests of a thread (WAPC_LIMIT). By default it
   * is empty.
   */
  stdin?: Payload | undefined;
  /**
   * Directories by the guest's paths for them: a tree in memory, which is copied for each instance (files up to
   * 256 MiB, names up to 255 bytes, 256 directories in one another), or in Node, Deno and Bun `{ path, readonly? }` of a
   * directory of the machine (elsewhere WAPC_UNSUPPORTED). No path and no symbolic link leads out of it; in a
   * `readonly` one every write is EROFS.
   * A tree that has a file named `path` needs it as bytes, not as text.
   * @default {}
   *
   * @example
   * ```ts
   * const preopens = { '/data': { 'a.txt': 'text', sub: { 'b.bin': new Uint8Array(4) } }, '/etc': { path: '/etc', readonly: true } };
   * ```
   */
  preopens?:
    | Readonly<
        Record<
          string,
          | DirectoryTree
          | {
              /** Path of a directory of the machine. */
              path: string;
              /**
               * True: every write is EROFS.
               * @default false
               */
              readonly?: boolean | undefined;
            }
        >
      >
    | undefined;
  /**
   * The time in milliseconds since 1970, on both clocks, in place of the machine's: a guest that is given its time runs the
   * same each time. The times of files in trees are those that the guest was told last. Sleeping takes the machine's time.
   * An error that it throws, or a result that is no time, ends the invocation with WAPC_TRAP, whose `cause` it is. In workers
   * WAPC_UNSUPPORTED.
   * @default the machine's clocks
   */
  now?: (() => number) | undefined;
  /**
   * Fills bytes, in place of the platform's randomness. An error that it throws ends the invocation with WAPC_TRAP, whose
   * `cause` it is. In workers WAPC_UNSUPPORTED.
   * @default the platform's randomness
   */
  random?: ((bytes: Uint8Array) => void) | undefined;
}

/** Files (text as UTF-8, or bytes) and directories in memory, by their names. */
export interface DirectoryTree {
  /** A file's content, or a directory. */
  readonly [name: string]: Uint8Array | string | DirectoryTree;
}

/** How a guest is run. A name that is not one of these is WAPC_ARGUMENT. */
export interface HostOptions {
  /** The guest's name in errors. By default the file name of its source, where it has one. */
  name?: string | undefined;
  /** Without one, every host call of the guest gets a host error that names the binding, namespace and operation. */
  hostCall?: HostCall | Routes | undefined;
  /**
   * True: a `hostCall` function gets its payload as a view of the guest's memory, which saves a copy and its allocation:
   * from 1 KiB on those take as long as the rest of a host call, and longer. The view is valid while the function runs:
   * what it keeps, or answers with, it has to copy first; afterwards the guest may write there, and memory that grows
   * detaches the view. Through its `buffer` it reaches all of the guest's memory: give it only to code that may see that.
   * `Routes`, and callbacks of guests in workers, get copies all the same.
   * @default false
   */
  viewPayloads?: boolean | undefined;
  /**
   * The codec of `call`, and of the operations of `Routes`. `'text'` is UTF-8 (values are strings), `'json'` JSON in UTF-8.
   * `invoke` and a `HostCall` function never use it. By default payloads are bytes as they are.
   */
  codec?: Codec | 'text' | 'json' | undefined;
  /**
   * Says whether `hostCall` may return a promise.
   * - `'auto'`: it may where the engine has JSPI, or the guest suspends itself (`wasm-opt --asyncify` has prepared it).
   *   Elsewhere an `async function` is recognised and treated as `true`, and a promise from any other function is
   *   WAPC_ASYNC. `Routes` count as an `async function` if one of their functions is one, or if a target has no
   *   `invokeSync`.
   * - `true`: it always may: where the engine has no JSPI, and the guest does not suspend itself, it runs in a worker
   *   (`invokeSync` is WAPC_UNSUPPORTED then); where there are none either, or no memory to share with them,
   *   instantiation is.
   * - `false`: it never does: the fastest path; a promise is refused with WAPC_ASYNC.
   * @default 'auto'
   */
  async?: 'auto' | boolean | undefined;
  /**
   * Gets each line of `__console_log`. An error that it throws stops the guest: WAPC_TRAP.
   * @default console.log
   */
  logger?: ((message: string) => void) | undefined;
  /**
   * Gets what the guest writes to WASI's standard output, a copy chunk by chunk as it is written: one longer than
   * `limits.payload` is WAPC_LIMIT. An error that it throws stops the guest: WAPC_TRAP. By default
   * it goes to the process's standard output, or to the console line by line.
   */
  stdout?: ((chunk: Bytes) => void) | undefined;
  /** The same for standard error. */
  stderr?: ((chunk: Bytes) => void) | undefined;
  /** Arguments, environment, standard input and directories of the guest. By default it has none. */
  wasi?: WasiOptions | undefined;
  /** Limits of what the guest may use: bytes, milliseconds, instructions, suspended guests. */
  limits?: Limits | undefined;
  /**
   * Called while a URL or Response loads: bytes so far, and bytes in all where the server says so. An error that it throws
   * ends the load: WAPC_LOAD, whose `cause` it is. Not called where the body of a Response is no `ReadableStream`.
   */
  onProgress?: ((loaded: number, total?: number) => void) | undefined;
  /**
   * Subresource integrity (`sha256-…`, `sha384-…`, `sha512-…`) that the guest's bytes must match: checked before they are
   * compiled, else WAPC_INTEGRITY. Given for what is compiled already, a `WebAssembly.Module` or a `WapcModule`, it is
   * WAPC_ARGUMENT, unless the bytes of that `WapcModule` were checked against the same digest when it was compiled.
   */
  integrity?: string | undefined;
}

/** Limits of what a guest may use. Past one of them: WAPC_LIMIT, or WAPC_TIMEOUT for times. */
export interface Limits {
  /**
   * Bytes of all linear memories and tables (8 bytes an entry) of an instance together. A guest that begins with more is
   * WAPC_LIMIT; past it its `memory.grow` and `table.grow` fail. Memories and tables that can grow share the rest: the first
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
   * @default Infinity
   */
  memory?: number | undefined;
  /**
   * Bytes of one payload, response, host-call payload or host response; also of one text of the guest's (a log line, an error
   * text, a name of a host call), one chunk of output, and the message of what the host callback threw.
   * @default 268_435_456 (256 MiB)
   */
  payload?: number | undefined;
  /**
   * Milliseconds that one invocation may take, once it runs: past it WAPC_TIMEOUT, and the next one runs on a fresh
   * instance. On the caller's thread it can end an invocation only while that waits for its host call, unless the guest
   * can be interrupted: one that computes for ever needs `interrupt`, or a pool with `workers`.
   * @default Infinity
   */
  timeout?: number | undefined;
  /**
   * Milliseconds that making an instance may take, from where the guest is linked: its `_start`, `_initialize` and
   * `wapc_init`, and `initialize` of a pool. Past it WAPC_TIMEOUT, wherever one is made: `instantiate`, `create`, a pool that
   * grows, `reset`, `replace`, the fresh instance after a trap. In workers, and with `interrupt`, wherever the guest is; on
   * the caller's thread without that while it waits for its host call or `initialize` runs.
   * @default Infinity
   */
  start?: number | undefined;
  /**
   * Lets time limits end a guest that computes on the caller's thread: `timeout`, `start`, and the `timeout` of `invoke` and
   * `invokeSync`; a sleep of WASI (`poll_oneoff`) too. The guest is rewritten when it is compiled, so that it counts what it
   * executes and asks for the time now and then: its code grows, and runs longer (docs/deadlines.md).
   * A host callback's own JavaScript is not interrupted: it ends first. Events do not come while a guest
   * computes, so a `signal` cannot end it. In workers a time limit then ends the guest, and the worker goes on.
   *
   * It is rewritten from its bytes, at most 64 MiB (WAPC_LIMIT): a `WebAssembly.Module` is WAPC_UNSUPPORTED, and so are a
   * guest with an instruction that is not known, and a `WapcModule` that was compiled without this where `instantiate`,
   * `create` or `replace` wants it.
   * @default false
   */
  interrupt?: boolean | undefined;
  /**
   * Instructions, roughly, that one invocation, or one start, may execute: past it WAPC_LIMIT, at the same place on every
   * engine (an asyncified guest that suspends itself counts that, too), and the next invocation runs on a fresh instance.
   * The guest is rewritten as by `interrupt`, with the same errors. What counts for how much may change between versions.
   * @default Infinity
   */
  fuel?: number | undefined;
  /**
   * How many guests of this thread may be suspended in host calls at once, before an invocation of this one waits for
   * others to end. Past 15,000 engines run out of memory mappings, and the process dies. A callback that waits for another
   * guest needs room for both.
   * @default 10_000
   */
  suspensions?: number | undefined;
}

/** How one invocation is run. A name that is not one of these is WAPC_ARGUMENT. */
export interface InvokeOptions {
  /**
   * Ends the invocation while it waits for its turn or for its host call: its promise rejects with the signal's reason,
   * and the next invocation runs on a fresh instance if this one had begun.
   */
  signal?: AbortSignal | undefined;
  /**
   * Milliseconds from `invoke`, the wait for its turn included: past it WAPC_TIMEOUT, and it ends as by `signal`. 0:
   * WAPC_TIMEOUT unless the guest answers before the event loop's next timers. A guest in a worker cannot, so it is not
   * invoked.
   * @default Infinity
   */
  timeout?: number | undefined;
  /** Handed to the host callback as `invocation.context`, as it is: it never leaves this thread. */
  context?: unknown;
  /**
   * The host call that this invocation is made for: it ends when that one's signal aborts, and has its context unless
   * `context` is given. One that would wait for itself is WAPC_REENTRANT instead of never answering: directly, around a
   * circle of hosts or pools, or where two chains each wait for what the other has (the one that closes the circle fails).
   * An invocation counts as waiting for all that are made for its host calls. A host call whose invocation has ended is
   * WAPC_ARGUMENT. `Routes` pass it by themselves.
   *
   * @example
   * ```ts
   * const hostCall: HostCall = (binding, namespace, operation, payload, context) =>
   *   other.invoke(operation, payload, { from: context });
   * ```
   */
  from?: HostCallContext | undefined;
  /**
   * Where the response is written, at its beginning: the result is a view of just those bytes, and no buffer is allocated.
   * Later responses of the same length may be the same view.
   * A response that is longer is WAPC_LIMIT, and the instance goes on. What the array holds after a failure is undefined;
   * nothing is written once the invocation has settled. WAPC_ARGUMENT if its buffer is detached (also before the response
   * comes), resizable or shared, or if another invocation that has not settled was given the same array, or one that
   * overlaps. Only `invoke` and `invokeSync` take it. It may be the payload.
   *
   * @example
   * ```ts
   * const into = new Uint8Array(65536);
   * const response = host.invokeSync('next', '', { into }); // response.buffer === into.buffer
   * ```
   */
  into?: Bytes | undefined;
}

/** A compiled guest: compiled once, instantiated as often as needed. */
export class WapcModule {
  private constructor();
  /**
   * Compiles a guest. Its options are those of each host that is made of it, unless that is given others.
   *
   * @throws {WapcError} WAPC_LOAD: the guest, or a part of the package (the core, WASI, the rewriter), could not be fetched or
   * read.
   * @throws {WapcError} WAPC_INTEGRITY: the bytes do not match `integrity`.
   * @throws {WapcError} WAPC_COMPILE: the bytes are not valid WebAssembly.
   * @throws {WapcError} WAPC_NOT_A_GUEST: there is no `__guest_call` or no memory, or it is a file of another kind.
   * @throws {WapcError} WAPC_LIMIT: the guest begins with more than `limits.memory`, has more than the 64 MiB that
   * `limits.interrupt` takes, there is no memory for a copy of its bytes, or the caller's stack has no room left.
   * @throws {WapcError} WAPC_ARGUMENT: the source or an option is of the wrong type or range.
   * @throws {WapcError} WAPC_UNSUPPORTED: the engine lacks what an option needs, `limits.memory` cannot bound the guest, or
   * `limits.interrupt` cannot rewrite it.
   *
   * @example
   * ```ts
   * const module = await WapcModule.compile(fetch('guest.wasm'), { hostCall });
   * const [one, other] = await Promise.all([module.instantiate(), module.instantiate({ name: 'other' })]);
   * ```
   */
  static compile(source: GuestSource, options?: HostOptions): Promise<WapcModule>;
  /**
   * A host of a fresh instance. Options given here are laid over those given to `compile`.
   *
   * @throws {WapcError} WAPC_LINK: the guest imports what the host does not provide, or with another signature.
   * @throws {WapcError} WAPC_INIT: `_start`, `_initialize` or `wapc_init` failed, or the engine has no room for its memory.
   * @throws {WapcError} WAPC_NOT_A_GUEST: its `__guest_call` has another signature.
   * @throws {WapcError} WAPC_TIMEOUT: `limits.start` passed.
   * @throws {WapcError} WAPC_CLOSED: the module is closed.
   * @throws {WapcError} WAPC_LIMIT: there is no room for what `wasi` gives it, or on the caller's stack.
   * @throws {WapcError} WAPC_ARGUMENT: an option is of the wrong type or range.
   * @throws {WapcError} WAPC_UNSUPPORTED: the engine lacks what an option needs, or the module was compiled without the
   * `limits.memory`, `limits.interrupt` or `limits.fuel` that is given, or with more memory.
   * @throws {WapcError} WAPC_LOAD: it takes a worker, whose script could not be loaded.
   */
  instantiate(options?: HostOptions): Promise<WapcHost>;
  /** The guest's name in errors; undefined where it has none. */
  readonly name: string | undefined;
  /**
   * Imports, exports, WASI and producers of the module.
   * @throws {WapcError} WAPC_CLOSED: the module is closed.
   */
  readonly info: ModuleInfo;
  /** Lets go of the compiled module; hosts made of it live on. Idempotent. */
  close(): void;
  /** Calls `close`: for `using`. */
  [Symbol.dispose](): void;
}

/** A description of a module, read from it. */
export interface ModuleInfo {
  /** Imports, as `WebAssembly.Module.imports` lists them. */
  readonly imports: readonly {
    /** The first of its two names. */
    module: string;
    /** The second. */
    name: string;
    /** `'function'`, `'memory'`, `'table'`, `'global'` or `'tag'`. */
    kind: string;
  }[];
  /** Exports, as `WebAssembly.Module.exports` lists them. */
  readonly exports: readonly {
    /** Its name. */
    name: string;
    /** `'function'`, `'memory'`, `'table'`, `'global'` or `'tag'`. */
    kind: string;
  }[];
  /** The module that it imports WASI from; `'none'` where it imports none. */
  readonly wasi: 'none' | 'wasi_unstable' | 'wasi_snapshot_preview1' | 'wasi';
  /** From the `producers` custom section, for instance `[{ field: 'language', name: 'Rust', version: '' }]`. */
  readonly producers: readonly {
    /** `'language'`, `'processed-by'` or `'sdk'`, as a rule. */
    field: string;
    /** The name of the language or tool. */
    name: string;
    /** Its version; may be empty. */
    version: string;
  }[];
}

/**
 * One instance of a guest, with a memory of its own. Invocations on one host run one at a time, first come first served.
 * `close` it when it is no longer needed: its memory goes at once, instead of when it is collected.
 *
 * @example
 * ```ts
 * using host = await WapcHost.instantiate('guest.wasm', { hostCall });
 * const response = new Response(await host.invoke('render', JSON.stringify(page)));
 * ```
 */
export class WapcHost {
  private constructor();
  /**
   * Compiles and instantiates in one step. Options given for a `WapcModule` are laid over those given to `compile`.
   * @throws {WapcError} the errors of `WapcModule.compile` and `WapcModule.instantiate`
   */
  static instantiate(source: GuestSource | WapcModule, options?: HostOptions): Promise<WapcHost>;
  /** Tells hosts apart; what a host callback finds in `context.host.id`. */
  readonly id: number;
  /** The guest's name in errors; undefined where it has none. */
  readonly name: string | undefined;
  /**
   * Imports, exports, WASI and producers of the guest that runs now.
   * @throws {WapcError} WAPC_CLOSED: the host is closed.
   */
  readonly info: ModuleInfo;
  /** Bytes of linear memory now; 0 after a trap, until the next invocation, and once the host is closed. */
  readonly memorySize: number;
  /** True once the host is closed. */
  readonly closed: boolean;
  /**
   * Runs an operation of the guest. The payload is copied once into the guest, the response once out of it. The guest is
   * called before this returns, in a microtask, or when it is its turn: leave the payload as it is until the promise
   * has settled. Callbacks run in the caller's `AsyncLocalStorage` context.
   *
   * @param operation the name of the operation, sent as UTF-8
   * @param payload its payload; zero bytes where there is none
   * @returns the response: an array that the caller owns, or a view of `into`
   * @throws {WapcError} WAPC_GUEST: the guest answered with an error; `message` is the guest's own.
   * @throws {WapcError} WAPC_TRAP: the guest trapped or exited, or its worker died. The next invocation runs on a fresh
   * instance.
   * @throws {WapcError} WAPC_PROTOCOL: the guest broke the protocol.
   * @throws {WapcError} WAPC_ASYNC: the host callback returned a promise where it cannot be awaited.
   * @throws {WapcError} WAPC_REENTRANT: the host was invoked from inside its own `hostCall` or, on the caller's thread,
   * `logger`, before that returned; or it would wait for the host call that the invocation is made for (`from`).
   * @throws {WapcError} WAPC_LIMIT: a limit of `limits` was passed, the response does not fit into `into`, or the
   * caller's stack has no room left.
   * @throws {WapcError} WAPC_TIMEOUT: `timeout` or `limits.timeout` passed.
   * @throws {WapcError} WAPC_CLOSED: the host is closed, or was while the invocation ran or waited.
   * @throws {WapcError} WAPC_ARGUMENT: an argument or option is of the wrong type or range.
   * @throws the reason of `signal`: it aborted.
   * @throws {WapcError} the errors of `WapcModule.instantiate`: after a trap there is no fresh instance.
   */
  invoke(operation: string, payload?: Payload, options?: InvokeOptions): Promise<Bytes>;
  /**
   * Runs an operation synchronously, for guests whose host calls answer at once. It takes `timeout` only if the guest can be
   * interrupted (`limits.interrupt`): else nothing ends it, and that is WAPC_ARGUMENT.
   *
   * @throws {WapcError} WAPC_ASYNC: something would have to be waited for: a promise of the host callback, a turn, a fresh
   * instance.
   * @throws {WapcError} WAPC_UNSUPPORTED: the guest runs in a worker.
   * @throws {WapcError} the errors of `invoke`
   */
  invokeSync(operation: string, payload?: Payload, options?: Omit<InvokeOptions, 'signal'>): Bytes;
  /**
   * `invoke` with a value: `codec` encodes it, and decodes the response. Without a codec, values are payloads and bytes.
   *
   * @param value `undefined` is zero bytes, and a response of zero bytes `undefined`
   * @throws {WapcError} WAPC_ARGUMENT: the codec cannot encode the value; its error is the `cause`.
   * @throws {WapcError} WAPC_GUEST: the codec cannot decode the response; its error is the `cause`.
   * @throws {WapcError} the errors of `invoke`
   *
   * @example
   * ```ts
   * const host = await WapcHost.instantiate('guest.wasm', { codec: 'json' });
   * const total = await host.call<number>('sum', [1, 2, 3]);
   * ```
   */
  call<T = any>(operation: string, value?: unknown, options?: Omit<InvokeOptions, 'into'>): Promise<T>;
  /**
   * Hot swap: the invocation that is running ends on the old guest, the next one starts on the new. A guest that does
   * not compile or start leaves the old one in place. It is compiled with the `limits` of the host. Several, and resets,
   * apply in the order of their calls.
   *
   * @throws {WapcError} WAPC_UNSUPPORTED: a `WapcModule` was compiled without the `limits.memory` or `limits.interrupt` of the
   * host, or with more memory.
   * @throws {WapcError} WAPC_ARGUMENT: the host demands `integrity`, and there is none (see `ReplaceOptions.integrity`).
   * @throws {WapcError} WAPC_CLOSED: the host is closed.
   * @throws {WapcError} the errors of `WapcModule.compile` and `WapcModule.instantiate`
   */
  replace(source: GuestSource | WapcModule, options?: ReplaceOptions): Promise<void>;
  /**
   * A fresh instance of the same guest. Happens by itself before the invocation that follows a trap.
   * @throws {WapcError} WAPC_CLOSED: the host is closed.
   * @throws {WapcError} the errors of `WapcModule.instantiate`
   */
  reset(): Promise<void>;
  /** Rejects what runs or waits with WAPC_CLOSED and lets go of the guest. Idempotent. */
  close(): void;
  /** Calls `close`: for `using`. */
  [Symbol.dispose](): void;
}

/** How a guest is replaced. A name that is not one of these is WAPC_ARGUMENT. */
export interface ReplaceOptions {
  /**
   * As `HostOptions.integrity`, of the guest that takes over. A host or pool that was made with `integrity` demands it,
   * or a `WapcModule` whose bytes were checked when it was compiled: else WAPC_ARGUMENT. `null` does without.
   */
  integrity?: string | null | undefined;
}

/** How a pool shares its instances. A name that is not one of these is WAPC_ARGUMENT. */
export interface PoolOptions extends HostOptions {
  /** Instances at the most. By default as many as threads can run at once (`navigator.hardwareConcurrency`). */
  size?: number | undefined;
  /**
   * Instances kept ready, at most `size`. Fewer than `size` make the pool elastic: others come when they are needed.
   * @default size
   */
  min?: number | undefined;
  /**
   * Milliseconds after which an instance above `min` that did nothing is closed.
   * @default 300_000
   */
  idleTimeout?: number | undefined;
  /**
   * Requests that may wait for an instance. Past it WAPC_POOL_FULL.
   * @default Infinity
   */
  maxQueue?: number | undefined;
  /**
   * Each instance in a thread of its own, so that guests run in parallel, callbacks may always return promises, and a
   * guest that does not end is stopped (in Bun only with `limits.interrupt`). Payloads and responses of up to 1 MiB go through
   * shared memory; longer ones, and all where no memory is shared, are copied once and transferred.
   * `url` and `factory` say where the worker's script is when a bundler has moved it: `wapc-host/worker`; of another origin
   * than the page it is imported by a `blob:`; the content security policy has to allow both. A script that has not loaded
   * after 30 s is WAPC_LOAD, as is what `factory` throws; `factory` makes a new Worker each time, and anything else is WAPC_ARGUMENT.
   *
   * A worker is at most 1 MiB ahead of this thread in log lines, output and host calls, or by one piece that is longer: it
   * waits until they were read. Without shared memory it cannot, and its guest ends with WAPC_LIMIT.
   *
   * WAPC_UNSUPPORTED where there are no workers; with a host callback also where there is neither memory to share with
   * them (in a page that is not cross-origin isolated) nor JSPI, unless the guest suspends itself.
   * @default false
   */
  workers?:
    | boolean
    | {
        /** The address of the worker's script. */
        url?: string | URL | undefined;
        /** Makes a new worker that runs the script, each time it is called. */
        factory?: (() => Worker) | undefined;
      }
    | undefined;
  /**
   * Runs once on each new instance before it is acquired; `limits.start` ends one that never does. Invocations that it has
   * made are waited for, also where it has not awaited them. An error that it throws keeps the pool from being created. An
   * instance that it was not run on to its end is closed, also where it was acquired.
   */
  initialize?: ((host: PooledHost) => void | PromiseLike<void>) | undefined;
}

/**
 * An instance that was acquired from a pool. Once it is returned it is `closed`. Its `id` and `memorySize` are those of the
 * host behind it: the `id` changes when `WapcPool.replace` has put another host in its place, between two invocations.
 */
export type PooledHost = Pick<WapcHost, 'id' | 'memorySize' | 'closed' | 'invoke' | 'call'>;

/**
 * Instances of one guest that are shared, first come, first served; a worker that goes on with the next invocation by itself
 * may begin it before older ones that wait for another worker. One that trapped, timed out or was aborted is
 * replaced before it is acquired again.
 *
 * @example
 * ```ts
 * await using pool = await WapcPool.create('guest.wasm', { size: 4, workers: true, limits: { timeout: 1000 } });
 * const answers = await Promise.all(names.map((name) => pool.invoke('hello', name)));
 * ```
 */
export class WapcPool {
  private constructor();
  /**
   * Makes a pool and the instances that it keeps ready. Options given here are laid over those given to `compile`.
   * @throws {WapcError} the errors of `WapcModule.compile` and `WapcModule.instantiate`
   * @throws the errors of `initialize`
   */
  static create(source: GuestSource | WapcModule, options?: PoolOptions): Promise<WapcPool>;
  /** The guest's name in errors; undefined where it has none. */
  readonly name: string | undefined;
  /**
   * Imports, exports, WASI and producers of the guest that new work runs on.
   * @throws {WapcError} WAPC_CLOSED: the pool is closed, and all that it had accepted has ended.
   */
  readonly info: ModuleInfo;
  /**
   * Acquires an instance, invokes it and releases it.
   * @throws {WapcError} WAPC_POOL_FULL: the queue is full (`maxQueue`).
   * @throws {WapcError} the errors of `WapcHost.invoke`
   */
  invoke(operation: string, payload?: Payload, options?: InvokeOptions): Promise<Bytes>;
  /**
   * `invoke` with a value, as `WapcHost.call`.
   * @throws {WapcError} the errors of `invoke` and `WapcHost.call`
   */
  call<T = any>(operation: string, value?: unknown, options?: Omit<InvokeOptions, 'into'>): Promise<T>;
  /**
   * Hot swap, instance by instance: a fresh one is made and initialized beside those that serve, and takes the place of one
   * that nothing runs on, so that nothing is refused meanwhile. Once the promise has resolved nothing that is invoked starts
   * on the old guest, but for an instance that is acquired: that one follows between its holder's invocations, and is not
   * waited for. Several apply in the order of their calls. A guest that does not compile or start, or that `initialize`
   * refuses, leaves the old one in place, everywhere. It is compiled with the `limits` of the pool.
   *
   * @throws {WapcError} WAPC_UNSUPPORTED: a `WapcModule` was compiled without the `limits.memory` or `limits.interrupt` of the
   * pool, or with more memory.
   * @throws {WapcError} WAPC_ARGUMENT: the pool demands `integrity`, and there is none (see `ReplaceOptions.integrity`).
   * @throws {WapcError} WAPC_CLOSED: the pool is closed, or was meanwhile.
   * @throws {WapcError} the errors of `WapcModule.compile` and `WapcModule.instantiate`
   * @throws the errors of `initialize`
   */
  replace(source: GuestSource | WapcModule, options?: ReplaceOptions): Promise<void>;
  /**
   * Acquires an instance. Release it with `return`, or use `use`.
   * @param timeout milliseconds to wait for one at the most; by default as long as it takes
   * @param options `signal` ends the wait
   * @throws {WapcError} WAPC_POOL_TIMEOUT: no instance was free within `timeout`.
   * @throws {WapcError} WAPC_POOL_FULL: the queue is full (`maxQueue`).
   * @throws {WapcError} WAPC_CLOSED: the pool is closed.
   * @throws {WapcError} WAPC_ARGUMENT: `timeout` or an option is of the wrong type or range.
   * @throws the reason of `signal`: it aborted.
   * @throws {WapcError} the errors of `create`: an instance had to be created, and no other serves.
   */
  get(timeout?: number, options?: { signal?: AbortSignal | undefined }): Promise<PooledHost>;
  /**
   * Releases an instance. If it still runs something, it is free when that has ended.
   * @throws {WapcError} WAPC_POOL_FOREIGN: `get` of this pool did not answer with it, or it was returned already.
   */
  return(host: PooledHost): void;
  /**
   * Acquires an instance for the length of `work`; it is returned however that ends.
   * @returns the result of `work`
   * @throws {WapcError} the errors of `get`
   * @throws the errors of `work`
   *
   * @example
   * ```ts
   * await pool.use(async (host) => {
   *   await host.invoke('load', state);
   *   return host.invoke('run');
   * });
   * ```
   */
  use<T>(work: (host: PooledHost) => T | PromiseLike<T>): Promise<T>;
  /** A snapshot of the pool's counters. Each read makes a new object. */
  readonly stats: {
    /** Instances: idle and busy ones. */
    readonly size: number;
    /** Instances that wait for work. */
    readonly idle: number;
    /** Busy instances: acquired, or being created or replaced. */
    readonly busy: number;
    /**
     * Requests that wait: for an instance that somebody else has, or in a worker behind invocations that end within
     * microseconds, also while others are idle.
     */
    readonly waiting: number;
    /** Invocations that began. */
    readonly invocations: number;
    /** Invocations that began and failed. */
    readonly failures: number;
    /**
     * Instances that were replaced because they broke: as many as observers are told of as `replaced`, and those that could
     * not be replaced. `WapcPool.replace` does not count.
     */
    readonly replaced: number;
  };
  /** Takes no new work, lets what was accepted finish, then closes every instance. Idempotent. */
  close(): Promise<void>;
  /** Closes at once: what waits or runs is rejected with WAPC_CLOSED. */
  destroy(): void;
  /** Calls `close`: for `await using`. */
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * The same object, whose `call` knows the guest's operations, their values and their responses.
 *
 * @typeParam Operations the guest's operations by name: functions of one value, or of none
 * @param guest a host, a pool or an acquired instance
 * @throws {WapcError} WAPC_ARGUMENT: it has no `call`.
 *
 * @example
 * ```ts
 * const guest = typed<{ hello(name: string): string; now(): number }>(host);
 * const greeting = await guest.call('hello', 'waPC!'); // `guest.call('hello', 1)` does not compile
 * ```
 */
export function typed<Operations extends { [K in keyof Operations]: (value?: any) => unknown }>(guest: {
  /** As that of a host. */
  call(operation: string, value?: unknown, options?: any): Promise<any>;
}): {
  /**
   * Runs one of the operations.
   * @typeParam K its name
   */
  call<K extends keyof Operations & string>(
    operation: K,
    // `call` takes options as its third argument: those of an operation without a value stand behind `undefined`. The form
    // without it compiles, but sends them as the value.
    ...rest:
      | [...Parameters<Operations[K]>, options?: Omit<InvokeOptions, 'into'>]
      | (Parameters<Operations[K]> extends [] ? [value: undefined, options?: Omit<InvokeOptions, 'into'>] : never)
  ): Promise<Awaited<ReturnType<Operations[K]>>>;
};

/**
 * Every error this package makes. Match on `code`; `instanceof WapcError` also holds across two copies of the package.
 *
 * @example
 * ```ts
 * try {
 *   await host.invoke('operation');
 * } catch (error) {
 *   if (error instanceof WapcError && error.code === 'WAPC_GUEST') console.log(error.message);
 *   else throw error;
 * }
 * ```
 */
export class WapcError extends Error {
  /**
   * Makes an error of that code.
   * @param options `cause` is kept as it is
   */
  constructor(code: WapcErrorCode, message: string, options?: { cause?: unknown });
  /** Own and enumerable, as `guest`, `operation` and `hostCall`: they are seen where errors are printed. */
  readonly code: WapcErrorCode;
  /** The reason behind it: the RuntimeError of a trap, the value a host callback threw, the engine's CompileError. */
  readonly cause?: unknown;
  /** The guest's name; absent where it has none, and in errors that are not of an invocation. */
  readonly guest?: string | undefined;
  /** The operation that was invoked; absent in errors that are not of an invocation. */
  readonly operation?: string | undefined;
  /** The host call of the invocation that failed last; absent where none did. */
  readonly hostCall?:
    | {
        /** The first name that the guest gave. */
        readonly binding: string;
        /** The second. */
        readonly namespace: string;
        /** The third: the one that was asked for. */
        readonly operation: string;
      }
    | undefined;
  /**
   * All of that but the cause as a plain object, for logs and messages: `structuredClone` keeps only message and stack of
   * an error.
   */
  toJSON(): {
    /** `'WapcError'`. */
    name: string;
    /** As in the error; so are the others. */
    code: WapcErrorCode;
    /** The error's message. */
    message: string;
    /** The guest's name. */
    guest?: string | undefined;
    /** The operation that was invoked. */
    operation?: string | undefined;
    /** The host call of the invocation that failed last. */
    hostCall?:
      | {
          /** The first name that the guest gave. */
          binding: string;
          /** The second. */
          namespace: string;
          /** The third: the one that was asked for. */
          operation: string;
        }
      | undefined;
  };
}

/** The codes of `WapcError`. */
export type WapcErrorCode =
  /** The bytes are not valid WebAssembly. */
  | 'WAPC_COMPILE'
  /** The bytes do not match `integrity`. */
  | 'WAPC_INTEGRITY'
  /** The source, or a worker's script, could not be fetched, read or run (status, path). */
  | 'WAPC_LOAD'
  /** No `__guest_call` or no memory, or something else altogether; the message says what it looks like instead. */
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
  /**
   * An invocation that would wait for itself: of a host from inside its own `hostCall` or, on the caller's thread, `logger`,
   * before that returns; or around a circle (`from`).
   */
  | 'WAPC_REENTRANT'
  /** A limit of `limits` was passed, or the caller's stack has no room left. */
  | 'WAPC_LIMIT'
  /** `timeout` or `limits.start` passed. */
  | 'WAPC_TIMEOUT'
  /** The host, module or pool is closed. */
  | 'WAPC_CLOSED'
  /** No instance of the pool was free in time. */
  | 'WAPC_POOL_TIMEOUT'
  /** The queue of the pool is full (`maxQueue`). */
  | 'WAPC_POOL_FULL'
  /** `return` got a host that `get` of this pool did not answer with, or that was returned already. */
  | 'WAPC_POOL_FOREIGN'
  /** An argument or option of the wrong type or range; says which, what was expected and what came. */
  | 'WAPC_ARGUMENT'
  /** The engine lacks something that was asked for; says what, and what to do instead. */
  | 'WAPC_UNSUPPORTED'
  /** `wapc-host/nats`: nobody serves that guest, or the connection is gone. */
  | 'WAPC_UNREACHABLE';

/** The abilities of this engine. */
export function features(): {
  /** It suspends a guest's stack (JavaScript Promise Integration), so that host callbacks may answer later on this thread. */
  readonly jspi: boolean;
  /** Memory can be shared with workers: in a browser where the page is cross-origin isolated. */
  readonly sharedMemory: boolean;
  /** Guests can run in workers: in Node under `--permission` with `--allow-worker` alone. */
  readonly workers: boolean;
  /** Guests can be given directories of the machine (`wasi.preopens`). */
  readonly directories: boolean;
};

// Types of the platform: those of the program's `lib` or `types` where it has them, else what the package uses of them.
// They are not exported, and have the platform's own names so that what is above reads as it does elsewhere.

/** The type of the platform's class of that name; `Fallback` where the program has none. */
type Platform<Name extends string, Fallback> = typeof globalThis extends { [Key in Name]: { prototype: infer Type } }
  ? Type
  : Fallback;

type AbortSignal = Platform<
  'AbortSignal',
  {
    readonly aborted: boolean;
    readonly reason: any;
    throwIfAborted(): void;
    addEventListener(type: 'abort', listener: () => void, options?: { once?: boolean }): void;
    removeEventListener(type: 'abort', listener: () => void): void;
  }
>;

type BufferSource = typeof globalThis extends { WebAssembly: { validate(bytes: infer Type): boolean } }
  ? Type
  : ArrayBufferView | ArrayBuffer;

type Response = Platform<
  'Response',
  {
    readonly ok: boolean;
    readonly status: number;
    readonly statusText: string;
    readonly url: string;
    readonly headers: { get(name: string): string | null; has(name: string): boolean };
    readonly body: unknown;
    arrayBuffer(): Promise<ArrayBuffer>;
  }
>;

type URL = Platform<'URL', { readonly href: string; readonly protocol: string; toString(): string }>;

type Worker = Platform<'Worker', { postMessage(message: any, transfer?: any): void; terminate(): unknown }>;

declare namespace WebAssembly {
  type Module = typeof globalThis extends { WebAssembly: { Module: { prototype: infer Type } } } ? Type : object;
}

declare global {
  // As in TypeScript's own esnext.disposable, so that `using` works in programs without it.
  interface SymbolConstructor {
    readonly dispose: unique symbol;
    readonly asyncDispose: unique symbol;
  }
  interface Disposable {
    [Symbol.dispose](): void;
  }
  interface AsyncDisposable {
    [Symbol.asyncDispose](): PromiseLike<void>;
  }
}

export {};
