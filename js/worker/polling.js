/**
 * Polls for records of a worker (`rings/`) at the next turns of the event loop, while they come soon. Otherwise the worker
 * sends a message, which takes longer to wake this thread than the worker takes for a short invocation.
 */

import { atNextTurn } from '../base/next-turn.js';
import { AdaptiveSpin } from './adaptive-spin.js';

/** Turns of the event loop, about 3 µs each, at which this thread polls for a record that does not come. */
const LEAST_TURNS = 4;
const MOST_TURNS = 32;

export class Polling {
  #rings;
  #read;
  #spin = new AdaptiveSpin(LEAST_TURNS, MOST_TURNS);
  /** The turns that are left. */
  #left = 0;
  /** True while a turn is awaited. */
  #isScheduled = false;

  /**
   * @param {import('./rings/host.js').HostRings} rings
   * @param {() => void} read reads what was written, then calls `watch`
   */
  constructor(rings, read) {
    this.#rings = rings;
    this.#read = read;
  }

  /** Call when the worker was sent something: records will come. */
  begin() {
    if (this.#isScheduled) return;
    if (this.#spin.checks === 0) return this.#spin.block();
    this.#rings.askForNone();
    this.#left = this.#spin.checks;
    this.#schedule();
  }

  /** Call when the worker's message has woken this thread. */
  wake() {
    this.#spin.wake();
  }

  /** Call after reading. `hasRead` is true if there was a record, `isAwaited` if others will come. */
  watch(hasRead, isAwaited) {
    if (hasRead) {
      this.#left = this.#spin.checks;
      this.#spin.cancel();
    }
    if (this.#isScheduled) return;
    if (this.#rings.hasRecord() || (isAwaited && this.#left-- > 0)) return this.#schedule();
    if (!this.#rings.askForMessage()) this.#schedule();
    else if (isAwaited) this.#spin.block();
    else this.#spin.cancel();
  }

  #schedule() {
    this.#isScheduled = true;
    atNextTurn(this.#turn);
  }

  #turn = () => {
    this.#isScheduled = false;
    this.#read();
  };
}
