/** One instance of a pool: its host, and what runs or waits on it. */

import { abortOf, closeOf, portOf } from '../api/host.js';

/** The number of an instance for which none is reserved in the inventory: it takes the place of whichever is released first. */
export const NO_NUMBER = -1;

export class Instance {
  /** True while a `PooledHost` of it is acquired. */
  isBorrowed = false;
  /** True if its host must be replaced by one of the current guest before it serves again. */
  mustBeReplaced = false;
  /** The promise of a running renewal. */
  renewal;
  /** True while that waits for its invocations to end, to replace it by an instance of the current guest. */
  isUpdating = false;
  /** The reject functions of the invocations that wait for the renewal. */
  waiting = new Map();
  /** Invocations that were offered to its worker while another one runs. */
  offered = 0;
  /** True while `initialize` runs on it. */
  isInitializing = false;
  /** True while nothing is offered to it, until one of its invocations ends: its ring is full, or that takes long. */
  isPaused = false;
  /** The number of offered invocations that had ended in its pool when one of its own ended last. */
  endedAt = 0;
  /** Number of running invocations of a `PooledHost`. */
  runningCount = 0;
  /** Called when that drops to 0. */
  onAllEnded;

  /**
   * @param {number} number of the instance in the core's inventory
   * @param {import('../api/host.js').WapcHost} host
   * @param {number} generation of the guest
   */
  constructor(number, host, generation) {
    this.number = number;
    this.host = host;
    this.port = portOf(host);
    this.generation = generation;
    /** True once its host is closed: the instance broke, and no other could be created. */
    this.isDiscarded = false;
  }

  /** True after a trap, until the host has a new instance. */
  get isTrapped() {
    return this.port.broken;
  }

  /** True if it must be replaced before it is acquired again. */
  get isBroken() {
    return this.isDiscarded || this.mustBeReplaced || this.isTrapped;
  }

  /** True if an invocation of a `PooledHost` has to wait until it is renewed, `initialize` included. */
  get needsRenewal() {
    return this.isBroken || this.renewal !== undefined;
  }

  /**
   * Renews it by `renew`, once for all that wait for it. Throws what `renew` throws.
   * @param {() => Promise<void>} renew
   * @returns {Promise<void>}
   */
  renewOnce(renew) {
    this.renewal ??= renew().finally(() => (this.renewal = undefined));
    return this.renewal;
  }

  /** Closes its host, and takes over the host of `fresh`. */
  takeOver(fresh) {
    this.discard();
    this.host = fresh.host;
    this.port = fresh.port;
    this.generation = fresh.generation;
    this.isDiscarded = this.mustBeReplaced = false;
  }

  /** Closes its host; errors say that its `owner` is closed. Never throws: callers continue either way. */
  discard(owner = 'host') {
    this.isDiscarded = true;
    this.port.owner = owner;
    try {
      closeOf(this.host);
    } catch {
      // Ignored: the host has left the pool.
    }
  }

  abort(invocation, reason) {
    const reject = this.waiting.get(invocation);
    if (reject === undefined) abortOf(this.host, invocation, reason);
    else reject(reason);
  }
}
