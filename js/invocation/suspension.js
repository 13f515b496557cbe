/** Guests whose stack is suspended: for the promise of a host callback, or because they sleep. */

import { LONGEST, startTimer } from '../base/timer.js';
import { RESUME_PROCEED, RESUME_STOP } from '../generated/constants.js';

/** The promise that `suspend` is about to wait for: set just before it is called, taken at once. */
let pending;

let suspending;

/** True where a guest's stack can be suspended: JavaScript Promise Integration. */
export function canSuspend() {
  return typeof WebAssembly.Suspending === 'function' && typeof WebAssembly.promising === 'function';
}

/** The shim's import that waits. Without JSPI the core never lets it be called. */
export function suspend() {
  suspending ??= canSuspend() ? new WebAssembly.Suspending(() => pending) : () => RESUME_STOP;
  return suspending;
}

/** The suspensions of one instance, and the time that its starts and its invocations may take. */
export class Suspension {
  /** True once the running invocation was suspended. */
  wasNeeded = false;
  #id;
  #timeout;
  #core;
  #resume;
  /** When its time is up, on the clock of `performance.now()`. */
  #deadline = Infinity;
  #stopTimer;
  #stopSleeping;

  /**
   * @param {number} id of the instance in the core
   * @param {number | undefined} timeout ms that an invocation may take
   * @param {import('../generated/core.js').InitOutput} core the core's raw exports
   */
  constructor(id, timeout, core) {
    this.#id = id;
    this.#timeout = timeout;
    this.#core = core;
  }

  /** The guest is about to be called: its time begins, if that is limited. */
  startClock() {
    this.limit(this.#timeout);
  }

  /** Sets the time that what comes may take from now on; undefined is no limit. */
  limit(milliseconds) {
    this.#deadline = milliseconds === undefined ? Infinity : performance.now() + milliseconds;
  }

  /** `suspend` is about to be called: it waits until what `taken` answers is called with what the shim is to be told. */
  begin() {
    pending = new Promise((resolve) => {
      this.#resume = resolve;
    });
    if (!this.wasNeeded) this.#count();
  }

  /** Takes the function that lets the guest go on, once; undefined where it is not suspended. */
  taken() {
    const resume = this.#resume;
    this.#resume = undefined;
    return resume;
  }

  /** Suspends the guest for so many ms: like `begin`, but it goes on by itself. */
  sleep(milliseconds) {
    this.begin();
    // Those who ask for more than a timer can wait ask again.
    this.#stopSleeping = startTimer(Math.min(milliseconds, LONGEST), () => {
      this.#stopSleeping = undefined;
      this.taken()(RESUME_PROCEED);
    });
  }

  /** Ends an invocation that is suspended: the shim traps when it gets this answer. */
  stop() {
    this.#stopSleeping?.();
    this.taken()?.(RESUME_STOP);
  }

  /** The running invocation has ended: if it was suspended, another one may be. */
  end() {
    if (!this.wasNeeded) return;
    this.wasNeeded = false;
    this.#stopTimer?.();
    this.#core.suspension_end();
  }

  /** For the first time in the running invocation: others have to be counted with, and its time is limited from now on. */
  #count() {
    this.wasNeeded = true;
    this.#core.suspension_begin();
    if (this.#deadline === Infinity) return;
    this.#stopTimer = startTimer(this.#deadline - performance.now(), () => this.#core.instance_time_out(this.#id));
  }
}
