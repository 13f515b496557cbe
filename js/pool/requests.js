/** What waits for a member of a pool: each is served with one, or rejected. */

import { WapcError } from '../base/error.js';
import { onAbort } from '../invocation/signals.js';
import { startTimer } from '../base/timer.js';

/** An invocation. */
export class Invocation {
  /** The member that it runs on. */
  member;

  /** @param {(invocation: Invocation) => boolean} run whether it has ended already */
  constructor(exchange, run) {
    this.exchange = exchange;
    this.run = run;
    // Not the exchange's own, which is the member's to resolve.
    this.promise = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
  }

  /** Whether it needs the member no longer. */
  serve(member) {
    this.member = member;
    return this.run(this);
  }
}

/** Somebody who wants to borrow a member. */
export class Borrower {
  #lend;
  #resolve;
  #reject;
  #stopListening;
  #stopTimer;
  #isSettled = false;

  /** @param {(member: import('./members.js').Member) => import('./lease.js').Lease} lend */
  constructor(lend) {
    this.#lend = lend;
    this.promise = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  /** Lets it wait for so long at the most, if it has to. */
  waitFor(timeout, signal, cancel) {
    if (this.#isSettled) return;
    if (timeout !== undefined) {
      const error = () => new WapcError('WAPC_POOL_TIMEOUT', `no instance was free within ${timeout} ms`);
      this.#stopTimer = startTimer(timeout, () => cancel(error()));
    }
    if (signal !== undefined) this.#stopListening = onAbort(signal, cancel);
  }

  /** Whether it needs the member no longer: it does until it is given back. */
  serve(member) {
    this.#settled();
    this.#resolve(this.#lend(member));
    return false;
  }

  reject(error) {
    this.#settled();
    this.#reject(error);
  }

  #settled() {
    this.#isSettled = true;
    this.#stopTimer?.();
    this.#stopListening?.();
  }
}
