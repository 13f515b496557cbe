import { WapcError } from '../base/error.js';
import { beginAt, callerOf } from '../base/origin.js';
import { isObserved } from '../base/observing.js';
import { invocationOf, runObserved, runWith } from '../invocation/invoke.js';
import { rejectSoon, requireRoom } from '../invocation/room.js';

/** The state of a `PooledHost`; undefined for anything else. */
export let stateOf;

/**
 * An instance that was acquired from a pool. There is one of these each time that it is, so that nobody can release what
 * somebody else has acquired by now.
 */
export class PooledHost {
  #state;

  static {
    stateOf = (host) => (host !== null && typeof host === 'object' && #state in host ? host.#state : undefined);
  }

  /**
   * @param {import('./instances.js').Instance} instance
   * @param {(invocation: import('../invocation/invocation.js').Invocation) => Promise<Uint8Array>} run
   * @param {import('./pool.js').WapcPool} [pool] the one that it is to be returned to
   */
  constructor(instance, run, pool) {
    this.#state = { pool, instance, run, isReleased: false, running: 0, atRest: undefined };
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

  // Not an async function: an error that is there at once is told its caller.
  invoke(operation, payload, options) {
    try {
      requireRoom();
      const state = this.#state;
      const { instance } = state;
      const invocation = invocationOf(operation, payload, this);
      if (state.isReleased) {
        throw invocation.locate(new WapcError('WAPC_CLOSED', 'this host was returned to its pool'), instance.port.name);
      }
      const abort = (reason) => instance.abort(invocation, reason);
      const run = () => runWith(invocation, options, () => state.run(invocation), abort);
      return whileRunning(state, () => (isObserved('invoke') ? runObserved(invocation, instance.host, run) : run()));
    } catch (error) {
      return rejectSoon(beginAt(error, callerOf(this.invoke)));
    }
  }
}

/** Counts an invocation while it runs: an instance that was returned meanwhile is free only when none does. */
function whileRunning(state, run) {
  const ended = () => {
    state.running--;
    if (state.running === 0) state.atRest?.();
  };
  state.running++;
  try {
    return run().finally(ended);
  } catch (error) {
    ended();
    throw error;
  }
}
