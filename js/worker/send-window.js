/**
 * How many invocations a worker is sent ahead of time where no memory is shared, and nothing can be taken back while the
 * guest computes: twice as many after each short one, none after a long one. One that was sent would miss other instances
 * that become idle.
 */

/** Invocations that a worker has at once, at the most: by then the time of their messages is hidden. */
const MOST = 8;

/** Milliseconds of a short invocation, its messages included. */
const SHORT = 2;

/** Bytes of the longest payload that is sent ahead: what is sent is copied. */
const LONGEST = 1 << 16;

export class Pace {
  /** Invocations that the worker may have at once. */
  #most = 0;
  #isBounded;
  /** When the invocation that runs began, as a `performance.now()` time; -Infinity for a long one. */
  #since = 0;

  /** @param {boolean} isBounded false if an invocation may run for ever: then none is sent behind another */
  constructor(isBounded) {
    this.#isBounded = isBounded;
  }

  /** True if this invocation may be sent to a worker that has `count` others. One with options may end before it begins. */
  allows(count, { invocation, hasOptions }) {
    return count < this.#most && invocation.payloadLength <= LONGEST && !hasOptions;
  }

  /** The worker begins an invocation, as far as this thread knows. */
  begins() {
    this.#since = performance.now();
  }

  /** The invocation that runs takes long: nothing is sent ahead until a short one has ended. */
  stop() {
    this.#most = 0;
    this.#since = -Infinity;
  }

  /** That invocation has ended. */
  ended() {
    const isShort = this.#isBounded && performance.now() - this.#since < SHORT;
    this.#most = isShort ? Math.min(MOST, 2 * this.#most || 2) : 0;
  }
}
