/** Requests that wait for an instance of a pool: each is served with one, or rejected. */

import { WapcError } from '../base/error.js';
import { onAbort } from '../invocation/signals.js';
import { startTimer } from '../base/timer.js';

/** A request of `invoke`: for one invocation. */
export class InvocationRequest {
  /** The instance that it runs on. */
  instance;

  /** @param {(request: InvocationRequest) => boolean} run true where it has ended already */
  constructor(invocation, run) {
    this.invocation = invocation;
    this.run = run;
    // Not the invocation's own, which is the instance's to resolve.
    this.promise = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
  }

  /** Runs on an instance. True where the instance can be released. */
  serve(instance) {
    this.instance = instance;
    return this.run(this);
  }
}

/** A request of `get`: for a `PooledHost`, until that is released. */
export class HostRequest {
  #hostOf;
  #resolve;
  #reject;
  #stopListening;
  #stopTimer;
  /** True once it was served or rejected. */
  isSettled = false;

  /** @param {(instance: import('./instances.js').Instance) => import('./pooled-host.js').PooledHost} hostOf */
  constructor(hostOf) {
    this.#hostOf = hostOf;
    this.promise = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  /** Lets it wait for `timeout` ms at the most, and until `signal` is aborted, if it has to. */
  waitFor(timeout, signal, cancel) {
    if (this.isSettled) return;
    if (timeout !== undefined) {
      const error = () => new WapcError('WAPC_POOL_TIMEOUT', `no instance was free within ${timeout} ms`);
      this.#stopTimer = startTimer(timeout, () => cancel(error()));
    }
    if (signal !== undefined) this.#stopListening = onAbort(signal, cancel);
  }

  /** Resolves with an instance. False: it can be released when it is returned. */
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
