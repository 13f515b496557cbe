/** `WapcHost`, and its internals for pools. */

import { compile, compileSuccessor, freeSuccessor, halfOf } from './compile.js';
import { infoOf } from './info.js';
import { WapcError, closedError } from '../base/error.js';
import { isObserved, isWatched, observeWork } from '../base/observing.js';
import { failureOf, withCallSite } from '../base/call-site.js';
import { Host } from '../generated/core.js';
import { callOf, decodeResponse, invocationOf, invokeSyncWith, runObserved, runWith } from '../invocation/invoke.js';
import { rejectSoon, requireRoom } from '../invocation/room.js';
import { hostsInWorkers } from '../routes/answers.js';

const HOST = Symbol('host');

/**
 * Makes the `WapcHost` of a core's or worker's half. Outside of the class: bundlers rename a class that refers to
 * itself.
 */
const hostOf = (half) => new WapcHost(HOST, half);

/**
 * Runs work that resolves with the host of a new instance, and reports it to observers.
 * @param {() => Promise<WapcHost>} work
 * @param {{ guest?: string, host?: number }} [before] what is known before: the guest's name, and the host's number
 */
const observed = (work, before = {}) =>
  isObserved('instantiate')
    ? observeWork('instantiate', before, work, (event, { name, id }) => Object.assign(event, { guest: name, host: id }))
    : work();

/**
 * Makes a `WapcHost` of the half that `create` resolves with.
 * @param {() => Promise<any>} create
 */
export const instantiateHalf = (create) => observed(async () => hostOf(await create()));

async function instantiate(source, options) {
  const given = halfOf(source);
  if (given !== undefined) return instantiateHalf(() => Host.instantiate(given, options));
  const compiled = await compile(source, options);
  try {
    return await instantiateHalf(() => Host.instantiate(compiled, undefined));
  } finally {
    // Freed now: nothing else refers to the module, which would keep the callbacks alive until it is collected.
    compiled.free();
  }
}

/**
 * Internals of a host, for pools: its port, and functions that abort an invocation, close and reset the host. They do
 * not check for room on the stack: their callers have.
 */
export let portOf;
export let abortOf;
export let closeOf;
export let resetOf;

/** One instance of a guest, with its own linear memory. */
export class WapcHost {
  /** The core's half, or a worker's; undefined once freed. */
  #host;
  #port;
  #id;
  /**
   * Resolves once the guests of all replacements so far have been compiled, or could not be: these and resets apply in
   * the order of their calls.
   * @type {Promise<void> | undefined}
   */
  #compiled;
  /** A promise that `close` resolves by `#end`; exists only while the guest of a replacement is compiled. */
  #ended;
  #end;

  static {
    portOf = (host) => host.#port;
    abortOf = (host, invocation, reason) => host.#abort(invocation, reason);
    closeOf = (host) => host.#close();
    resetOf = (host) => host.#reset();
  }

