/** The time that a guest in a worker (`guest.js`) has for the request that runs. */

import { atNextTurn } from '../base/next-turn.js';
import { startTimer } from '../base/timer.js';
import { isLate, overdueError } from '../invocation/time-limit.js';
import { startTimeoutError, timeoutError } from '../invocation/timeout.js';
import { LOADING, lateError } from './start.js';

/** Milliseconds after its time limit until the worker of a guest is terminated that should have ended by itself. */
const GRACE = 50;

/**
 * @typedef {object} Timed
 * @property {() => import('./request.js').Request} running the request that runs
 * @property {() => boolean} isWaiting true while its guest waits for the answer to a host call
 * @property {(invocation: import('../invocation/invocation.js').Invocation, error: Error) => void} stop ends it: its time is
 * over
 */

export class RequestTime {
  /** Start of the guest, as a `performance.now()` time. */
  startedAt;
  /** The limit of its host for the running invocation or start, likewise. */
  deadline = Infinity;
  #settings;
  #timed;
  /** When the request has to end, as a `performance.now()` time; Infinity if none runs, or if it may take any time. */
  #end = Infinity;
  /** Its time in ms, and the function that makes its error of them. */
  #milliseconds;
  #error;
  /** True if the worker is terminated then, even if its guest should end by itself. */
  #isLast;
  /** The number of time limits so far: that of the request's own. */
  #limits = 0;
  /** When the timer is due, as a `performance.now()` time; Infinity if none is set. */
  #due = Infinity;
  /** @type {(() => void) | undefined} */
  #stopTimer;

  /**
   * @param {import('./settings.js').RemoteSettings} settings of the host
   * @param {Timed} timed
   */
  constructor(settings, timed) {
    this.#settings = settings;
    this.#timed = timed;
  }

  /** ms that an invocation may take; undefined for any. */
  get timeout() {
    return this.#settings.timeout;
  }

  /** ms that a start may take, likewise. */
  get startLimit() {
    return this.#settings.startLimit;
  }

  /** The worker's script begins to load. */
  loads() {
    this.#endIn(LOADING, lateError, true);
  }

  /** The guest begins to start. */
  starts() {
    const { startLimit = Infinity } = this;
    this.startedAt = performance.now();
    this.deadline = this.startedAt + startLimit;
    if (startLimit < Infinity) this.#endIn(startLimit, startTimeoutError, false);
    else this.stop();
  }

  /** An invocation begins. */
  invokes() {
    const { timeout } = this.#settings;
    if (timeout !== undefined) this.#endIn(timeout, timeoutError, false);
    this.deadline = this.#end;
  }

  /** The request has ended. The timer stays for the next one. */
  ended() {
    this.#end = Infinity;
  }

  /** Nothing has a limit, or no request is left: no timer keeps the process alive. */
  stop() {
    this.#end = this.#due = Infinity;
    this.#stopTimer?.();
  }

  /**
   * Ends a request whose host call has failed if its time is over, which may have caused the failure: the guest ends instead
   * of seeing it. No timer need be there for a deadline that was inherited. True if it was ended.
   * @param {import('./request.js').Request} request
   */
  endsLate({ invocation, callingInvocation }) {
    const { deadline, startLimit, timeout } = this;
    if (!isLate({ invocation: callingInvocation, deadline })) return false;
    this.#timed.stop(invocation, overdueError({ invocation: callingInvocation, deadline, startLimit, timeout }));
    return true;
  }

  #endIn(milliseconds, error, isLast) {
    this.#end = performance.now() + milliseconds;
    this.#milliseconds = milliseconds;
    this.#error = error;
    this.#isLast = isLast;
    this.#limits++;
    this.#watch(milliseconds);
  }

  /**
   * Sets the timer to `milliseconds`, unless it is due before: it looks again then. Setting a timer for each request takes as
   * long as the rest of a short invocation. The clock is `performance.now()`: where a test stops that alone, limits may end late.
   */
  #watch(milliseconds) {
    if (this.#end >= this.#due) return;
    this.#stopTimer?.();
    this.#due = this.#end;
    const limit = this.#limits;
    this.#stopTimer = startTimer(milliseconds, () => {
      this.#due = Infinity;
      // Messages that have arrived are handled first: this thread may have been busy, and the request may have ended in time.
      atNextTurn(() => this.#look(limit));
    });
  }

  /**
   * Looks whether the time of the request is over. It is for the `limit` that the timer was set for: the clock may differ by a
   * fraction of a millisecond. For a later one the clock says so.
   */
  #look(limit) {
    if (this.#end === Infinity) return;
    const left = limit === this.#limits ? 0 : Math.ceil(this.#end - performance.now());
    if (left <= 0) this.#isOver();
    else this.#watch(left);
  }

  /** Ends the request, whose time is over. A guest that can be interrupted ends by itself, unless it waits for its host. */
  #isOver() {
    const error = this.#error(this.#milliseconds);
    const { invocation } = this.#timed.running();
    if (!this.#isLast && this.#settings.isInterruptible && !this.#timed.isWaiting())
      this.#endIn(GRACE, () => error, true);
    // The timer may run in the scope of an earlier invocation, for which it was set.
    else invocation.inScope(() => this.#timed.stop(invocation, error));
  }
}
