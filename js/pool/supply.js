/** Creates, replaces and evicts the instances of a pool, when the core's inventory (`src/pool/inventory.rs`) says so. */

import { startTimer } from '../base/timer.js';
import { NO_SLOT, POOL_NONE } from '../generated/constants.js';

export class Supply {
  /** Instances that broke and were replaced. */
  replaced = 0;
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
   * @param {import('../base/queue.js').Queue} requests that are pending
   * @param {object} on
   * @param {(instance: import('./instances.js').Instance) => void} on.released an instance can serve a request
   * @param {(request: any, error: unknown) => void} on.failed no instance can be created for a request
   * @param {() => void} on.removed there is an instance less
   */
  constructor(slot, core, instances, replacement, requests, on) {
    this.#slot = slot;
    this.#core = core;
    this.#instances = instances;
    this.#replacement = replacement;
    this.#requests = requests;
    this.#on = on;
  }

  /** Creates the instances that are kept (`min`). */
  async createKept() {
    const created = [];
    for (let number; (number = this.#core.pool_create_kept(this.#slot)) !== POOL_NONE;) {
      created.push(this.#instances.make(number));
    }
    // All have come to an end before one of them is why there is no pool.
    await Promise.allSettled(created);
    for (const instance of await Promise.all(created)) this.#on.released(instance);
  }

  /** Creates one more instance, if a request is pending for which none is being created. */
  async grow() {
    const number = this.#core.pool_create_pending(this.#slot, this.#requests.length);
    if (number === POOL_NONE) return;
    let instance;
    try {
      instance = await this.#instances.make(number);
    } catch (error) {
      this.#core.pool_not_created(this.#slot, number);
      // The request that waits longest hears why there is no instance for it.
      this.#on.failed(this.#requests.shift(), error);
      this.grow();
      this.#on.removed();
      return;
    }
    this.#core.pool_created(this.#slot);
    this.#on.released(instance);
  }

  /** A fresh instance in place of a broken one. Throws where its creation does not begin; only what begins is counted. */
  renew(instance) {
    const isBroken = instance.isDiscarded || instance.isTrapped;
    const renewed = this.#instances.renew(instance);
    if (isBroken) this.replaced++;
    return renewed;
  }

  /** Replaces a broken instance before it serves again. */
  async replace(instance) {
    if (this.#slot === NO_SLOT) return;
    if (this.#replacement.take(instance)) {
      this.#on.released(instance);
      return;
    }
    try {
      await this.renew(instance);
    } catch (error) {
      // The next request tries again, and is rejected with the reason if that fails too.
      this.#instances.remove(instance, error);
      this.#core.pool_remove(this.#slot, instance.number);
      this.grow();
      this.#on.removed();
      return;
    }
    this.#on.released(instance);
  }

  /** The worker of an instance died: if that was idle, it is replaced now, else when it is released. */
  lost(instance) {
    if (this.#core.pool_acquire_broken(this.#slot, instance.number)) this.replace(instance);
  }

  /** Evicts instances that are idle for too long, now and when they will be. */
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
    this.#stopTimer = startTimer(Math.max(0, at - performance.now()), evict, true);
  }

  /** The pool is over: its slot may be another's from now on. */
  end() {
    this.#slot = NO_SLOT;
    this.#stopTimer?.();
    this.#stopTimer = () => {};
  }
}
