/** Suspends guests: while a promise of the host callback is pending, or while they sleep. */

import { LONGEST, startTimer } from '../base/timer.js';
import { RESUME_PROCEED, RESUME_STOP } from '../generated/constants.js';
import { bytesIn, instantiateOwn } from '../loading/own-modules.js';
import { recheckRoom } from './blocked.js';

/** The promise that `suspend` is about to await, and its suspension: set just before the call, and read at once. */
let pending;
let current;

/** The table through which shims suspend: see `suspendTable`. */
let table;
/** True once the function of `src/imports/suspend.wat` is in the table. */
let isLinked = false;

/** True if the engine can suspend a guest's stack (JavaScript Promise Integration). */
export function canSuspend() {
  // WebAssembly itself may be switched off.
  const { Suspending, promising } = globalThis.WebAssembly ?? {};
  return typeof Suspending === 'function' && typeof promising === 'function';
}

/** The table through which shims suspend. It is empty until a guest is suspended for the first time. */
export const suspendTable = () => (table ??= new WebAssembly.Table({ element: 'anyfunc', initial: 1 }));

/** Puts the function that suspends into the table: `byEngine`, or by letting guests unwind their own stacks. */
function link(core, byEngine) {
  const suspend = byEngine ? new WebAssembly.Suspending(() => pending) : () => current.asyncify.unwind(pending);
  table.set(0, instantiateOwn('suspend', bytesIn(core, 'suspend'), { host: { suspend } }).suspend);
  isLinked = true;
}

/** The suspensions of one instance, and the time limit of its starts and invocations. */
export class Suspension {
  /** True if the running invocation has been suspended. */
  wasNeeded = false;
  /** @type {import('./asyncify.js').Asyncify | undefined} undefined where the engine suspends the guest */
  asyncify;
  #id;
  #timeout;
  #core;
  #resume;
  /** The time limit, as a `performance.now()` time. */
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

  /** Called before the guest: starts the invocation's time limit, if it has one. */
  startClock() {
    this.limit(this.#timeout);
  }

  /** The time limit of the running invocation or start, as a `performance.now()` time. */
  get deadline() {
    return this.#deadline;
  }

  /** The time limit of an invocation that begins now. */
  newDeadline() {
    this.startClock();
    return this.#deadline;
  }

  /** Sets the time limit in ms from now; undefined for none. */
  limit(milliseconds) {
    this.#deadline = milliseconds === undefined ? Infinity : performance.now() + milliseconds;
  }

  /** Call before `begin`. Throws where the engine has no memory for what suspends guests: nothing has been suspended then. */
  prepare() {
    if (!isLinked) link(this.#core, this.asyncify === undefined && canSuspend());
  }

  /**
   * Call before the shim suspends the guest, which then waits until the function that `taken` returns is called with the
   * shim's result.
   */
  begin() {
    pending = new Promise((resolve) => {
      this.#resume = resolve;
    });
    current = this;
    if (!this.wasNeeded) this.#count();
  }

  /** Takes the function that resumes the guest, once; undefined if it is not suspended. */
  taken() {
    const resume = this.#resume;
    this.#resume = undefined;
    return resume;
  }

  /** Suspends the guest for a time in ms: like `begin`, but it resumes by itself. */
  sleep(milliseconds) {
    this.prepare();
    this.begin();
    // Callers that sleep longer than a timer can wait call again.
    this.#stopSleeping = startTimer(Math.min(milliseconds, LONGEST), () => {
      this.#stopSleeping = undefined;
      this.taken()(RESUME_PROCEED);
    });
  }

  /** Ends a suspended invocation: RESUME_STOP makes the shim trap. */
  stop() {
    this.#stopSleeping?.();
    this.taken()?.(RESUME_STOP);
  }

  /** Called when the running invocation has ended: its suspension no longer counts towards the limit. */
  end() {
    if (!this.wasNeeded) return;
    this.wasNeeded = false;
    this.#stopTimer?.();
    this.#core.suspension_end();
    // More guests than the limit may be suspended, where some began on the stacks of others: there is still no room then.
    recheckRoom();
  }

  /**
   * First suspension of the running invocation: counts it towards the limit, and starts the timer of its time limit.
   */
  #count() {
    this.wasNeeded = true;
    this.#core.suspension_begin();
    recheckRoom();
    if (this.#deadline === Infinity) return;
    this.#stopTimer = startTimer(this.#deadline - performance.now(), () => this.#core.instance_time_out(this.#id));
  }
}
