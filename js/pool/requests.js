/** Requests for an instance of a pool: each is served or rejected. */

import { WapcError } from '../base/error.js';
import { rejectionOf } from '../base/call-site.js';
import { onAbort } from '../invocation/signals.js';
import { startTimer } from '../base/timer.js';

/** A request of `invoke`: for one invocation. */
export class InvocationRequest {
  /** The instance that serves it. */
  instance;
  /** True if its caller gave options, which may end it before it has begun. */
  hasOptions = false;

  /** @param {(request: InvocationRequest) => boolean} run returns true if the invocation has ended */
  constructor(invocation, run) {
    this.invocation = invocation;
    this.run = run;
    // Not the invocation's own promise, which the instance resolves.
    this.promise = new Promise((resolve) => {
      this.resolve = resolve;
    });
  }

  reject(error) {
    this.resolve(rejectionOf(error));
  }

  /** Runs the invocation on an instance. True if the instance can be released. */
  serve(instance) {
    this.instance = instance;
    return this.run(this);
  }
}

/** A request of `get`: for a `PooledHost`, until it is returned. */
export class HostRequest {
  #hostOf;
  #resolve;
  #reject;
  #stopListening;
  #stopTimer;
  /** True once served or rejected. */
  isSettled = false;

  /** @param {(instance: import('./instance.js').Instance) => import('./pooled-host.js').PooledHost} hostOf */
  constructor(hostOf) {
    this.#hostOf = hostOf;
    this.promise = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  /** Limits the wait of a pending request: to `timeout` ms, and until `signal` aborts. */
  waitFor(timeout, signal, cancel) {
    if (this.isSettled) return;
    if (timeout !== undefined) {
      const error = () => new WapcError('WAPC_POOL_TIMEOUT', `no instance was free within ${timeout} ms`);
      this.#stopTimer = startTimer(timeout, () => cancel(error()));
    }
    if (signal !== undefined) this.#stopListening = onAbort(signal, cancel);
  }

  /** Resolves with a `PooledHost` of the instance. Returns false: the instance is released when it is returned. */
  serve(instance) {
    this.#settled();
    this.#resolve(this.#hostOf(instance));
    return false;
  }

  reject(error) {
    this.#settled();
    this.#reject(error);
  }

  #settled() {
    this.isSettled = true;
    this.#stopTimer?.();
    this.#stopListening?.();
  }
}
