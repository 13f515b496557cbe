/**
 * The JavaScript half of a host: where callers hand their exchanges over, and where the guest is called. The core
 * (`src/host.rs`) says before each call whether it may be made and how, and after it what it came to. So none of the
 * core's frames lies below a guest that traps or is suspended.
 */

import { WapcError } from '../error.js';
import { restoreStack } from './stack.js';

/** What the core says before a call of the guest; `src/host.rs` has the same. */
const RUN = 0;
const RUN_SUSPENDABLE = 1;
const LATER = 2;
const REFUSED = 3;
const NONE = 4;

/** How a call of the guest ended; `src/invocation.rs` has the same. */
const FAILED = 0;
const SUCCEEDED = 1;
const THREW = 2;

/** What the core says after it: an error, and whether others wait for their turn. */
const ERROR = 1;
const OTHERS_WAIT = 2;

/** The slot of no host. */
const NO_SLOT = 0xffffffff;

/** What a closed host answers. */
export const closedError = () => new WapcError('WAPC_CLOSED', 'the host is closed');

export class Port {
  /**
   * @param {number} slot what the core knows the host by
   * @param {WebAssembly.Exports} core the core's raw exports: through wasm-bindgen's classes a call takes 60 ns longer
   */
  constructor(slot, core) {
    this.slot = slot;
    // Held apart: an exports object is a dictionary, in which each look-up costs 20 ns.
    this.begin = core.host_begin;
    this.beginNext = core.host_begin_next;
    this.wait = core.host_wait;
    this.end = core.host_end;
    /** The guest instance that is called; the core sets it. */
    this.guest = undefined;
    /** The exchange that is to wait, or whose wait is over. */
    this.next = undefined;
    /** What the last invocation that failed did so with: taken at once. */
    this.error = undefined;
  }

  /** Runs an exchange at once. Throws its error. */
  invokeSync(exchange) {
    const { begin } = this;
    const begun = begin(this.slot, exchange.operation.length, exchange.payloadLength, 1);
    if (begun !== RUN) throw this.#takeError();
    const ended = this.#call(exchange);
    if (ended !== 0) this.#afterwards(ended);
    return exchange.response;
  }

  /** Runs an exchange as soon as it is its turn: a promise of its response. */
  invoke(exchange) {
    const { begin } = this;
    const begun = begin(this.slot, exchange.operation.length, exchange.payloadLength, 0);
    return begun === LATER ? this.#wait(exchange) : this.#run(exchange, begun);
  }

  /** Runs what waits for its turn, as far as that can be done now. */
  drain() {
    const { beginNext } = this;
    for (;;) {
      const begun = beginNext(this.slot);
      if (begun === NONE || begun === LATER) return;
      const exchange = this.next;
      exchange.resolve(this.#run(exchange, begun));
    }
  }

  /** Ends an exchange that waits for its turn. */
  reject(exchange) {
    exchange.resolve(Promise.reject(this.#takeError()));
  }

  #wait(exchange) {
    const { wait } = this;
    this.next = exchange;
    wait(this.slot, exchange.operation.length, exchange.payloadLength);
    return exchange.promise;
  }

  #run(exchange, begun) {
    if (begun === REFUSED) return Promise.reject(this.#takeError());
    if (begun === RUN_SUSPENDABLE) return this.#callSuspendable(exchange);
    try {
      const ended = this.#call(exchange);
      if (ended !== 0) this.#afterwards(ended);
      return Promise.resolve(exchange.response);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /** Calls `__guest_call` on a plain stack. */
  #call(exchange) {
    const { guest, end } = this;
    const { guestCall } = guest;
    guest.exchange = exchange;
    let ended;
    try {
      ended = guestCall(exchange.operation.length, exchange.payloadLength) === 0 ? FAILED : SUCCEEDED;
    } catch (error) {
      restoreStack();
      exchange.thrown = error;
      ended = THREW;
    }
    const after = end(this.slot, ended);
    // Nothing of an invocation outlives it.
    guest.exchange = undefined;
    return after;
  }

  /** Calls `__guest_call` on a stack that can be suspended. */
  #callSuspendable(exchange) {
    const { guest, end, slot } = this;
    guest.exchange = exchange;
    const finish = (ended) => {
      const after = end(slot, ended);
      guest.exchange = undefined;
      if (after !== 0) this.#afterwards(after);
      return exchange.response;
    };
    return guest.callPromising(exchange.operation.length, exchange.payloadLength).then(
      (result) => finish(result === 0 ? FAILED : SUCCEEDED),
      (error) => {
        restoreStack();
        exchange.thrown = error;
        return finish(THREW);
      },
    );
  }

  /** Something is left to do after a call: others to run, an error to throw. */
  #afterwards(ended) {
    const error = this.#takeError();
    if (ended & OTHERS_WAIT) this.drain();
    if (ended & ERROR) throw error;
  }

  /** The host is gone from the core, and its slot may be another's. */
  close() {
    this.slot = NO_SLOT;
  }

  #takeError() {
    if (this.slot === NO_SLOT) return closedError();
    const { error } = this;
    this.error = undefined;
    return error;
  }
}
