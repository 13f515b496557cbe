/**
 * Adaptive spinning: how often a thread checks for what it waits for before it blocks; the caller's thread, which cannot
 * block, before it waits for a message. Twice as often as before where that came soon after the thread had blocked, since
 * waking it takes longer than checking; half as often where it did not.
 */

/** Milliseconds of blocking within which something came soon. */
const SOON = 0.2;

/**
 * Checks of a worker, in a loop, before it blocks: the most take some µs. More would keep the caller's thread from running
 * where there are fewer processors than threads (docs/DECISIONS.md).
 */
export const LEAST_CHECKS = 128;
export const MOST_CHECKS = 1024;

export class AdaptiveSpin {
  /** How often to check before blocking. */
  checks = 0;
  #least;
  #most;
  /** When the thread blocked, as a `performance.now()` time; undefined while it does not. */
  #since;

  /**
   * @param {number} least checks, once something has come soon
   * @param {number} most checks
   */
  constructor(least, most) {
    this.#least = least;
    this.#most = most;
  }

  /** The thread blocks from now on, unless it did before. */
  block() {
    this.#since ??= performance.now();
  }

  /** The thread blocks no longer: what it waited for has come. */
  wake() {
    if (this.#since === undefined) return;
    const isSoon = performance.now() - this.#since < SOON;
    this.#since = undefined;
    this.checks = isSoon ? Math.min(this.#most, Math.max(this.#least, 2 * this.checks)) : this.checks >> 1;
  }

  /** The thread blocks no longer, for another reason. */
  cancel() {
    this.#since = undefined;
  }
}
