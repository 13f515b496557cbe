/** Callbacks for when a signal aborts. */

import { hasRoom } from './room.js';

/**
 * The callbacks of each signal, which has one listener of ours however many there are: engines find a listener that is to be
 * removed by looking at one after the other.
 * @type {WeakMap<AbortSignal, Waiting>}
 */
const waiting = new WeakMap();

class Waiting {
  #signal;
  #acts = new Set();
  // A signal may be aborted where the stack is about to end; an error thrown here would be nobody's.
  #aborted = () => {
    if (hasRoom()) this.#run();
    else queueMicrotask(() => this.#run());
  };

  constructor(signal) {
    this.#signal = signal;
    signal.addEventListener('abort', this.#aborted, { once: true });
    waiting.set(signal, this);
  }

  add(act) {
    this.#acts.add(act);
  }

  delete(act) {
    if (!this.#acts.delete(act) || this.#acts.size > 0) return;
    this.#signal.removeEventListener('abort', this.#aborted);
    waiting.delete(this.#signal);
  }

  #run() {
    waiting.delete(this.#signal);
    const acts = [...this.#acts];
    this.#acts.clear();
    for (const act of acts) act(this.#signal.reason);
  }
}

/**
 * Calls `act` once, with the reason, when a signal aborts that has not yet.
 * @param {AbortSignal} signal
 * @param {(reason: unknown) => void} act which does not throw
 * @returns {() => void} what lets it be
 */
export function onAbort(signal, act) {
  const acts = waiting.get(signal) ?? new Waiting(signal);
  acts.add(act);
  return () => acts.delete(act);
}
