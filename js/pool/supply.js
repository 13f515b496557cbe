/** Creates, replaces and evicts the instances of a pool, as the core's inventory decides (`src/pool/inventory.rs`). */

import { startTimer } from '../base/timer.js';
import { NO_SLOT, POOL_NONE } from '../generated/constants.js';
import { recheckPending } from '../invocation/blocked.js';

export class Supply {
  #slot;
  #core;
  #instances;
  #replacement;
  #requests;
  #on;
  #stopTimer;

  /**
   * @param {number} slot of the pool in the core
   * @param {import('../generated/core.js').InitOutput} core the core's raw exports
   * @param {import('./instances.js').Instances} instances
   * @param {import('./replacement.js').Replacement} replacement
   * @param {import('../base/queue.js').Queue} requests the pending ones
   * @param {object} on
   * @param {(instance: import('./instance.js').Instance) => void} on.released called when an instance can serve a
   * request
   * @param {(request: any, error: unknown) => void} on.failed called when no instance can be created for a request
   * @param {() => void} on.removed called when the pool has lost an instance
   */
  constructor(slot, core, instances, replacement, requests, on) {
    this.#slot = slot;
    this.#core = core;
    this.#instances = instances;
    this.#replacement = replacement;
    this.#requests = requests;
    this.#on = on;
  }

  /** Creates the `min` instances that are always kept: a promise of each. */
  createKept() {
    const created = [];
    for (let number; (number = this.#core.pool_create_kept(this.#slot)) !== POOL_NONE;) {
      created.push(this.#instances.add(number));
    }
    return created;
  }

  /** Creates an instance, if a request is pending without one being created for it. Called for each pending request. */
  grow() {
    const number = this.#core.pool_create_pending(this.#slot, this.#requests.length);
    // A function apart: an async one takes some hundred nanoseconds even where it does nothing.
    if (number !== POOL_NONE) this.#create(number);
  }

  async #create(number) {
    let instance;
    try {
      instance = await this.#instances.add(number);
    } catch (error) {
      this.#notGrown(number, error);
      return;
    }
    this.#core.pool_created(this.#slot);
    this.#on.released(instance);
    if (this.#requests.length > 0) this.grow();
  }

  /**
   * Handles an instance that could not be created. Pending requests are left to those that serve others now, if there are
   * any; else the oldest is rejected with the reason, and the next one is tried.
   */
  #notGrown(number, error) {
    this.#core.pool_not_created(this.#slot, number);
    if (this.#core.pool_creating(this.#slot) > 0 || this.#instances.all.some(({ isBorrowed }) => !isBorrowed)) {
      recheckPending();
    } else {
      this.#on.failed(this.#requests.shift(), error);
      this.grow();
    }
    this.#on.removed();
  }

  /** Renews a broken instance. Throws if the renewal cannot begin; only renewals that begin are counted. */
  renew(instance) {
    return instance.renewOnce(() => {
      // One that runs on an old guest makes room for the current one: it is not replaced because it broke.
      const isOfGuest = instance.generation === this.#instances.generation;
      const isBroken = (instance.isDiscarded || instance.isTrapped) && isOfGuest;
      const renewed = this.#instances.renew(instance);
      if (isBroken) this.#instances.replaced++;
      return renewed;
    });
  }

  /** Replaces a broken instance before it serves again. */
  async replace(instance) {
    if (this.#slot === NO_SLOT) return;
    if (this.#replacement.replaceReleased(instance)) {
      this.#on.released(instance);
      return;
    }
    try {
      await this.renew(instance);
    } catch (error) {
      // The pool has ended, and has closed the instance: that is no eviction.
      if (this.#slot === NO_SLOT) return;
      // The next request tries again, and is rejected with the reason if that fails too.
      this.#instances.remove(instance, error);
      this.#core.pool_remove(this.#slot, instance.number);
      this.grow();
      this.#on.removed();
      return;
    }
    this.#on.released(instance);
  }

  /** Called when the worker of an instance died. An idle instance is replaced now, a busy one when it is released. */
  lost(instance) {
    if (this.#core.pool_acquire_idle(this.#slot, instance.number)) this.replace(instance);
  }

  /** Evicts instances that have been idle for too long, and schedules the next eviction. */
  watch() {
    if (this.#stopTimer !== undefined) return;
    const at = this.#core.pool_next_eviction(this.#slot);
    if (at === POOL_NONE) return;
    const evict = () => {
      this.#stopTimer = undefined;
      const now = performance.now();
      for (let number; (number = this.#core.pool_evict(this.#slot, now)) !== POOL_NONE;) {
        this.#instances.remove(this.#instances.get(number));
      }
      this.watch();
    };
    this.#stopTimer = startTimer(at - performance.now(), evict, true);
  }

  /** Called when the pool has ended: its slot may be reused by another pool. */
  end() {
    this.#slot = NO_SLOT;
    this.#stopTimer?.();
    this.#stopTimer = () => {};
  }
}
