/**
 * How many invocations a worker is sent ahead of time where no memory is shared, and nothing can be taken back: twice as
 * many after each short one, none after a long one. What waits behind a long one would miss other instances that are idle.
 */

/** Invocations that a worker has at once, at the most: by then the time of their messages is hidden. */
const MOST = 8;

/** Milliseconds of a short invocation, its messages included. */
const SHORT = 2;

/** Bytes of the longest payload that is sent ahead: what is sent is copied. */
const LONGEST = 1 << 16;

export class Pace {
  #most = 0;
  #since = 0;

  /** True if this invocation may be sent to a worker that has `count` others. */
  allows(count, { payloadLength, endsEarly }) {
    return count < this.#most && payloadLength <= LONGEST && endsEarly !== true;
  }

  /** The invocation that runs takes long: nothing is sent ahead until a short one has ended. */
  stop() {
    this.#most = 0;
  }

  /** The worker begins an invocation, as far as this thread knows. */
  begins() {
    this.#since = performance.now();
  }

  /** That invocation has ended. */
  ended() {
    const isShort = performance.now() - this.#since < SHORT;
    this.#most = isShort ? Math.min(MOST, 2 * this.#most || 2) : 0;
  }
}
