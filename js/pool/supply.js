/** How many instances a pool has, and that they are whole: when they come and go, the core's book says. */

import { startTimer } from '../timer.js';

/** What the book (`src/pool.rs`) says where there is no member and no time. */
export const NONE = -1;

/** The slot of no pool. */
const NO_SLOT = 0xffffffff;

export class Supply {
  /** Instances that broke and were replaced. */
  replaced = 0;
  #slot;
  #core;
  #members;
  #on;
  #stopTimer;

  /**
   * @param {number} slot of the pool in the core
   * @param {WebAssembly.Exports} core the core's raw exports
   * @param {import('./members.js').Members} members
   * @param {object} on
   * @param {(member: import('./members.js').Member) => void} on.free a member can be lent
   * @param {(error: unknown) => void} on.failed the request that waits longest is to hear why there is none for it
   * @param {() => void} on.gone there is a member less
   */
  constructor(slot, core, members, on) {
    this.#slot = slot;
    this.#core = core;
    this.#members = members;
    this.#on = on;
  }

  /** Makes the members that are kept. */
  async furnish() {
    const making = [];
    for (let number; (number = this.#core.pool_furnish(this.#slot)) !== NONE;) making.push(this.#members.make(number));
    const outcomes = await Promise.allSettled(making);
    const failed = outcomes.find(({ status }) => status === 'rejected');
    if (failed !== undefined) throw failed.reason;
    for (const { value: member } of outcomes) this.#on.free(member);
  }

  /** Makes one more member, if a request waits for which none is being made. */
  async grow() {
    const number = this.#core.pool_grow(this.#slot);
    if (number === NONE) return;
    let member;
    try {
      member = await this.#members.make(number);
    } catch (error) {
      if (this.#core.pool_stunted(this.#slot, number) !== 0) this.#on.failed(error);
      this.grow();
      this.#on.gone();
      return;
    }
    this.#core.pool_grown(this.#slot);
    this.#on.free(member);
  }

  /** A fresh instance in place of a broken one. Throws where its making does not begin; only what begins is counted. */
  renew(member) {
    const renewed = this.#members.renew(member);
    this.replaced++;
    return renewed;
  }

  /** Replaces a broken member before it is lent again. */
  async replace(member) {
    if (this.#slot === NO_SLOT) return;
    try {
      await this.renew(member);
    } catch {
      // Whoever needs an instance next tries again, and hears why there is none.
      this.#members.remove(member);
      this.#core.pool_lose(this.#slot, member.number);
      this.grow();
      this.#on.gone();
      return;
    }
    this.#on.free(member);
  }

  /** The worker of a member died: if it was idle, it is replaced now, else when it is given back. */
  lost(member) {
    if (this.#core.pool_withdraw(this.#slot, member.number)) this.replace(member);
  }

  /** Closes what is idle for too long, now and when it will be. */
  watch() {
    if (this.#stopTimer !== undefined) return;
    const at = this.#core.pool_next_expiry(this.#slot);
    if (at === NONE) return;
    const expire = () => {
      this.#stopTimer = undefined;
      const now = performance.now();
      for (let number; (number = this.#core.pool_expire(this.#slot, now)) !== NONE;) {
        this.#members.remove(this.#members.get(number));
      }
      this.watch();
    };
    this.#stopTimer = startTimer(Math.max(0, at - performance.now()), expire, true);
  }

  /** The pool is over: its slot may be another's from now on. */
  end() {
    this.#slot = NO_SLOT;
    this.#stopTimer?.();
    this.#stopTimer = () => {};
  }
}
