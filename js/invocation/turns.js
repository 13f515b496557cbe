/** Turn-taking, for hosts on this thread (`port.js`) and in workers (`worker/remote.js`). */

import { closedError } from '../base/error.js';
import { Queue } from '../base/queue.js';

/**
 * The part of a subclass: runs an invocation whose turn it is, and sets `running` until it has ended.
 * @typedef {{ begin: (invocation: import('./invocation.js').Invocation) => void }} Runner
 */

/**
 * The turns of one host: its invocations run one at a time, first come, first served. A subclass runs them (`begin`), and
 * may say whether the one that waits longest can run now (`isReady`).
 * @abstract
 */
export class Turns {
  /** True while an invocation runs, or a fresh instance is created for one. */
  running = false;
  /** The host's number. */
  id = undefined;
  /** The guest's name in errors; undefined where it has none. */
  name = undefined;
  #pending = new Queue();
  #isDraining = false;

  /** True where the next invocation can run, as long as none does. */
  isReady() {
    return true;
  }

  /** True where invocations wait for their turn. */
  get hasPending() {
    return this.#pending.length > 0;
  }

  /** Lets an invocation wait for its turn: the promise of its response. */
  enqueue(invocation) {
    invocation.keepCaller();
    invocation.queue();
    this.#pending.push(invocation);
    return invocation.promise;
  }

  /** Runs pending invocations soon: not on the stack of whoever made that possible, of which there may be little left. */
  drain() {
    if (!this.#isDraining) queueMicrotask(() => this.drainNow());
  }

  /** Runs pending invocations in a loop, since each may end at once. */
  drainNow() {
    if (this.#isDraining) return;
    this.#isDraining = true;
    const runner = /** @type {Runner} */ (/** @type {unknown} */ (this));
    try {
      while (!this.running && this.hasPending && this.isReady()) {
        const invocation = this.dequeue();
        invocation.beginsOn(this.id);
        runner.begin(invocation);
      }
    } finally {
      this.#isDraining = false;
    }
  }

  /** Dequeues the invocation that waits longest; undefined where none does. */
  dequeue() {
    return this.#pending.shift();
  }

  /** Rejects an invocation with `reason`, if it waits for its turn: true where it did. */
  cancel(invocation, reason) {
    if (!this.#pending.delete(invocation)) return false;
    invocation.reject(invocation.locate(reason, this.name));
    return true;
  }

  /** The host is closed: rejects all pending invocations with WAPC_CLOSED. */
  cancelAll() {
    for (const invocation of this.#pending.clear())
      invocation.reject(invocation.locate(closedError('host'), this.name));
  }
}
