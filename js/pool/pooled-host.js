import { WapcError } from '../base/error.js';
import { exchangeOf, runWith } from '../invocation/invoke.js';
import { requireRoom } from '../invocation/room.js';

/** What a pool knows of a lease; undefined for anything else. */
export let stateOf;

/**
 * An instance of a pool that is lent out: a `PooledHost`. There is one for each time that it is lent, so that nobody can
 * give back what another one has by now.
 */
export class Lease {
  #state;

  static {
    stateOf = (lease) => (lease !== null && typeof lease === 'object' && #state in lease ? lease.#state : undefined);
  }

  /**
   * @param {import('./members.js').Member} member
   * @param {(exchange: import('../invocation/exchange.js').Exchange) => Promise<Uint8Array>} run
   * @param {import('./pool.js').WapcPool} [pool] the one that it is to be given back to
   */
  constructor(member, run, pool) {
    this.#state = { pool, member, run, over: false, running: 0, atRest: undefined };
  }

  get id() {
    return this.#state.member.host.id;
  }

  get memorySize() {
    return this.closed ? 0 : this.#state.member.host.memorySize;
  }

  get closed() {
    return this.#state.over || this.#state.member.host.closed;
  }

  async invoke(operation, payload, options = {}) {
    requireRoom();
    const state = this.#state;
    const exchange = exchangeOf(operation, payload, this);
    if (state.over) throw new WapcError('WAPC_CLOSED', 'this instance was given back to its pool');
    state.running++;
    try {
      return await runWith(
        options,
        () => state.run(exchange),
        (reason) => state.member.abort(exchange, reason),
      );
    } finally {
      state.running--;
      // One that was given back meanwhile is free only now.
      if (state.running === 0) state.atRest?.();
    }
  }
}
