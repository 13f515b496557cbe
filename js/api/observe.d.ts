/**
 * Events of all that happens on this thread. In Node, Deno and Bun the same are messages of `node:diagnostics_channel`: the
 * TracingChannels `wapc-host:compile`, `wapc-host:instantiate`, `wapc-host:invoke` and `wapc-host:hostcall` (`WorkEvent`), and
 * the plain channel `wapc-host:pool` (`PoolEvent`).
 *
 * @example
 * ```ts
 * import { observe } from 'wapc-host/observe';
 * const stop = observe(({ kind, operation, duration }) => console.log(kind, operation, duration));
 * ```
 *
 * @module wapc-host/observe
 */

/**
 * Calls back with everything that happens on this thread, guests in workers included, until the function that it returns
 * is called. An error that `listener` throws is reported as an uncaught error of its own and changes nothing for the work.
 * @throws {WapcError} WAPC_ARGUMENT: `listener` is no function
 */
export function observe(listener: (event: WorkEvent | PoolEvent) => void): () => void;

/**
 * Draws the works as tracks in the browser's DevTools (`performance.measure`, group `wapc-host`), until the function that it
 * returns is called. Measures of the same names are cleared from the page's timeline, which would keep every entry.
 */
export function devtools(): () => void;

/**
 * Samples which functions guests on this thread spend their time in, some thousand times a second, until the function that
 * it returns is called: that returns the samples. Only guests that are compiled with `limits.interrupt` or `limits.fuel` are
 * seen, while they compute; a sample takes some microseconds. Guests in workers have a thread of their own. In Bun there are
 * no samples: its stacks do not say which functions of a module they are of.
 *
 * @example
 * ```ts
 * const stop = profile();
 * await host.invoke('hello', 'waPC!');
 * for (const { name, index, self } of stop().functions) console.log(self, name ?? `function ${index}`);
 * ```
 */
export function profile(): () => Profile;

/** The samples of `profile`. */
export interface Profile {
  /** How many there are. */
  readonly samples: number;
  /** The functions that were seen, the one that was seen most often inside first. */
  readonly functions: readonly ProfiledFunction[];
}

/** A function of a guest in a `Profile`. */
export interface ProfiledFunction {
  /** The guest's name; undefined where it has none. */
  readonly guest?: string | undefined;
  /** Its index in the module. */
  readonly index: number;
  /** Its name where the module says it (the custom section `name`), as the engine writes it in stacks. */
  readonly name?: string | undefined;
  /** Samples in which it was being executed. */
  readonly self: number;
  /** Samples in which it, or a function that it had called, was being executed. Of stacks, 200 frames are looked at. */
  readonly total: number;
}

/** One piece of work, told when it has ended. It never has payloads. Times are in ms on the clock of `performance.now()`. */
export interface WorkEvent {
  /**
   * The kind of work. `instantiate`: an instance is made, also by `reset` and `replace` of a host; it ends when that takes
   * over. The fresh instance after a trap is part of an `invoke`. `hostcall`: a host call that reaches this thread; those of
   * a guest in a worker without `hostCall` are refused there.
   */
  readonly kind: 'compile' | 'instantiate' | 'invoke' | 'hostcall';
  /** The guest's name; undefined where it has none. */
  readonly guest?: string | undefined;
  /** The `id` of the host. */
  readonly host?: number | undefined;
  /** Of an invocation, and of the host calls that belong to it: its number. */
  readonly invocation?: number | undefined;
  /** The operation that was invoked, or that the guest called. */
  readonly operation?: string | undefined;
  /** Of a host call. */
  readonly binding?: string | undefined;
  /** Of a host call. */
  readonly namespace?: string | undefined;
  /** Bytes of the payload. */
  readonly bytesIn?: number | undefined;
  /** Bytes of the response, or of the host's answer. */
  readonly bytesOut?: number | undefined;
  /** The beginning. */
  readonly start: number;
  /** Of an invocation: ms that it waited for its turn. */
  readonly waited?: number | undefined;
  /** ms that the work took, the wait included. */
  readonly duration: number;
  /** The error of work that failed. Where a host callback threw `undefined`, an Error that says so. */
  readonly error?: unknown;
}

/** A change to the instances of a pool. */
export interface PoolEvent {
  /**
   * - `created`: a host was made for it, with an `id` of its own.
   * - `replaced`: it broke, and the same host has a fresh instance (`WapcPool.stats.replaced`).
   * - `evicted`: its host was closed. It did nothing for longer than `idleTimeout`, could not be replaced, or
   *   `WapcPool.replace` put another host in its place, which is told as `created` next. The hosts that are there when
   *   the pool ends are closed without events.
   */
  readonly kind: 'created' | 'replaced' | 'evicted';
  /** The guest's name; undefined where it has none. */
  readonly guest?: string | undefined;
  /** The `id` of the host. */
  readonly host: number;
  /** The error for which it was evicted, where there is one. */
  readonly reason?: unknown;
  // So that events of both kinds can be taken apart alike. `start` of works and `reason` of pools tell them apart by `in`.
  /** Of works alone. */
  readonly operation?: undefined;
  /** Of works alone. */
  readonly duration?: undefined;
  /** Of works alone. */
  readonly error?: undefined;
  /** Of works alone. */
  readonly bytesIn?: undefined;
  /** Of works alone. */
  readonly bytesOut?: undefined;
  /** Of works alone. */
  readonly invocation?: undefined;
  /** Of works alone. */
  readonly binding?: undefined;
  /** Of works alone. */
  readonly namespace?: undefined;
  /** Of works alone. */
  readonly waited?: undefined;
}
