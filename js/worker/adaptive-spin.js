/**
 * How long a thread looks for what it waits for before it blocks: twice as long as before where that came soon after it
 * had blocked, since waking takes longer; half as long where it did not.
 */

/** Milliseconds of blocking within which something came soon. */
const SOON = 0.2;

/** How often a worker looks in a loop, before it blocks: the most take about 50 µs. */
export const LEAST_LOOKS = 128;
export const MOST_LOOKS = 8192;

export class Patience {
  /** How often it looks. */
  turns = 0;
  #least;
  #most;
  /** When it blocked, as a `performance.now()` time; undefined while it does not. */
  #since;

  /**
   * @param {number} least turns, once something has come soon
   * @param {number} most turns
   */
  constructor(least, most) {
    this.#least = least;
    this.#most = most;
  }

  /** It blocks from now on, unless it has before. */
  block() {
    this.#since ??= performance.now();
  }

  /** It does not block any more, because what it waited for has come. */
  wake() {
    if (this.#since === undefined) return;
    const isSoon = performance.now() - this.#since < SOON;
    this.#since = undefined;
    this.turns = isSoon ? Math.min(this.#most, Math.max(this.#least, 2 * this.turns)) : this.turns >> 1;
  }

  /** It does not block any more, for another reason. */
  forget() {
    this.#since = undefined;
  }
}
