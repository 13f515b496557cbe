/**
 * The send window of a worker without shared memory: how many invocations it may have at once, by messages. It doubles after
 * each short one, and closes after a long one, since nothing can be taken back while the guest computes: one that was sent
 * would miss other instances that become idle.
 */

/** Invocations that a worker has at once, at the most: by then the time of their messages is hidden. */
const MOST = 8;

/** Milliseconds of a short invocation, its messages included. */
const SHORT = 2;

/** Bytes of the longest payload that is sent ahead: what is sent is copied. */
const LONGEST = 1 << 16;

export class SendWindow {
  /** Invocations that the worker may have at once. */
  #size = 0;
  #mayPipeline;
  /** When the invocation that runs began, as a `performance.now()` time; -Infinity for a long one. */
  #since = 0;

  /** @param {boolean} mayPipeline false: none is ever sent behind another (`settings.js`) */
  constructor(mayPipeline) {
    this.#mayPipeline = mayPipeline;
  }

  /** True if this invocation may be sent to a worker that has `count` others. One with options may end before it begins. */
  allows(count, { invocation, hasOptions }) {
    return count < this.#size && invocation.payloadLength <= LONGEST && !hasOptions;
  }

  /** The worker begins an invocation, as far as this thread knows. */
  begins() {
    this.#since = performance.now();
  }

  /** The invocation that runs takes long: the window stays closed until a short one has ended. */
  close() {
    this.#size = 0;
    this.#since = -Infinity;
  }

  /** That invocation has ended. */
  ended() {
    const isShort = this.#mayPipeline && performance.now() - this.#since < SHORT;
    this.#size = isShort ? Math.min(MOST, 2 * this.#size || 2) : 0;
  }
}
