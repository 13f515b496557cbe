/**
 * Polls for records of a worker (`rings/`) at the next turns of the event loop, while they come soon. Otherwise the worker
 * sends a message, which takes longer to wake this thread than the worker takes for a short invocation.
 */

import { atNextTurn } from '../base/next-turn.js';
import { AdaptiveSpin } from './adaptive-spin.js';

/** Turns of the event loop, about 3 µs each, at which this thread polls for a record that does not come. */
const LEAST_TURNS = 4;
const MOST_TURNS = 32;

/**
 * A worker is prompt while this thread polls at fewer turns than these for each of its records, on average, and for the next
 * one: then it is this thread that takes the time.
 */
const PROMPT_TURNS = 3;
const LATE_TURNS = 8;

/** The weight of the last record in the average: one in this power of two. */
const WEIGHT_BITS = 3;

export class Polling {
  #rings;
  #read;
  #slowed;
  #spin = new AdaptiveSpin(LEAST_TURNS, MOST_TURNS);
  /** The turns that are left. */
  #left = 0;
  /** True while a turn is awaited. */
  #isScheduled = false;
  /** The turns at which this thread has polled for the next record. */
  #turns = 0;
  /** Those for each of the last records: their moving average, times two to the power of `WEIGHT_BITS`. */
  #turnsBefore = 0;

  /**
   * @param {import('./rings/host.js').HostRings} rings
   * @param {() => void} read reads what was written, then calls `watch`
   * @param {() => void} slowed called when `isPrompt` ends
   */
  constructor(rings, read, slowed) {
    this.#rings = rings;
    this.#read = read;
    this.#slowed = slowed;
  }

  /** True while records come about as soon as this thread polls for them. */
  get isPrompt() {
    return this.#isScheduled && this.#turns < LATE_TURNS && this.#turnsBefore < PROMPT_TURNS << WEIGHT_BITS;
  }

  /** Call when the worker was sent something: records will come. */
  begin() {
    if (this.#isScheduled) return;
    if (this.#spin.checks === 0) return this.#spin.block();
    this.#rings.askForNone();
    this.#left = this.#spin.checks;
    this.#turns = 0;
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
      this.#turnsBefore += this.#turns - (this.#turnsBefore >> WEIGHT_BITS);
      this.#turns = 0;
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
    this.#turns++;
    this.#read();
    if (!this.#isScheduled || this.#turns === LATE_TURNS) this.#slowed();
  };
}
