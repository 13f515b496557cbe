/**
 * The JavaScript half of a host on this thread: where callers hand their exchanges over, and where the guest is called.
 * It holds whose turn it is; the core's half (`src/host.rs`) holds the instance, and judges what is not the usual case.
 * None of the core's frames lies below a guest that traps or is suspended. Whoever calls a port has made sure that there is
 * room on the stack (`room.js`).
 *
 * All that passes between the halves:
 * - The port asks and tells by the core's raw exports, which take the host's slot: `host_admit`, `host_end`,
 *   `host_take_over`, `host_restart`, `host_has_room` (`src/host/exports.rs`), and `instance_begin`.
 * - The core tells by `guest`, `error`, `succeeded`, `restarted` and `drain` (`Port` in `src/sys.rs`).
 * - A host that is closed or interrupted is so by its owner, `WapcHost`, in both halves.
 */

import { closedError } from '../base/error.js';
import { ADMIT_LATER, ADMIT_NOW, CALL_FAILED, CALL_SUCCEEDED, CALL_THREW, NO_SLOT } from '../generated/constants.js';
import { idleCoroutine } from './coroutine.js';
import { restoreStack } from './stack.js';
import { Turns } from './turns.js';

export class Port extends Turns {
  /**
   * @param {number} slot what the core knows the host by
   * @param {number} payloadLimit bytes
   * @param {WebAssembly.Exports} core the core's raw exports
   * @param {boolean} asserts a debug build: the core is told of the end of each invocation
   */
  constructor(slot, payloadLimit, core, asserts) {
    super();
    this.slot = slot;
    this.payloadLimit = payloadLimit;
    this.core = core;
    // Held apart: an exports object is a dictionary, in which each look-up costs 20 ns.
    this.admit = core.host_admit;
    this.callBegins = core.instance_begin;
    this.callEnded = core.host_end;
    /** The guest instance that is called; the core sets it, and takes it away after a trap. */
    this.guest = undefined;
    /**
     * True where the core is asked before the next call, and told after the one that runs: invocations are pending, one is
     * aborted, another guest takes over, the host closes.
     */
    this.unusual = asserts;
    this.asserts = asserts;
    /** The stack that an exchange was given to and has not begun on. */
    this.coroutine = undefined;
    /** The error of the last invocation that failed; the core sets it, and it is taken at once. */
    this.error = undefined;
    /** Frees the host in the core; set where it was closed while an invocation ran. */
    this.free = undefined;
  }

  /** Whether the guest is gone after a trap, so that the next invocation begins with a fresh one. */
  get broken() {
    return this.guest === undefined;
  }

