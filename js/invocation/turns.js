/** Turn-taking for hosts on this thread (`port.js`) and in workers (`worker/remote.js`). */

import { closedError } from '../base/error.js';
import { Queue } from '../base/queue.js';
import { leaveQueue, queueInChain } from './blocked.js';

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
  #pending = new Queue();
  #isDraining = false;

  /** True if the next invocation can run, given that none is running. */
  isReady() {
    return true;
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

  /** For `blocked.js`: what keeps this host busy. The running invocation, or what the pending ones wait for; or nothing. */
  get occupant() {
    return this.current ?? (this.hasPending ? this : undefined);
  }

  /** Makes an invocation pending. Returns the promise of its response. Throws WAPC_REENTRANT. */
  enqueue(invocation) {
    const error = queueInChain(invocation, this, (blocked) => this.cancel(invocation, blocked));
    if (error !== undefined) throw invocation.locate(error, this.name);
    invocation.keepCaller();
    invocation.queue();
    this.#pending.push(invocation);
    return invocation.promise;
  }

  /** Runs pending invocations in a microtask: there may be little room left on the current stack. */
  drain() {
    if (!this.#isDraining) queueMicrotask(() => this.drainNow());
  }

  /** Runs pending invocations now. A loop, since each may end synchronously. */
  drainNow() {
    if (this.#isDraining) return;
    this.#isDraining = true;
    const runner = /** @type {Runner} */ (/** @type {unknown} */ (this));
    try {
      while (!this.running && this.hasPending && this.isReady()) {
        const invocation = this.dequeue();
        invocation.beginsOn(this.id);
        if (invocation.isOverdue()) invocation.reject(invocation.locate(invocation.overdue(), this.name));
        else runner.begin(invocation);
      }
    } finally {
      this.#isDraining = false;
    }
  }

  /** Removes the oldest pending invocation; undefined if there is none. */
  dequeue() {
    return this.#pending.shift();
  }

  /** Rejects an invocation with `reason` if it is pending. True if it was. */
  cancel(invocation, reason) {
    if (!this.#pending.delete(invocation)) return false;
    if (invocation.parent !== undefined) leaveQueue(invocation);
    invocation.reject(invocation.locate(reason, this.name));
    return true;
  }

  /** For `close`: rejects all pending invocations with WAPC_CLOSED. */
  cancelAll() {
    for (const invocation of this.#pending.clear())
      invocation.reject(invocation.locate(closedError('host'), this.name));
  }
}