  constructor(token, host) {
    if (token !== HOST) throw new WapcError('WAPC_ARGUMENT', 'use WapcHost.instantiate');
    this.#host = host;
    this.#port = host.port;
    this.#id = this.#port.id = host.id;
    if (this.#port.isRemote) hostsInWorkers.add(this);
  }

  static async instantiate(source, options) {
    requireRoom();
    return withCallSite(this?.instantiate, () => instantiate(source, options));
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

  // Not an async function, which would allocate a second promise.
  invoke(operation, payload, options) {
    try {
      requireRoom();
      const invocation = invocationOf(operation, payload, this);
      if (options === undefined && !isWatched) return this.#port.invoke(invocation);
      return this.#invokeWithOptions(invocation, options);
    } catch (error) {
      return rejectSoon(failureOf(error, #host in Object(this) && this.invoke));
    }
  }

  invokeSync(operation, payload, options) {
    requireRoom();
    try {
      const invocation = invocationOf(operation, payload, this);
      if (isWatched || options !== undefined) return this.#invokeSyncWithOptions(invocation, options);
      return this.#port.invokeSync(invocation);
    } catch (error) {
      throw failureOf(error, #host in Object(this) && this.invokeSync);
    }
  }

  // Not an async function, as `invoke`.
  call(operation, value, options) {
    try {
      requireRoom();
      const { codec, name } = this.#port;
      const invocation = callOf(operation, value, codec, this);
      return decodeResponse(this.#invokeWithOptions(invocation, options), codec, invocation, name);
    } catch (error) {
      return rejectSoon(failureOf(error, #host in Object(this) && this.call));
    }
  }

  async replace(source, options) {
    requireRoom();
    await withCallSite(this.replace, () => this.#replace(source, options));
  }

  async reset() {
    requireRoom();
    await withCallSite(this.reset, async () => {
      this.#open();
      if (this.#compiled !== undefined) await this.#unlessClosed(this.#compiled);
      const host = this.#open();
      await this.#renewed(this.#port.name, () => host.reset());
    });
  }

  close() {
    requireRoom();
    this.#close();
  }

  // Separate methods: a closure inside a public method would allocate its captured variables on every invocation.

  /** Runs an invocation synchronously that has options, observers or both. */
  #invokeSyncWithOptions(invocation, options) {
    return isWatched ? this.#invokeSyncObserved(invocation, options) : invokeSyncWith(invocation, options, this.#port);
  }

  /** Runs an invocation synchronously that has observers. */
  #invokeSyncObserved(invocation, options) {
    return runObserved(invocation, this, () => invokeSyncWith(invocation, options, this.#port));
  }

  /** Runs an invocation that may have options and observers. */
  #invokeWithOptions(invocation, options) {
    return runObserved(invocation, this, () => this.#invoke(invocation, options));
  }

  #invoke(invocation, options) {
    const run = () => this.#port.invoke(invocation);
    return options === undefined
      ? run()
      : runWith(invocation, options, run, (reason) => this.#abort(invocation, reason));
  }

  async #replace(source, options) {
    const compiling = compileSuccessor(source, options, this.#open());
    const compiled = Promise.allSettled([compiling, this.#compiled]);
    // The promise that stays here has no value: the module would be kept alive.
    const last = (this.#compiled = compiled.then(() => {}));
    try {
      const outcomes = await this.#unlessClosed(compiled);
      if (this.#compiled === last) this.#compiled = this.#ended = undefined;
      if (outcomes === undefined) throw closedError('host');
      const [outcome] = outcomes;
      if (outcome.status === 'rejected') throw outcome.reason;
      const host = this.#open();
      await this.#renewed(outcome.value.guestName, () => host.replace(outcome.value));
    } finally {
      freeSuccessor(source, compiling);
    }
  }

  /** Resolves as `compiled` does; with undefined if the host is closed before. */
  #unlessClosed(compiled) {
    this.#ended ??= new Promise((resolve) => (this.#end = () => resolve(undefined)));
    return Promise.race([compiled, this.#ended]);
  }

  /** Reports a new instance of a guest of this name, which `renew` makes, to observers. */
  #renewed(guest, renew) {
    const work = async () => {
      await renew();
      return this;
    };
    return observed(work, { guest, host: this.#id });
  }

  #reset() {
    return this.#open().reset();
  }

  #close() {
    if (this.#host === undefined) return;
    this.#end?.();
    const isRunning = this.#port.cancelAll();
    if (this.#host.close(isRunning)) this.#free();
    // An invocation runs, or a new instance is being created: whichever ends frees the host.
    else this.#port.free = () => this.#free();
  }

  /**
   * Frees the host in the core. Not left to a finalizer: many hosts may come and go between two collections, and a
   * callback may refer to its host.
   */
  #free() {
    this.#port.close();
    this.#host?.free();
    this.#host = undefined;
  }

  #abort(invocation, reason) {
    if (this.#host === undefined || this.#port.cancel(invocation, reason)) return;
    if (this.#port.interrupts(invocation)) this.#host.interrupt(reason, invocation);
  }

  #open() {
    if (this.#host === undefined) throw closedError('host');
    return this.#host;
  }

  [Symbol.dispose]() {
    this.close();
  }
}
