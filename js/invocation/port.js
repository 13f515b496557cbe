/**
 * The JavaScript half of a host on this thread: where callers hand their invocations over, and where the guest is called.
 * It holds whose turn it is; the core's half (`src/host.rs`) holds the instance, and judges what is not the usual case.
 * None of the core's frames lies below a guest that traps or is suspended. Whoever calls a port has made sure that there is
 * room on the stack (`room.js`).
 *
 * All that passes between the halves:
 * - The port asks and tells by the core's raw exports, which take the host's slot: `host_admit`, `host_end`,
 *   `host_take_over`, `host_restart`, `host_has_room` (`src/host/exports.rs`), and `instance_begin`.
 * - The core tells by `guest`, `name`, `error`, `succeeded`, `restarted` and `drain` (`Port` in `src/sys.rs`).
 * - A host that is closed or interrupted is so by its owner, `WapcHost`, in both halves.
 */

import { closedError } from '../base/error.js';
import { ADMIT_LATER, ADMIT_NOW, CALL_FAILED, CALL_SUCCEEDED, CALL_THREW, NO_SLOT } from '../generated/constants.js';
import { platform } from '../platform/platform.js';
import { idleCoroutine } from './coroutine.js';
import { restoreStack } from './stack.js';
import { Turns } from './turns.js';

