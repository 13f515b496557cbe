/**
 * The JavaScript half of a host: where callers hand their exchanges over, and where the guest is called. Nearly always
 * the guest is free and responds; whatever else there is to say, before a call and after it, the core says
 * (`src/host.rs`). None of the core's frames lies below a guest that traps or is suspended. Whoever calls it has made sure
 * that there is room on the stack (`room.js`).
 */

import { closedError } from '../base/error.js';
import { idleCoroutine } from './coroutine.js';
import { restoreStack } from './stack.js';

/** What the core says before a call of the guest; `src/host.rs` has the same. */
const RUN = 0;
const LATER = 1;

/** How a call of the guest ended; `src/invocation.rs` has the same. */
const FAILED = 0;
const SUCCEEDED = 1;
const THREW = 2;

/** What the core says after it: an error, and whether others wait for their turn. */
const ERROR = 1;
const OTHERS_WAIT = 2;

/** The slot of no host. */
const NO_SLOT = 0xffffffff;

export class Port {
  /**
   * @param {number} slot what the core knows the host by
   * @param {number} payloadLimit bytes
   * @param {WebAssembly.Exports} core the core's raw exports
   */
  constructor(slot, payloadLimit, core) {
    this.slot = slot;
    this.payloadLimit = payloadLimit;
    // Held apart: an exports object is a dictionary, in which each look-up costs 20 ns.
    this.admit = core.host_admit;
    this.admitNext = core.host_admit_next;
    this.wait = core.host_wait;
    this.begin = core.instance_begin;
    this.end = core.host_end;
    /** The guest instance that is called; the core sets it, and takes it away after a trap. */
    this.guest = undefined;
    /** Whether an invocation runs, or a fresh instance is made for one. */
    this.running = false;
    /** Whether the core is to be asked before the next call and after this one: one waits, aborts, takes over, closes. */
    this.unusual = false;
    /** The stack that an exchange was given to and has not begun on. */
    this.coroutine = undefined;
    /** The exchange that is to wait, or whose wait is over. */
    this.next = undefined;
    /** What the last invocation that failed did so with: taken at once. */
    this.error = undefined;
    /** True while what waits is being run. */
    this.drains = false;
    /** Frees the host in the core; set where it was closed while an invocation ran. */
    this.free = undefined;
  }

  /** Whether the guest is gone after a trap, so that the next invocation begins with a fresh one. */
  get broken() {
    return this.guest === undefined;
  }

  /** Runs an exchange at once. Throws its error. */
  invokeSync(exchange) {
    if (!this.#isFree(exchange) && this.#admit(exchange, 1) !== RUN) throw this.#takeError();
    return this.#call(exchange);
  }

  /** Runs an exchange as soon as it is its turn: a promise of its response. Throws an error that is there at once. */
  invoke(exchange) {
    if (!this.#isFree(exchange)) {
      const admitted = this.#admit(exchange, 0);
      if (admitted === LATER) return this.#wait(exchange);
      if (admitted !== RUN) throw this.#takeError();
    }
    return this.guest.suspendable ? this.#runSuspendable(exchange) : Promise.resolve(this.#call(exchange));
  }

  /** Runs what waits for its turn, soon: not on the stack of whoever made that possible, of which there may be little left. */
  drain() {
    if (!this.drains) queueMicrotask(() => this.#drain());
  }

  /** The same now, in a loop, since each may be over at once. */
  #drain() {
    if (this.drains) return;
    this.drains = true;
    const { admitNext } = this;
    while (admitNext(this.slot) === RUN) {
      const exchange = this.next;
      try {
        const result = exchange.inScope(() => this.#run(exchange));
        if (result !== exchange.promise) exchange.resolve(result);
      } catch (error) {
        exchange.reject(error);
      }
    }
    this.drains = false;
  }

  /** Runs an exchange: the response, or a promise of it. */
  #run(exchange) {
    return this.guest.suspendable ? this.#runSuspendable(exchange) : this.#call(exchange);
  }

  /** Ends an exchange that waits for its turn. */
  reject(exchange) {
    exchange.reject(this.#takeError());
  }

  /** Nothing runs any more, and the host was closed meanwhile. Its slot is in use until the end of that has been told. */
  ended() {
    queueMicrotask(() => this.free());
  }

  /** The host is gone from the core, and its slot may be another's. */
  close() {
    this.slot = NO_SLOT;
    this.unusual = true;
  }

  /** Whether the guest can be called without asking. */
  #isFree(exchange) {
    return !this.running && !this.unusual && this.guest !== undefined && exchange.payloadLength <= this.payloadLimit;
  }

  #admit(exchange, atOnce) {
    const { admit } = this;
    return admit(this.slot, exchange.operationLength, exchange.payloadLength, atOnce);
  }

