/** Turn-taking for hosts on this thread (`port.js`) and in workers (`worker/remote.js`). */

import { closedError, forAnother } from '../base/error.js';
import { inMicrotask } from '../base/microtask.js';
import { Queue } from '../base/queue.js';
import { queueInChain } from './blocked.js';

/**
 * Implemented by the subclass: runs an invocation, and keeps `running` true until it has ended.
 * @typedef {{ begin: (invocation: import('./invocation.js').Invocation) => void }} Runner
 */

/**
 * Queue of one host: its invocations run one at a time, first come, first served. A subclass runs them (`begin`), and
 * can override `isReady`.
 * @abstract
 */
export class Turns {
  /** True if the guest runs in a worker, which cannot be waited for. */
  isRemote = false;
  /** True while an invocation runs, or a new instance is created for one. */
  running = false;
  /** The host's number. */
  id = undefined;
  /** The guest's name in errors; undefined where it has none. */
  name = undefined;
  /** The word for errors of what was closed: `pool` where the whole pool was destroyed. */
  owner = 'host';
  /**
   * Set by a pool: makes and initializes a fresh instance in place of one that broke, before pending invocations begin.
   * Returns undefined while it initializes one: the invocations of `initialize` must not wait for it.
   * @type {(() => Promise<void> | undefined) | undefined}
   */
  renewedBy = undefined;
  /** @type {Queue<any>} of `Invocation`s */
  #pending = new Queue();
  /** Invocations that wait for `renewedBy`; undefined if none do. */
  #held;
  #isDraining = false;

  /** True if the next invocation can run, given that none is running. */
  isReady() {
    return true;
  }

  /** True if the guest is gone: the next invocation needs a new instance. */
  get broken() {
    return false;
  }

  /** True if invocations are pending. */
  get hasPending() {
    return this.#pending.length > 0;
  }

  /** The invocation that runs; undefined if none does, or if a new instance is being created. */
  get current() {
    return undefined;
  }

  /** For `blocked.js`: the invocations of which any has to end before a pending one begins. */
  holders() {
    const { current } = this;
    return current === undefined ? undefined : [current];
  }

  /** For `blocked.js`: the running invocation, else this queue if invocations are pending; undefined if the host is free. */
  get occupant() {
    return this.current ?? (this.hasPending ? this : undefined);
  }

  /** Makes an invocation pending. Returns the promise of its response. Throws WAPC_REENTRANT. */
  enqueue(invocation) {
    if (invocation.parent !== undefined) this.#queueInChain(invocation);
    invocation.keepCallSite();
    invocation.queue();
    this.#pending.push(invocation);
    return invocation.promise;
  }

  #queueInChain(invocation) {
    const error = queueInChain(invocation, this, (blocked) => this.cancel(invocation, blocked));
    if (error !== undefined) throw invocation.locate(error, this.name);
  }

  /** Runs pending invocations in a microtask: there may be little room left on the current stack. */
  drain() {
    if (!this.#isDraining) inMicrotask(() => this.drainNow());
  }

  /** Runs pending invocations now. A loop, since each may end synchronously. */
  drainNow() {
    if (this.#isDraining) return;
    this.#isDraining = true;
    const runner = /** @type {Runner} */ (/** @type {unknown} */ (this));
    try {
      if (!this.running && this.broken) this.#hold();
      while (!this.running && this.hasPending && this.isReady()) {
        const invocation = this.dequeue();
        invocation.endsWait(this.id);
        if (invocation.isOverdue()) invocation.reject(invocation.locate(invocation.overdue(), this.name));
        else runner.begin(invocation);
        if (!this.running && this.broken) this.#hold();
      }
    } finally {
      this.#isDraining = false;
    }
  }

  /** Lets pending invocations wait for `renewedBy`, which may invoke this host itself. */
  #hold() {
    if (this.renewedBy === undefined || this.#held !== undefined || this.#pending.length === 0) return;
    const renewed = this.renewedBy();
    if (renewed === undefined) return;
    this.#held = this.#pending;
    this.#pending = new Queue();
    const goOn = () => {
      for (const invocation of this.#release()) this.#pending.putBack(invocation);
      this.drain();
    };
    renewed.then(goOn, (error) => this.rejectHeld(error));
  }

  /** The renewal has failed: rejects the invocations that wait for it, each with an error of its own. */
  rejectHeld(error) {
    for (const invocation of this.#release()) this.refuse(invocation, forAnother(error));
  }

  /** Removes and returns the invocations that wait for a renewal. */
  #release() {
    const held = this.#held?.clear() ?? [];
    this.#held = undefined;
    return held;
  }

  /** Removes the oldest pending invocation; undefined if there is none. */
  dequeue() {
    return this.#pending.shift();
  }

  /** Rejects an invocation with `reason` if it is pending. True if it was. */
  cancel(invocation, reason) {
    if (!this.#pending.delete(invocation) && this.#held?.delete(invocation) !== true) return false;
    this.refuse(invocation, reason);
    return true;
  }

  /** Rejects an invocation that has not begun, and is not pending any more. */
  refuse(invocation, reason) {
    invocation.endsWait();
    invocation.reject(invocation.locate(reason, this.name));
  }

  /** For `close`: rejects all pending invocations with WAPC_CLOSED. */
  cancelAll() {
    for (const invocation of [...this.#release(), ...this.#pending.clear()])
      this.refuse(invocation, closedError(this.owner));
  }
}
