/** Replaces the guest of a pool, one instance at a time, while the others serve. */

import { closedError } from '../base/error.js';
import { NO_SLOT } from '../generated/constants.js';
import { NO_NUMBER } from './instance.js';

export class Replacement {
  #pool;
  #slot;
  #core;
  #instances;
  #released;
  /** The last requested replacement: they run in the order of the calls. */
  #last = Promise.resolve();
  /** Functions that reject replacements whose guest is being compiled, or whose turn has not come. */
  #pending = new Set();
  /** A new instance that waits for a busy one to be released. */
  #waiting;

  /**
   * @param {import('../generated/core.js').Pool} pool the core's half
   * @param {import('../generated/core.js').InitOutput} core the core's raw exports
   * @param {import('./instances.js').Instances} instances
   * @param {(instance: import('./instance.js').Instance) => void} released called when an instance can serve a request
   */
  constructor(pool, core, instances, released) {
    this.#pool = pool;
    this.#slot = pool.slot;
    this.#core = core;
    this.#instances = instances;
    this.#released = released;
  }

  /**
   * Replaces the guest, after all replacements requested before. Resolves when all new work runs on the new guest.
   * @param {Promise<import('../generated/core.js').Module>} compiled the core's half of a module
   */
  replace(compiled) {
    // Handled here: the promise may reject before this replacement's turn, when nothing awaits it yet.
    compiled.catch(() => {});
    return new Promise((resolve, reject) => {
      this.#pending.add(reject);
      const replaced = this.#last
        .then(() => compiled)
        .finally(() => this.#pending.delete(reject))
        .then((module) => this.#replace(module));
      this.#last = replaced.catch(() => {});
      replaced.then(resolve, reject);
    });
  }

  /** Replaces a released, outdated instance by the new instance that waits. True if there was one. */
  replaceReleased(instance) {
    if (this.#waiting === undefined || instance.generation === this.#instances.generation) return false;
    const { fresh, busy, resolve } = this.#waiting;
    this.#waiting = undefined;
    for (const other of busy) other.mustBeReplaced = false;
    this.#instances.replaceHost(instance, fresh);
    resolve(undefined);
    return true;
  }

  /** Called when the pool has ended. */
  end() {
    this.#slot = NO_SLOT;
    this.#waiting?.fresh.discard();
    this.#waiting?.reject(closedError('pool'));
    this.#waiting = undefined;
    for (const reject of this.#pending) reject(closedError('pool'));
  }

  async #replace(module) {
    this.#requireOpen();
    const instances = this.#instances;
    // If the new guest does not start, nothing has changed yet.
    const first = await instances.create(NO_NUMBER, module);
    this.#requireOpen(first);
    const before = instances.generation;
    try {
      this.#swapGuests(first.generation);
      await this.#replaceAll(first);
    } catch (error) {
      if (this.#slot === NO_SLOT) throw error;
      // The new guest started once, but not again: the pool returns to the old one.
      this.#swapGuests(before);
      await this.#replaceAll().catch(() => this.#markMustBeReplaced());
      throw error;
    } finally {
      if (this.#slot !== NO_SLOT) this.#pool.forget();
    }
  }

  /** Swaps the current guest and the other one: new work runs on the other from here on. */
  #swapGuests(generation) {
    this.#requireOpen();
    this.#pool.swapGuests();
    this.#instances.generation = generation;
    this.#instances.newest = Math.max(this.#instances.newest, generation);
  }

  /** Replaces every outdated instance. Borrowed ones are replaced later, between invocations of their borrowers. */
  async #replaceAll(fresh) {
    while (this.#toReplace().length > 0) {
      fresh ??= await this.#instances.create(NO_NUMBER);
      this.#requireOpen(fresh);
      // Read again after the await: the pool may have changed.
      const outdated = this.#toReplace();
      const idle = outdated.find(({ number }) => this.#core.pool_acquire_idle(this.#slot, number));
      if (idle !== undefined) {
        this.#instances.replaceHost(idle, fresh);
        this.#released(idle);
        fresh = undefined;
      } else if (outdated.length > 0) {
        fresh = await this.#untilReleased(fresh, outdated);
      }
    }
    for (const borrowed of this.#instances.outdated) borrowed.mustBeReplaced = true;
    fresh?.discard();
  }

  /** Outdated instances that are not borrowed: those to replace now. */
  #toReplace() {
    return this.#instances.outdated.filter((instance) => !instance.isBorrowed);
  }

  /**
   * Called when an instance was replaced or removed. The new instance stops waiting if none of those is left that it waits
   * for: others, which were borrowed then, may be idle by now.
   */
  changed() {
    if (this.#waiting === undefined) return;
    const { fresh, busy, resolve } = this.#waiting;
    if (this.#toReplace().some((instance) => busy.includes(instance))) return;
    this.#waiting = undefined;
    resolve(fresh);
  }

  /** Marks the outdated instances: neither guest can be created, but the failed one must not serve again. */
  #markMustBeReplaced() {
    for (const instance of this.#instances.outdated) {
      instance.mustBeReplaced = true;
      if (this.#core.pool_acquire_idle(this.#slot, instance.number)) this.#released(instance);
    }
  }

  /**
   * Waits until one of the `busy` instances is released and replaced by `fresh`: resolves with undefined. Resolves with
   * `fresh` if none of them is left to replace.
   */
  #untilReleased(fresh, busy) {
    for (const instance of busy) instance.mustBeReplaced = true;
    return new Promise((resolve, reject) => (this.#waiting = { fresh, busy, resolve, reject }));
  }

  #requireOpen(fresh) {
    if (this.#slot !== NO_SLOT) return;
    fresh?.discard();
    throw closedError('pool');
  }
}
