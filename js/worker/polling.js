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
 * A worker is prompt while this thread polls in vain at fewer turns than `PROMPT_TURNS` for each of its responses, on average.
 * Once it has polled at `LATE_TURNS` for the next response, in vain or not, the worker is not prompt until that has come.
 */
const PROMPT_TURNS = 4;
const LATE_TURNS = 16;

/** Milliseconds that count as one turn: a turn in which callers, or a page, do other work counts as several. */
const TURN = 0.05;

/** The weight of the last response in the average: one in this power of two. */
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
  /** True while a turn runs. */
  #isReading = false;
  /** Start of the last turn, or the time at which polling began if there was none since, as a `performance.now()` time. */
  #lastTurn = 0;
  /** Turns at which this thread has polled for the next response: `LATE_TURNS` once it waits for a message. */
  #turns = 0;
  /** The number of `#turns` at which there was no record. */
  #inVain = 0;
  /** Moving average of the turns in vain for each response, times two to the power of `WEIGHT_BITS`. */
  #average = 0;
  /** True if the worker may have been prompt since the last turn: what it was offered is not to wait once it is late. */
  #wasPrompt = false;

  /**
   * @param {import('./rings/host.js').HostRings} rings
   * @param {() => void} read reads what was written, then calls `watch`
   * @param {() => void} slowed called at the end of a turn, if the worker is prompt no longer
   */
  constructor(rings, read, slowed) {
    this.#rings = rings;
    this.#read = read;
    this.#slowed = slowed;
  }

  /** True while responses come about as soon as this thread polls for them. */
  get isPrompt() {
    const isPolling = this.#isScheduled || this.#isReading;
    return isPolling && this.#turns < LATE_TURNS && this.#average < PROMPT_TURNS << WEIGHT_BITS;
  }

  /** Call when the worker was sent something: records will come. */
  begin() {
    if (this.#isScheduled) return;
    if (this.#spin.checks === 0) return this.#block();
    this.#rings.askForNone();
    this.#left = this.#spin.checks;
    this.#schedule();
  }

  /** Call when an invocation has ended: its response, or its error, has come. */
  responded() {
    this.#average += this.#inVain - (this.#average >> WEIGHT_BITS);
    this.#turns = this.#inVain = 0;
    // The worker may be prompt from now on, and late at the next turn.
    this.#wasPrompt ||= this.isPrompt;
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
    else if (isAwaited) this.#block();
    else this.#spin.cancel();
  }

  /** Waits for a message from now on. */
  #block() {
    this.#turns = this.#inVain = LATE_TURNS;
    this.#spin.block();
  }

  #schedule() {
    this.#isScheduled = true;
    if (!this.#isReading) {
      this.#lastTurn = performance.now();
      this.#wasPrompt = true;
    }
    atNextTurn(this.#turn);
  }

  #turn = () => {
    const now = performance.now();
    const turns = Math.min(LATE_TURNS, 1 + (((now - this.#lastTurn) / TURN) | 0));
    this.#lastTurn = now;
    this.#turns += turns;
    if (!this.#rings.hasRecord()) this.#inVain = Math.min(LATE_TURNS, this.#inVain + turns);
    this.#isScheduled = false;
    this.#isReading = true;
    try {
      this.#read();
    } finally {
      this.#isReading = false;
    }
    const wasPrompt = this.#wasPrompt;
    this.#wasPrompt = this.isPrompt;
    if (wasPrompt && !this.#wasPrompt) this.#slowed();
  };
}
