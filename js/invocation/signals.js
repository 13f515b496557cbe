/** Calls back when an AbortSignal aborts. */

import { inMicrotask } from '../base/microtask.js';
import { hasRoom } from './room.js';

/**
 * The callbacks of each signal, which share one listener: engines remove a listener with a linear search.
 * @type {WeakMap<AbortSignal, Waiting>}
 */
const waiting = new WeakMap();

class Waiting {
  #signal;
  #acts = new Set();
  // A signal may be aborted close to the stack's end, and nobody would catch an error thrown here.
  #aborted = () => {
    if (hasRoom()) this.#run();
    else inMicrotask(() => this.#run());
  };

  constructor(signal) {
    this.#signal = signal;
    AbortSignal.prototype.addEventListener.call(signal, 'abort', this.#aborted, { once: true });
    waiting.set(signal, this);
  }

  add(act) {
    this.#acts.add(act);
  }

  delete(act) {
    if (!this.#acts.delete(act) || this.#acts.size > 0) return;
    AbortSignal.prototype.removeEventListener.call(this.#signal, 'abort', this.#aborted);
    waiting.delete(this.#signal);
  }

  #run() {
    waiting.delete(this.#signal);
    const acts = [...this.#acts];
    this.#acts.clear();
    // The reason is read from the platform: a signal may have a property of that name, which throws.
    for (const act of acts) act(Reflect.get(AbortSignal.prototype, 'reason', this.#signal));
  }
}

/**
 * Calls `act` once with the reason when `signal` aborts. The signal must not be aborted yet.
 * @param {AbortSignal} signal
 * @param {(reason: unknown) => void} act must not throw
 * @returns {() => void} removes the callback
 */
export function onAbort(signal, act) {
  const acts = waiting.get(signal) ?? new Waiting(signal);
  acts.add(act);
  return () => acts.delete(act);
}
