/** `PooledHost`: what `get` of a pool resolves with. */

import { WapcError } from '../base/error.js';
import { failureOf } from '../base/call-site.js';
import { callOf, decodeResponse, invocationOf, runObserved, runWith } from '../invocation/invoke.js';
import { rejectSoon, requireRoom } from '../invocation/room.js';

/** The state of a `PooledHost`; undefined for anything else. */
export let stateOf;

/**
 * An instance acquired from a pool. Each acquisition makes a new object, so that a stale one cannot release an instance
 * that somebody else has acquired since.
 */
export class PooledHost {
  #state;

  static {
    stateOf = (host) => (host !== null && typeof host === 'object' && #state in host ? host.#state : undefined);
  }

  /**
   * @param {import('./instance.js').Instance} instance
   * @param {(invocation: import('../invocation/invocation.js').Invocation) => Promise<Uint8Array>} run
   * @param {import('./pool.js').WapcPool} [pool] to return it to; undefined for `initialize`
   */
  constructor(instance, run, pool) {
    this.#state = { pool, instance, run, isReleased: false, runningCount: 0, onAllEnded: undefined };
  }

  get id() {
    return this.#state.instance.host.id;
  }

  get memorySize() {
    return this.closed ? 0 : this.#state.instance.host.memorySize;
  }

  get closed() {
    return this.#state.isReleased || this.#state.instance.host.closed;
  }

  // Not an async function: the stack of a synchronous error begins at the caller.
  invoke(operation, payload, options) {
    try {
      requireRoom();
      return this.#run(invocationOf(operation, payload, this), options);
    } catch (error) {
      return rejectSoon(failureOf(error, #state in Object(this) && this.invoke));
    }
  }

  // Not an async function, as `invoke`.
  call(operation, value, options) {
    try {
      requireRoom();
      const { codec, name } = this.#state.instance.port;
      const invocation = callOf(operation, value, codec, this);
      return decodeResponse(this.#run(invocation, options), codec, invocation, name);
    } catch (error) {
      return rejectSoon(failureOf(error, #state in Object(this) && this.call));
    }
  }

  #run(invocation, options) {
    const state = this.#state;
    const { instance } = state;
    if (state.isReleased) {
      throw invocation.locate(new WapcError('WAPC_CLOSED', 'this host was returned to its pool'), instance.port.name);
    }
    const abort = (reason) => instance.abort(invocation, reason);
    const run = () => runWith(invocation, options, () => state.run(invocation), abort);
    return whileRunning(state, () => runObserved(invocation, instance.host, run));
  }
}

/** Resolves once no invocation of a `PooledHost` runs, given its state. */
export async function allEnded(state) {
  while (state.runningCount > 0) await new Promise((resolve) => (state.onAllEnded = resolve));
}

/** Counts running invocations: an instance that was returned meanwhile is released when none is left. */
function whileRunning(state, run) {
  const ended = () => {
    state.runningCount--;
    if (state.runningCount === 0) state.onAllEnded?.();
  };
  state.runningCount++;
  try {
    return run().finally(ended);
  } catch (error) {
    ended();
    throw error;
  }
}