export class Port extends Turns {
  /**
   * @param {number} slot what the core knows the host by
   * @param {number} payloadLimit bytes
   * @param {import('../generated/core.js').InitOutput} core the core's raw exports
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
    /** The stack that an invocation was given to and has not begun on. */
    this.coroutine = undefined;
    /** The error of the last invocation that failed; the core sets it, and it is taken at once. */
    this.error = undefined;
    /** Frees the host in the core; set where it was closed while an invocation ran. */
    this.free = undefined;
  }

  /** True where the guest is gone after a trap, so that the next invocation begins with a fresh one. */
  get broken() {
    return this.guest === undefined;
  }

  /** Runs an invocation at once. Throws its error. */
  invokeSync(invocation) {
    if (!this.#isFree(invocation)) this.#admit(invocation, true);
    return this.#call(invocation);
  }

  /** Runs an invocation as soon as it is its turn: a promise of its response. Throws an error that is there at once. */
  invoke(invocation) {
    if (!this.#isFree(invocation) && this.#admit(invocation, false) === ADMIT_LATER) return this.#wait(invocation);
    return this.guest.suspendable ? this.#runSuspendable(invocation) : Promise.resolve(this.#call(invocation));
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

  /** For `Turns`: runs an invocation that was pending. */
  begin(invocation) {
    try {
      const result = invocation.inScope(() => this.#run(invocation));
      if (result !== invocation.promise) invocation.resolve(result);
    } catch (error) {
      invocation.reject(error);
    }
  }

  /** Runs an invocation: the response, or a promise of it. */
  #run(invocation) {
    return this.guest.suspendable ? this.#runSuspendable(invocation) : this.#call(invocation);
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
   * Rejects an invocation that has not begun with `reason`: true where there was one to reject. One that runs is for the core
   * to interrupt.
   */
  cancel(invocation, reason) {
    if (super.cancel(invocation, reason)) return true;
    if (this.coroutine?.invocation !== invocation) return false;
    this.#rejectTaken(reason);
    this.drain();
    return true;
  }

  /** True where this invocation runs, so that the core can interrupt it; the core is told of its end then. */
  interrupts(invocation) {
    if (this.guest?.invocation !== invocation) return false;
    this.unusual = true;
    return true;
  }

  /** The host is closed: rejects all invocations that have not begun. True while another one runs, so that the host cannot be freed. */
  cancelAll() {
    this.unusual = true;
    if (this.coroutine !== undefined) this.#rejectTaken(closedError('host'));
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

  /** True where the guest can be called without asking the core. */
  #isFree(invocation) {
    return !this.running && !this.unusual && this.guest !== undefined && invocation.payloadLength <= this.payloadLimit;
  }

  /** ADMIT_NOW or ADMIT_LATER. Throws the error of an invocation that cannot run. */
  #admit(invocation, atOnce) {
    const { admit } = this;
    const admitted = admit(
      this.slot,
      invocation.operationLength,
      invocation.payloadLength,
      Number(this.running),
      Number(atOnce),
    );
    if (admitted !== ADMIT_NOW && admitted !== ADMIT_LATER) throw invocation.locate(this.#takeError(), this.name);
    return this.hasPending && !atOnce ? ADMIT_LATER : admitted;
  }

  #wait(invocation) {
    this.unusual = true;
    // Nothing runs: a fresh instance is needed, or too many others are suspended.
    if (!this.running) this.drain();
    return this.enqueue(invocation);
  }

  /** Calls `__guest_call` on a plain stack: the response. */
  #call(invocation) {
    const { guest } = this;
    const { guestCall } = guest;
    this.#begin(guest, invocation, 0);
    let ended;
    try {
      ended = guestCall(invocation.operationLength, invocation.payloadLength) === 0 ? CALL_FAILED : CALL_SUCCEEDED;
    } catch (error) {
      ended = threw(invocation, error);
    }
    return this.#end(guest, invocation, ended, false);
  }

  /** Runs an invocation on a stack that can be suspended: a promise of the response. */
  #runSuspendable(invocation) {
    const { guest } = this;
    // One that was suspended last time will be again, as a rule: a stack that is kept gains nothing then.
    const coroutine = guest.isSteady ? idleCoroutine(guest) : undefined;
    if (coroutine === undefined) return this.#callSuspendable(invocation);
    this.running = true;
    this.coroutine = coroutine;
    invocation.queue();
    coroutine.give(this, invocation);
    return invocation.promise;
  }

  /** An invocation begins on the stack that it was given to: the guest to call, or undefined where it has to wait. */
  takeUp(invocation) {
    const { guest } = this;
    this.coroutine = undefined;
    if (!this.#beginSuspendable(guest, invocation)) return undefined;
    guest.scope = invocation.scope;
    return guest;
  }

  /** Its guest has answered there. */
  endTaken(guest, invocation, result) {
    this.#endTaken(guest, invocation, result === 0 ? CALL_FAILED : CALL_SUCCEEDED);
  }

  /** Its guest has thrown there. */
  failTaken(guest, invocation, error) {
    this.#endTaken(guest, invocation, threw(invocation, error));
  }

  #endTaken(guest, invocation, ended) {
    guest.scope = undefined;
    try {
      invocation.resolve(this.#endSuspendable(guest, invocation, ended));
    } catch (error) {
      invocation.reject(error);
    }
  }

  /** Takes back the invocation that has not begun on the stack that it was given to. */
  #takeBack() {
    const { coroutine } = this;
    this.coroutine = undefined;
    this.running = false;
    return coroutine.takeBack();
  }

  #rejectTaken(reason) {
    const taken = this.#takeBack();
    taken.reject(taken.locate(reason, this.name));
  }

  /** Calls `__guest_call` on a stack that can be suspended: a promise of the response. */
  #callSuspendable(invocation) {
    const { guest } = this;
    // Of others V8 knows who awaits them; it is the engine that keeps stacks.
    if (!guest.isSteady || !platform.keepsStacks) invocation.keepCaller();
    if (!this.#beginSuspendable(guest, invocation)) return invocation.promise;
    const response = guest.callPromising(invocation.operationLength, invocation.payloadLength).then(
      (result) => this.#endSuspendable(guest, invocation, result === 0 ? CALL_FAILED : CALL_SUCCEEDED),
      (error) => this.#endSuspendable(guest, invocation, threw(invocation, error)),
    );
    invocation.promise ??= response;
    return response;
  }

  #endSuspendable(guest, invocation, ended) {
    guest.isSteady = !guest.suspension.wasNeeded;
    // First: what waits for its turn may be suspended as soon as this has ended.
    guest.suspension.end();
    return this.#end(guest, invocation, ended, true);
  }

  /** False where too many are suspended, so that it has to wait. */
  #beginSuspendable(guest, invocation) {
    if (this.#begin(guest, invocation, 1) !== 0) {
      guest.suspension.startClock();
      return true;
    }
    this.running = false;
    guest.invocation = undefined;
    this.#wait(invocation);
    return false;
  }

  /** 0 where it has to wait. */
  #begin(guest, invocation, maySuspend) {
    const { callBegins } = this;
    this.running = true;
    guest.invocation = invocation;
    return callBegins(guest.id, invocation.operationLength, invocation.payloadLength, maySuspend);
  }

  /** @param {boolean} onOwnStack whether this is not the stack of a caller */
  #end(guest, invocation, ended, onOwnStack) {
    this.running = false;
    const { response } = invocation;
    if (ended === CALL_SUCCEEDED && response !== undefined && !this.unusual) {
      // Nothing of an invocation outlives it.
      guest.invocation = undefined;
      return response;
    }
    return this.#endUnusually(guest, invocation, ended, onOwnStack);
  }

  /** There is more than a response, or other invocations are pending. Throws the invocation's error. */
  #endUnusually(guest, invocation, ended, onOwnStack) {
    const { callEnded } = this;
    const failed = callEnded(this.slot, ended) !== 0;
    guest.invocation = undefined;
    const error = this.#takeError();
    const { hasPending } = this;
    this.unusual = hasPending || this.free !== undefined || this.asserts;
    if (this.free !== undefined) this.#freeSoon();
    if (hasPending) {
      if (onOwnStack) this.drainNow();
      else this.drain();
    }
    if (failed) throw invocation.locate(error, this.name);
    return invocation.response;
  }

  #takeError() {
    if (this.slot === NO_SLOT) return closedError('host');
    const { error } = this;
    this.error = undefined;
    return error;
  }
}

/** The guest's call threw: a trap, as a rule. */
function threw(invocation, error) {
  restoreStack();
  // An error of a caller's callback was kept first: the trap that it led to says less.
  invocation.thrown ??= error;
  return CALL_THREW;
}
