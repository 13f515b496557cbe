/** Replaces the guest of a pool: instance by instance, while the others serve. */

import { closedError } from '../base/error.js';
import { NO_SLOT } from '../generated/constants.js';

/** The number of an instance that is none of the pool's yet. */
const NO_NUMBER = -1;

export class Replacement {
  #pool;
  #slot;
  #core;
  #instances;
  #released;
  /** The replacement that was asked for last: several apply in the order of their calls. */
  #last = Promise.resolve();
  /** A fresh instance that waits for one that is busy to be released. */
  #waiting;

  /**
   * @param {import('../generated/core.js').Pool} pool the core's half
   * @param {import('../generated/core.js').InitOutput} core the core's raw exports
   * @param {import('./instances.js').Instances} instances
   * @param {(instance: import('./instances.js').Instance) => void} released an instance can serve a request
   */
  constructor(pool, core, instances, released) {
    this.#pool = pool;
    this.#slot = pool.slot;
    this.#core = core;
    this.#instances = instances;
    this.#released = released;
  }

  /**
   * Lets another guest take over, after those that were asked for before: a promise of all new work running on it.
   * @param {Promise<import('../generated/core.js').Module>} compiled the core's half of a module
   */
  replace(compiled) {
    // It may fail before its turn has come, when nobody listens yet.
    compiled.catch(() => {});
    const replaced = this.#last.then(async () => this.#replace(await compiled));
    this.#last = replaced.catch(() => {});
    return replaced;
  }

  /** Puts the fresh instance that waits, if there is one, in the place of an outdated one that was released: true where it did. */
  take(instance) {
    if (this.#waiting === undefined || instance.generation === this.#instances.generation) return false;
    const { fresh, busy, resolve } = this.#waiting;
    this.#waiting = undefined;
    for (const other of busy) other.isOutdated = false;
    this.#instances.exchange(instance, fresh);
    resolve(undefined);
    return true;
  }

  /** The pool is over. */
  end() {
    this.#slot = NO_SLOT;
    this.#waiting?.fresh.discard();
    this.#waiting?.reject(closedError('pool'));
    this.#waiting = undefined;
  }

  async #replace(module) {
    this.#requireOpen();
    const instances = this.#instances;
    // A guest that does not start changes nothing.
    const first = await instances.create(NO_NUMBER, module);
    this.#requireOpen(first);
    const before = instances.generation;
    try {
      this.#swapGuests(first.generation);
      await this.#replaceAll(first);
    } catch (error) {
      if (this.#slot === NO_SLOT) throw error;
      // The guest has started once, and not again: the old one takes over everywhere.
      this.#swapGuests(before);
      await this.#replaceAll().catch(() => this.#dismiss());
      throw error;
    } finally {
      if (this.#slot !== NO_SLOT) this.#pool.forget();
    }
  }

  /** New work runs on the other guest from now on. */
  #swapGuests(generation) {
    this.#requireOpen();
    this.#pool.exchange();
    this.#instances.generation = generation;
    this.#instances.newest = Math.max(this.#instances.newest, generation);
  }

  /** Replaces each instance of another guest; those that are borrowed follow between their borrowers' invocations. */
  async #replaceAll(fresh) {
    while (this.#following().length > 0) {
      fresh ??= await this.#instances.create(NO_NUMBER);
      this.#requireOpen(fresh);
      // Asked again: others ran meanwhile.
      const outdated = this.#following();
      const idle = outdated.find(({ number }) => this.#core.pool_acquire_broken(this.#slot, number));
      if (idle !== undefined) {
        this.#instances.exchange(idle, fresh);
        this.#released(idle);
        fresh = undefined;
      } else if (outdated.length > 0) {
        fresh = await this.#untilReleased(fresh, outdated);
      }
    }
    for (const borrowed of this.#instances.outdated) borrowed.isOutdated = true;
    fresh?.discard();
  }

  /** The instances that are still to be replaced here. */
  #following() {
    return this.#instances.outdated.filter((instance) => !instance.isBorrowed);
  }

  /** Some instance was exchanged or removed: the one that waits may have none left whose place it could take. */
  changed() {
    if (this.#waiting === undefined || this.#following().length > 0) return;
    const { fresh, resolve } = this.#waiting;
    this.#waiting = undefined;
    resolve(fresh);
  }

  /** No instance of the guest that new work runs on can be made: those of the other one are not used again all the same. */
  #dismiss() {
    for (const instance of this.#instances.outdated) {
      instance.isOutdated = true;
      if (this.#core.pool_acquire_broken(this.#slot, instance.number)) this.#released(instance);
    }
  }

  /** Waits until the first of these instances is released, which `fresh` then replaces: undefined. `fresh` where none is left. */
  #untilReleased(fresh, busy) {
    for (const instance of busy) instance.isOutdated = true;
    return new Promise((resolve, reject) => (this.#waiting = { fresh, busy, resolve, reject }));
  }

  #requireOpen(fresh) {
    if (this.#slot !== NO_SLOT) return;
    fresh?.discard();
    throw closedError('pool');
  }
}
