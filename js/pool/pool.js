/** `WapcPool`. */

import { compile, compileSuccessor, freeSuccessor, halfOf } from '../api/compile.js';
import { instantiateHalf } from '../api/host.js';
import { infoOf } from '../api/info.js';
import { checkSignal, checkTimeout, throwIfAborted } from '../base/checks.js';
import { isWatched } from '../base/observing.js';
import { beginAt, callSiteOf, failureOf, withCallSite } from '../base/call-site.js';
import { WapcError, argumentError } from '../base/error.js';
import { readFields } from '../base/options.js';
import { Pool } from '../generated/core.js';
import { callOf, decodeResponse, invocationOf, runObserved } from '../invocation/invoke.js';
import { rejectSoon, requireRoom } from '../invocation/room.js';
import { Dispatcher } from './dispatcher.js';
import { PooledHost, stateOf } from './pooled-host.js';
import { HostRequest } from './requests.js';

const POOL = Symbol('pool');

/** Makes the `WapcPool` of a dispatcher. Outside of the class: bundlers rename a class that refers to itself. */
const poolOf = (dispatcher) => new WapcPool(POOL, dispatcher);

async function create(source, options) {
  const given = halfOf(source);
  const module = given ?? (await compile(source, options, true));
  const dispatcher = await dispatcherOf(module, given !== undefined, options);
  await dispatcher.createKept();
  return poolOf(dispatcher);
}

/**
 * Makes a dispatcher without instances. A module that was compiled for this pool alone is freed, even if this throws.
 */
async function dispatcherOf(module, isShared, options) {
  try {
    // A module that was compiled for this pool has its options already: they are read only once.
    return new Dispatcher(Pool.create(module, isShared ? options : undefined));
  } catch (error) {
    // Rejects with this error, and tells it to observers: as for a host, an instance could not be made.
    return /** @type {never} */ (await instantiateHalf(() => Promise.reject(error)));
  } finally {
    if (!isShared) module.free();
  }
}

/** Instances of one guest, shared by all callers of the pool. */
export class WapcPool {
  #dispatcher;

  constructor(token, dispatcher) {
    if (token !== POOL) throw new WapcError('WAPC_ARGUMENT', 'use WapcPool.create');
    this.#dispatcher = dispatcher;
  }

  static async create(source, options) {
    requireRoom();
    return withCallSite(this?.create, () => create(source, options));
  }

  // Not an async function, which would allocate a second promise.
  invoke(operation, payload, options) {
    try {
      requireRoom();
      const invocation = invocationOf(operation, payload, this);
      const dispatcher = this.#dispatcher;
      if (options === undefined && !isWatched) return dispatcher.invoke(invocation);
      return this.#invokeWithOptions(invocation, options);
    } catch (error) {
      return rejectSoon(failureOf(error, #dispatcher in Object(this) && this.invoke));
    }
  }

  // Not an async function, as `invoke`.
  call(operation, value, options) {
    try {
      requireRoom();
      const { codec, name } = this.#dispatcher;
      const invocation = callOf(operation, value, codec, this);
      return decodeResponse(this.#invokeWithOptions(invocation, options), codec, invocation, name);
    } catch (error) {
      return rejectSoon(failureOf(error, #dispatcher in Object(this) && this.call));
    }
  }

  async get(timeout, options) {
    requireRoom();
    return this.#get(this.get, timeout, options);
  }

  return(host) {
    requireRoom();
    const state = stateOf(host);
    const wrong = whyNotReturned(state, this);
    if (wrong !== undefined) {
      throw beginAt(new WapcError('WAPC_POOL_FOREIGN', `return: ${wrong}`), callSiteOf(this.return));
    }
    state.isReleased = true;
    state.instance.isBorrowed = false;
    if (state.runningCount === 0) this.#dispatcher.releaseSoon(state.instance);
    else state.onAllEnded = () => this.#dispatcher.release(state.instance);
  }

  async use(work) {
    requireRoom();
    if (typeof work !== 'function') throw beginAt(argumentError('work', 'a function', work), callSiteOf(this.use));
    const host = await this.#get(this.use);
    // Not awaited here: V8 would take this function for the caller that awaits an invocation of `work`.
    return (async () => work(host))().finally(() => {
      if (!stateOf(host).isReleased) this.return(host);
    });
  }

  get name() {
    return this.#dispatcher.name;
  }

  get info() {
    requireRoom();
    return infoOf(this.#dispatcher.pool.module);
  }

  get stats() {
    requireRoom();
    return this.#dispatcher.stats;
  }

  async replace(source, options) {
    requireRoom();
    await withCallSite(this.replace, () => this.#replace(source, options));
  }

  // Not an async function: every call returns the same promise.
  close() {
    try {
      requireRoom();
      return this.#dispatcher.close();
    } catch (error) {
      return rejectSoon(beginAt(error, callSiteOf(this.close)));
    }
  }

  destroy() {
    requireRoom();
    this.#dispatcher.destroy();
  }

  async [Symbol.asyncDispose]() {
    await this.close();
  }

  /** Runs an invocation that may have options and observers. */
  #invokeWithOptions(invocation, options) {
    return runObserved(invocation, this, () => this.#invoke(invocation, options));
  }

  #invoke(invocation, options) {
    const dispatcher = this.#dispatcher;
    return options === undefined ? dispatcher.invoke(invocation) : dispatcher.invokeWith(invocation, options);
  }

  /** Implements `get` for the public function `called`, where stacks of its errors begin. */
  async #get(called, timeout, options) {
    let callSite;
    try {
      const { signal } = readFields('options', options, 'signal');
      checkTimeout(timeout);
      checkSignal(signal);
      if (signal !== undefined) throwIfAborted(signal);
      const dispatcher = this.#dispatcher;
      const request = new HostRequest((instance) => {
        instance.isBorrowed = true;
        return new PooledHost(instance, (invocation) => dispatcher.runPooled(instance, invocation), this);
      });
      const host = dispatcher.request(request);
      request.waitFor(timeout, signal, (reason) => dispatcher.cancel(request, reason));
      if (!request.isSettled) callSite = callSiteOf(called);
      return await host;
    } catch (error) {
      throw beginAt(error, callSite ?? callSiteOf(called));
    }
  }

  async #replace(source, options) {
    const dispatcher = this.#dispatcher;
    const compiled = compileSuccessor(source, options, dispatcher.pool);
    try {
      await dispatcher.replace(compiled);
    } finally {
      freeSuccessor(source, compiled);
    }
  }
}

/** The reason why `return` cannot accept a host with this state; undefined if it can. */
function whyNotReturned(state, pool) {
  if (state?.pool === undefined) return 'expected a host that `get` of this pool answered with';
  if (state.pool !== pool) return 'this host is of another pool: return it there';
  return state.isReleased ? 'this host was returned already' : undefined;
}