  /** Runs an exchange at once. Throws its error. */
  invokeSync(exchange) {
    if (!this.#isFree(exchange)) this.#admit(exchange, true);
    return this.#call(exchange);
  }

  /** Runs an exchange as soon as it is its turn: a promise of its response. Throws an error that is there at once. */
  invoke(exchange) {
    if (!this.#isFree(exchange) && this.#admit(exchange, false) === ADMIT_LATER) return this.#wait(exchange);
    return this.guest.suspendable ? this.#runSuspendable(exchange) : Promise.resolve(this.#call(exchange));
  }

  /** For `Turns`: the guest is there, and few enough others are suspended. If not, `drain` is called when that has changed. */
  isReady() {
    if (this.guest !== undefined) return this.core.host_has_room(this.slot) !== 0;
    // The instance trapped: a fresh one is created for the invocation that waits longest.
    this.running = true;
    this.unusual = true;
    this.core.host_restart(this.slot);
    return false;
  }

  /** For `Turns`: runs an exchange that was pending. */
  begin(exchange) {
    try {
      const result = exchange.inScope(() => this.#run(exchange));
      if (result !== exchange.promise) exchange.resolve(result);
    } catch (error) {
      exchange.reject(error);
    }
  }

  /** Runs an exchange: the response, or a promise of it. */
  #run(exchange) {
    return this.guest.suspendable ? this.#runSuspendable(exchange) : this.#call(exchange);
  }

  /**
   * For the core: a fresh instance that `host_restart` asked for is there, or `error` says why it is not. The invocation
   * that needed it gets that error; each behind it tries again.
   */
  restarted(error) {
    this.running = false;
    if (error !== undefined) this.dequeue()?.reject(error);
    if (this.free !== undefined) this.#freeSoon();
    this.drain();
  }

  /** For the core: the instance of a successor has started. It takes over now, or when the invocation that runs has ended. */
  succeeded() {
    if (this.running) this.unusual = true;
    else this.core.host_take_over(this.slot);
  }

  /**
   * Rejects an exchange that has not begun with `reason`: true where there was one to reject. One that runs is for the core
   * to interrupt.
   */
  cancel(exchange, reason) {
    if (super.cancel(exchange, reason)) return true;
    if (this.coroutine?.exchange !== exchange) return false;
    this.#takeBack().reject(reason);
    this.drain();
    return true;
  }

  /** Whether the core is to interrupt the guest for the sake of this exchange, which runs; the port is told how it ends. */
  interrupts(exchange) {
    if (this.guest?.exchange !== exchange) return false;
    this.unusual = true;
    return true;
  }

  /** The host is closed: rejects all exchanges that have not begun. True while another one runs, so that the host cannot be freed. */
  cancelAll() {
    this.unusual = true;
    if (this.coroutine !== undefined) this.#takeBack().reject(closedError('host'));
    super.cancelAll();
    return this.running;
  }

  /** Nothing runs any more, and the host was closed meanwhile. Its slot is in use until the end of that has been told. */
  #freeSoon() {
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

  /** ADMIT_NOW or ADMIT_LATER. Throws the error of an exchange that cannot run. */
  #admit(exchange, atOnce) {
    const { admit } = this;
    const admitted = admit(this.slot, exchange.operationLength, exchange.payloadLength, this.running, atOnce);
    if (admitted !== ADMIT_NOW && admitted !== ADMIT_LATER) throw this.#takeError();
    return this.hasPending && !atOnce ? ADMIT_LATER : admitted;
  }

  #wait(exchange) {
    this.unusual = true;
    // Nothing runs: a fresh instance is needed, or too many others are suspended.
    if (!this.running) this.drain();
    return this.enqueue(exchange);
  }

  /** Calls `__guest_call` on a plain stack: the response. */
  #call(exchange) {
    const { guest } = this;
    const { guestCall } = guest;
    this.#begin(guest, exchange, 0);
    let ended;
    try {
      ended = guestCall(exchange.operationLength, exchange.payloadLength) === 0 ? CALL_FAILED : CALL_SUCCEEDED;
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
    this.#endTaken(guest, exchange, result === 0 ? CALL_FAILED : CALL_SUCCEEDED);
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

  /** Takes back the exchange that has not begun on the stack that it was given to. */
  #takeBack() {
    const { coroutine } = this;
    this.coroutine = undefined;
    this.running = false;
    return coroutine.takeBack();
  }

  /** Calls `__guest_call` on a stack that can be suspended: a promise of the response. */
  #callSuspendable(exchange) {
    const { guest } = this;
    if (!this.#beginSuspendable(guest, exchange)) return exchange.promise;
    const response = guest.callPromising(exchange.operationLength, exchange.payloadLength).then(
      (result) => this.#endSuspendable(guest, exchange, result === 0 ? CALL_FAILED : CALL_SUCCEEDED),
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
    const { callBegins } = this;
    this.running = true;
    guest.exchange = exchange;
    return callBegins(guest.id, exchange.operationLength, exchange.payloadLength, maySuspend);
  }

  /** @param {boolean} onOwnStack whether this is not the stack of a caller */
  #end(guest, exchange, ended, onOwnStack) {
    this.running = false;
    const { response } = exchange;
    if (ended === CALL_SUCCEEDED && response !== undefined && !this.unusual) {
      // Nothing of an invocation outlives it.
      guest.exchange = undefined;
      return response;
    }
    return this.#endUnusually(guest, exchange, ended, onOwnStack);
  }

  /** There is more than a response, or other invocations are pending. Throws the invocation's error. */
  #endUnusually(guest, exchange, ended, onOwnStack) {
    const { callEnded } = this;
    const failed = callEnded(this.slot, ended) !== 0;
    guest.exchange = undefined;
    const error = this.#takeError();
    const { hasPending } = this;
    this.unusual = hasPending || this.free !== undefined || this.asserts;
    if (this.free !== undefined) this.#freeSoon();
    if (hasPending) {
      if (onOwnStack) this.drainNow();
      else this.drain();
    }
    if (failed) throw error;
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
  return CALL_THREW;
}
