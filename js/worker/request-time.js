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
    this.#endAfter(LOADING, lateError);
  }

  /** The guest begins to start. */
  starts() {
    const { startLimit = Infinity } = this;
    this.startedAt = performance.now();
    this.deadline = this.startedAt + startLimit;
    if (startLimit < Infinity) this.#endAt(startLimit, () => startTimeoutError(startLimit));
  }

  /** An invocation begins. */
  invokes() {
    const { timeout } = this.#settings;
    this.deadline = timeout === undefined ? Infinity : performance.now() + timeout;
    if (timeout !== undefined) this.#endAt(timeout, () => timeoutError(timeout));
  }

  /**
   * Ends a request whose host call has failed if its time is over, which may have caused the failure: the guest ends instead
   * of seeing it. No timer need be there for a deadline that was inherited. True if it was ended.
   * @param {import('./request.js').Request} request
   */
  endsLate({ invocation, caller }) {
    const { deadline, startLimit, timeout } = this;
    if (!isLate({ invocation: caller, deadline })) return false;
    this.#timed.stop(invocation, overdueError({ invocation: caller, deadline, startLimit, timeout }));
    return true;
  }

  /** Ends the request after its time limit: a guest that can be interrupted ends by itself, unless it waits for its host. */
  #endAt(limit, error) {
    this.#after(limit, (request) => {
      if (this.#settings.isInterruptible && !this.#timed.isWaiting()) this.#endAfter(GRACE, error);
      else this.#timed.stop(request.invocation, error());
    });
  }

  #endAfter(milliseconds, error) {
    this.#after(milliseconds, (request) => this.#timed.stop(request.invocation, error()));
  }

  /**
   * Calls `overdue` with the request that runs now after that many ms, unless its `stopTimer` is called. Messages that have
   * arrived are handled first: this thread may have been busy, and the request may have ended in time.
   */
  #after(milliseconds, overdue) {
    const request = this.#timed.running();
    let isStopped = false;
    const look = () => {
      if (!isStopped) overdue(request);
    };
    const stop = startTimer(milliseconds, () => atNextTurn(look));
    request.stopTimer = () => {
      isStopped = true;
      stop();
    };
  }
}