  #wait(exchange) {
    const { wait } = this;
    this.next = exchange;
    wait(this.slot);
    return exchange.promise;
  }

  /** Calls `__guest_call` on a plain stack: the response. */
  #call(exchange) {
    const { guest } = this;
    const { guestCall } = guest;
    this.#begin(guest, exchange, 0);
    let ended;
    try {
      ended = guestCall(exchange.operationLength, exchange.payloadLength) === 0 ? FAILED : SUCCEEDED;
    } catch (error) {
      ended = threw(exchange, error);
    }
    return this.#end(guest, exchange, ended, false);
  }

  /** Runs an exchange on a stack that can be suspended: a promise of the response. */
  #runSuspendable(exchange) {
    const { guest } = this;
    // One that was suspended last time will be again, as a rule: a stack that is kept gains nothing then.
    const coroutine = guest.isSteady ? idleCoroutine(guest) : undefined;
    if (coroutine === undefined) return this.#callSuspendable(exchange);
    this.running = true;
    this.coroutine = coroutine;
    exchange.queue();
    coroutine.give(this, exchange);
    return exchange.promise;
  }

  /** An exchange begins on the stack that it was given to: the guest to call, or undefined where it has to wait. */
  takeUp(exchange) {
    const { guest } = this;
    this.coroutine = undefined;
    if (!this.#beginSuspendable(guest, exchange)) return undefined;
    guest.scope = exchange.scope;
    return guest;
  }

  /** Its guest has answered there. */
  endTaken(guest, exchange, result) {
    this.#endTaken(guest, exchange, result === 0 ? FAILED : SUCCEEDED);
  }

  /** Its guest has thrown there. */
  failTaken(guest, exchange, error) {
    this.#endTaken(guest, exchange, threw(exchange, error));
  }

  #endTaken(guest, exchange, ended) {
    guest.scope = undefined;
    try {
      exchange.resolve(this.#endSuspendable(guest, exchange, ended));
    } catch (error) {
      exchange.reject(error);
    }
  }

  /** Takes back an exchange that has not begun on the stack that it was given to: `exchange`, or whichever it is. */
  takeBack(exchange) {
    const { coroutine } = this;
    if (coroutine === undefined || (exchange !== undefined && coroutine.exchange !== exchange)) return undefined;
    this.coroutine = undefined;
    this.running = false;
    return coroutine.takeBack();
  }

  /** Calls `__guest_call` on a stack that can be suspended: a promise of the response. */
  #callSuspendable(exchange) {
    const { guest } = this;
    if (!this.#beginSuspendable(guest, exchange)) return exchange.promise;
    const response = guest.callPromising(exchange.operationLength, exchange.payloadLength).then(
      (result) => this.#endSuspendable(guest, exchange, result === 0 ? FAILED : SUCCEEDED),
      (error) => this.#endSuspendable(guest, exchange, threw(exchange, error)),
    );
    exchange.promise ??= response;
    return response;
  }

  #endSuspendable(guest, exchange, ended) {
    guest.isSteady = !guest.suspension.wasNeeded;
    // First: what waits for its turn may be suspended as soon as this has ended.
    guest.suspension.end();
    return this.#end(guest, exchange, ended, true);
  }

  /** False where too many are suspended, so that it has to wait. */
  #beginSuspendable(guest, exchange) {
    if (this.#begin(guest, exchange, 1) !== 0) {
      guest.suspension.startClock();
      return true;
    }
    this.running = false;
    guest.exchange = undefined;
    this.#wait(exchange);
    return false;
  }

  /** 0 where it has to wait. */
  #begin(guest, exchange, maySuspend) {
    const { begin } = this;
    this.running = true;
    guest.exchange = exchange;
    return begin(guest.id, exchange.operationLength, exchange.payloadLength, maySuspend);
  }

  /** @param {boolean} onOwnStack whether this is not the stack of a caller */
  #end(guest, exchange, ended, onOwnStack) {
    this.running = false;
    const { response } = exchange;
    if (ended === SUCCEEDED && response !== undefined && !this.unusual) {
      // Nothing of an invocation outlives it.
      guest.exchange = undefined;
      return response;
    }
    return this.#endUnusually(guest, exchange, ended, onOwnStack);
  }

  /** There is more to be said than a response, or others to run. Throws the invocation's error. */
  #endUnusually(guest, exchange, ended, onOwnStack) {
    const { end } = this;
    const after = end(this.slot, ended);
    guest.exchange = undefined;
    const error = this.#takeError();
    if (after & OTHERS_WAIT) {
      if (onOwnStack) this.#drain();
      else this.drain();
    }
    if (after & ERROR) throw error;
    return exchange.response;
  }

  #takeError() {
    if (this.slot === NO_SLOT) return closedError('host');
    const { error } = this;
    this.error = undefined;
    return error;
  }
}

/** The guest's call threw: a trap, as a rule. */
function threw(exchange, error) {
  restoreStack();
  // What a callback of the caller's threw stands above the trap that it led to.
  exchange.thrown ??= error;
  return THREW;
}
