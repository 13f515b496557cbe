import { compile, compileSuccessor, halfOf } from './compile.js';
import { infoOf } from './info.js';
import { WapcError, closedError } from '../base/error.js';
import { isObserved, isWatched, observe } from '../base/observing.js';
import { beginAt, callerOf, forCaller } from '../base/origin.js';
import { Host } from '../generated/core.js';
import { giveSyncOptions, invocationOf, runObserved, runWith } from '../invocation/invoke.js';
import { rejectSoon, requireRoom } from '../invocation/room.js';

const HOST = Symbol('host');

/** The `WapcHost` of a core's half, or of a worker. Outside of the class: a bundler renames one that names itself. */
const hostOf = (half) => new WapcHost(HOST, half);

/**
 * A `WapcHost` of what `create` promises.
 * @param {() => Promise<any>} create
 */
export function instantiateHalf(create) {
  const work = async () => hostOf(await create());
  if (!isObserved('instantiate')) return work();
  return observe('instantiate', {}, work, (event, host) => Object.assign(event, { guest: host.name, host: host.id }));
}

async function instantiate(source, options) {
  const given = halfOf(source);
  if (given !== undefined) return instantiateHalf(() => Host.instantiate(given, options));
  const compiled = await compile(source, options);
  try {
    return await instantiateHalf(() => Host.instantiate(compiled, undefined));
  } finally {
    // Nobody else has it, and it would keep the callbacks alive until it is collected.
    compiled.free();
  }
}

/**
 * For pools: where a host is invoked, what ends one of its invocations, and its `close` and `reset`. None of them looks for
 * room on the stack: whoever calls them has.
 */
export let portOf;
export let abortOf;
export let closeOf;
export let resetOf;

/** One instance of a guest, with a memory of its own. */
export class WapcHost {
  /** The core's half, or the one of a worker; undefined once it is freed. */
  #host;
  #port;
  #id;

  static {
    portOf = (host) => host.#port;
    abortOf = (host, invocation, reason) => host.#abort(invocation, reason);
    closeOf = (host) => host.#close();
    resetOf = (host) => host.#reset();
  }

  constructor(token, host) {
    if (token !== HOST) throw new WapcError('WAPC_ARGUMENT', 'WapcHost: use WapcHost.instantiate to make one');
    this.#host = host;
    this.#port = host.port;
    this.#id = host.id;
  }

  static async instantiate(source, options) {
    requireRoom();
    return forCaller(this?.instantiate, () => instantiate(source, options));
  }

  get id() {
    return this.#id;
  }

  get name() {
    return this.#port.name;
  }

  get info() {
    requireRoom();
    if (this.#host === undefined) throw closedError('host');
    return infoOf(this.#host.module);
  }

  get memorySize() {
    requireRoom();
    return this.#host?.memorySize ?? 0;
  }

  get closed() {
    requireRoom();
    return this.#host?.closed ?? true;
  }

  // Not an async function, whose promise would cost a second one.
  invoke(operation, payload, options) {
    try {
      requireRoom();
      const invocation = invocationOf(operation, payload, this);
      if (options === undefined && !isWatched) return this.#port.invoke(invocation);
      return this.#invokeUnusually(invocation, options);
    } catch (error) {
      return rejectSoon(beginAt(error, callerOf(this.invoke)));
    }
  }

  invokeSync(operation, payload, options) {
    requireRoom();
    try {
      const invocation = invocationOf(operation, payload, this);
      if (options !== undefined) giveSyncOptions(invocation, options);
      return isWatched ? this.#invokeWatched(invocation) : this.#port.invokeSync(invocation);
    } catch (error) {
      throw beginAt(error, callerOf(this.invokeSync));
    }
  }

  async replace(source, options) {
    requireRoom();
    await forCaller(this.replace, () => this.#replace(source, options));
  }

  async reset() {
    requireRoom();
    await forCaller(this.reset, async () => this.#reset());
  }

  close() {
    requireRoom();
    this.#close();
  }

  // Functions of their own: a closure in those that callers call costs each of their invocations the variables that it keeps.

  #invokeWatched(invocation) {
    const run = () => this.#port.invokeSync(invocation);
    return isObserved('invoke') ? runObserved(invocation, this, run) : run();
  }

  /** Runs an invocation with options, or one that observers are told of. */
  #invokeUnusually(invocation, options) {
    const run = () => this.#invoke(invocation, options);
    return isObserved('invoke') ? runObserved(invocation, this, run) : run();
  }

  #invoke(invocation, options) {
    const run = () => this.#port.invoke(invocation);
    return options === undefined
      ? run()
      : runWith(invocation, options, run, (reason) => this.#abort(invocation, reason));
  }

  async #replace(source, options) {
    const module = await compileSuccessor(source, options, this.#open());
    try {
      await this.#open().replace(module);
    } finally {
      // Nobody else has what was compiled for this alone.
      if (halfOf(source) === undefined) module.free();
    }
  }

  #reset() {
    return this.#open().reset();
  }

  #close() {
    if (this.#host === undefined) return;
    const isRunning = this.#port.cancelAll();
    if (this.#host.close(isRunning)) this.#free();
    // An invocation runs, or a fresh instance is being created: the end of that frees it.
    else this.#port.free = () => this.#free();
  }

  /** Not when it is collected: many hosts may come and go between two collections, and a callback may refer to its host. */
  #free() {
    this.#port.close();
    this.#host?.free();
    this.#host = undefined;
  }

  #abort(invocation, reason) {
    if (this.#host === undefined || this.#port.cancel(invocation, reason)) return;
    if (this.#port.interrupts(invocation)) this.#host.interrupt(reason);
  }

  #open() {
    if (this.#host === undefined) throw closedError('host');
    return this.#host;
  }

  [Symbol.dispose]() {
    this.close();
  }
}
