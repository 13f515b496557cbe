import { WapcError } from '../base/error.js';
import { isObserved } from '../base/observing.js';
import { invocationOf, runObserved, runWith } from '../invocation/invoke.js';
import { requireRoom } from '../invocation/room.js';

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

  async invoke(operation, payload, options = {}) {
    requireRoom();
    const state = this.#state;
    const invocation = invocationOf(operation, payload, this);
    if (state.isReleased)
      throw invocation.locateAtOnce(
        new WapcError('WAPC_CLOSED', 'this host was returned to its pool'),
        state.instance.port.name,
      );
    state.running++;
    const abort = (reason) => state.instance.abort(invocation, reason);
    const run = () => runWith(invocation, options, () => state.run(invocation), abort);
    try {
      const { host } = state.instance;
      return await (isObserved('invoke') ? runObserved(invocation, host, run) : run());
    } finally {
      state.running--;
      // One that was returned meanwhile is free only now.
      if (state.running === 0) state.atRest?.();
    }
  }
}
