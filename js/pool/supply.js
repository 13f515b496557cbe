/** Creates, replaces and evicts the instances of a pool, when the core's inventory (`src/pool/inventory.rs`) says so. */

import { startTimer } from '../base/timer.js';
import { NO_SLOT, POOL_NONE } from '../generated/constants.js';

export class Supply {
  /** Instances that broke and were replaced. */
  replaced = 0;
  #slot;
  #core;
  #members;
  #requests;
  #on;
  #stopTimer;

  /**
   * @param {number} slot of the pool in the core
   * @param {WebAssembly.Exports} core the core's raw exports
   * @param {import('./members.js').Members} members
   * @param {import('../base/queue.js').Queue} requests that are pending
   * @param {object} on
   * @param {(member: import('./members.js').Member) => void} on.released an instance can serve a request
   * @param {() => void} on.removed there is an instance less
   */
  constructor(slot, core, members, requests, on) {
    this.#slot = slot;
    this.#core = core;
    this.#members = members;
    this.#requests = requests;
    this.#on = on;
  }

  /** Creates the instances that are kept (`min`). */
  async createKept() {
    const created = [];
    for (let number; (number = this.#core.pool_create_kept(this.#slot)) !== POOL_NONE;) {
      created.push(this.#members.make(number));
    }
    const outcomes = await Promise.allSettled(created);
    const failed = outcomes.find(({ status }) => status === 'rejected');
    if (failed !== undefined) throw failed.reason;
    for (const { value: member } of outcomes) this.#on.released(member);
  }

  /** Creates one more instance, if a request is pending for which none is being created. */
  async grow() {
    const number = this.#core.pool_create_pending(this.#slot, this.#requests.length);
    if (number === POOL_NONE) return;
    let member;
    try {
      member = await this.#members.make(number);
    } catch (error) {
      this.#core.pool_not_created(this.#slot, number);
      // The request that waits longest hears why there is no instance for it.
      this.#requests.shift()?.reject(error);
      this.grow();
      this.#on.removed();
      return;
    }
    this.#core.pool_created(this.#slot);
    this.#on.released(member);
  }

  /** A fresh instance in place of a broken one. Throws where its creation does not begin; only what begins is counted. */
  renew(member) {
    const renewed = this.#members.renew(member);
    this.replaced++;
    return renewed;
  }

  /** Replaces a broken instance before it serves again. */
  async replace(member) {
    if (this.#slot === NO_SLOT) return;
    try {
      await this.renew(member);
    } catch {
      // Whoever needs an instance next tries again, and hears why there is none.
      this.#members.remove(member);
      this.#core.pool_remove(this.#slot, member.number);
      this.grow();
      this.#on.removed();
      return;
    }
    this.#on.released(member);
  }

  /** The worker of an instance died: if that was idle, it is replaced now, else when it is released. */
  lost(member) {
    if (this.#core.pool_acquire_broken(this.#slot, member.number)) this.replace(member);
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
        this.#members.remove(this.#members.get(number));
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
