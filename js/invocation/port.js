/**
 * The JavaScript half of a host on this thread: accepts invocations and calls the guest. It keeps the queue; the core's
 * half (`src/host.rs`) holds the instance and decides all that is off the fast path. No frame of the core is on the stack
 * below a guest that traps or is suspended. Callers of a port have checked that there is room on the stack (`room.js`).
 * Guests whose stack can be suspended are called by `suspendable-calls.js`.
 *
 * Interface between the halves:
 * - The port calls the core's raw exports, which take the host's slot: `host_admit`, `host_end`,
 *   `host_take_over`, `host_restart`, `host_has_room` (`src/host/exports.rs`), and `instance_begin`.
 * - The core calls `succeeded`, `restarted` and `drain`, and sets `guest`, `name` and `error` (`Port` in `src/sys.rs`).
 * - The owner, `WapcHost`, closes and interrupts a host in both halves.
 */

import { closedError, isOwn } from '../base/error.js';
import { inMicrotask } from '../base/microtask.js';
import { ADMIT_LATER, ADMIT_NOW, CALL_FAILED, CALL_SUCCEEDED, NO_SLOT } from '../generated/constants.js';
import { noteShortage, recheckRoom } from './blocked.js';
import { startOn, suspendedInvocations } from './guest.js';
import { threw } from './stack.js';
import { SuspendableCalls } from './suspendable-calls.js';
import { Turns } from './turns.js';

export class Port extends Turns {
  /**
   * @param {number} slot the host's slot in the core
   * @param {number} payloadLimit bytes
   * @param {import('../generated/core.js').InitOutput} core the core's raw exports
   * @param {boolean} asserts true in a debug build: the core is told of the end of every invocation
   * @param {ReturnType<typeof import('../base/codec.js').readCodec>} codec of the host, for `call`
   * @param {boolean} isInterruptible true if a timeout ends the guest wherever it is
   */
  constructor(slot, payloadLimit, core, asserts, codec, isInterruptible) {
    super();
    this.isInterruptible = isInterruptible;
    this.codec = codec;
    this.slot = slot;
    this.payloadLimit = payloadLimit;
    this.core = core;
    // Held in fields: an exports object is in dictionary mode, where each look-up costs 20 ns.
    this.admit = core.host_admit;
    this.callBegins = core.instance_begin;
    this.callEnded = core.host_end;
    /** The guest instance to call. The core sets it, and clears it after a trap. */
    this.guest = undefined;
    /**
     * True off the fast path: the core must be asked before the next call and told after the running one, since invocations
     * are pending, one is aborted, another guest takes over, or the host closes.
     */
    this.asksCore = asserts;
    this.asserts = asserts;
    /** The invocations of a guest whose stack can be suspended. */
    this.suspendable = new SuspendableCalls(this);
    /** The error of the last failed invocation. The core sets it, and it is taken at once. */
    this.error = undefined;
    /** Frees the host in the core. Set if the host was closed while an invocation ran. */
    this.free = undefined;
  }

  /** For `Turns`: the running invocation, or the start of an instance after a trap. */
  get current() {
    // A pool renews its instances by starts that nothing runs behind. On any other host such a start is a successor's.
    const mayStart = this.running || this.renewedBy !== undefined;
    if (this.guest === undefined) return mayStart ? startOn(this.id) : undefined;
    return this.guest.invocation ?? this.suspendable.given;
  }

  /** For `blocked.js`: if too many guests are suspended, any of these has to end first. */
  holders() {
    const isFull = !this.running && this.guest !== undefined && !this.#hasRoom();
    if (!isFull) return super.holders();
    noteShortage();
    return suspendedInvocations();
  }

  /** True if the guest is gone after a trap: the next invocation needs a new instance. */
  get broken() {
    return this.guest === undefined;
  }

  /** Runs an invocation synchronously. Throws its error. */
  invokeSync(invocation) {
    if (!this.#isFree(invocation)) this.#admit(invocation, true);
    return this.#call(invocation);
  }

  /** Runs an invocation when its turn comes. Resolves with its response. Throws errors that are known synchronously. */
  invoke(invocation) {
    if (!this.#isFree(invocation) && this.#admit(invocation, false) === ADMIT_LATER) return this.wait(invocation);
    return this.guest.suspendable ? this.suspendable.run(invocation) : Promise.resolve(this.#call(invocation));
  }

  /**
   * For `Turns`: true if the guest exists and the limit of suspended guests is not reached. Otherwise `drain` is called
   * when that changes.
   */
  isReady() {
    if (this.guest !== undefined) {
      if (this.#hasRoom()) return true;
      // Those that waited for a running invocation wait for room from here on.
      noteShortage();
      recheckRoom();
      return false;
    }
    // The instance trapped: a new one is created for the oldest pending invocation.
    this.running = true;
    this.asksCore = true;
    this.core.host_restart(this.slot);
    return false;
  }

  /** For `Turns`: begins a pending invocation. */
  begin(invocation) {
    // Some may have been put back behind it that waited for a renewal.
    if (this.hasPending) this.asksCore = true;
    try {
      const result = invocation.inScope(() => this.#run(invocation));
      if (result !== invocation.promise) invocation.resolve(result);
    } catch (error) {
      invocation.reject(error);
    }
  }

  /** Runs an invocation. Returns the response, or a promise of it. */
  #run(invocation) {
    return this.guest.suspendable ? this.suspendable.run(invocation) : this.#call(invocation);
  }

  /**
   * Called by the core: the new instance that `host_restart` requested has started, or `error` says why not. The oldest
   * pending invocation is rejected with that error; each later one tries again.
   */
  restarted(error) {
    this.running = false;
    const failed = error === undefined ? undefined : this.dequeue();
    if (failed !== undefined) this.refuse(failed, error);
    if (this.free !== undefined) this.#freeSoon();
    this.drain();
  }

  /**
   * Called by the core: the instance of a successor has started. It takes over now, or after the running invocation.
   */
  succeeded() {
    if (this.running) this.asksCore = true;
    else this.core.host_take_over(this.slot);
  }

  /**
   * Rejects an invocation that has not begun with `reason`. Returns true if it did; a running invocation is interrupted
   * by the core instead.
   */
  cancel(invocation, reason) {
    if (super.cancel(invocation, reason)) return true;
    if (this.suspendable.given !== invocation) return false;
    this.suspendable.rejectGiven(reason);
    this.drain();
    return true;
  }

  /** True if this invocation is running, so that the core can interrupt it. The core is then told of its end. */
  interrupts(invocation) {
    if (this.guest?.invocation !== invocation) return false;
    this.asksCore = true;
    return true;
  }

  /**
   * For `close`: rejects all invocations that have not begun. True if one is running, so that the host cannot be freed
   * yet.
   */
  cancelAll() {
    this.asksCore = true;
    if (this.suspendable.given !== undefined) this.suspendable.rejectGiven(closedError(this.owner));
    super.cancelAll();
    return this.running;
  }

  /**
   * Frees a host that was closed while an invocation ran. In a microtask, since the core uses its slot until that
   * invocation's end is handled.
   */
  #freeSoon() {
    inMicrotask(() => this.free());
  }

  /** Called when the host is freed in the core: its slot may be reused by another. */
  close() {
    this.slot = NO_SLOT;
    this.asksCore = true;
  }

  /** True if the guest can be called without asking the core. */
  #isFree(invocation) {
    return !this.running && !this.asksCore && this.guest !== undefined && invocation.payloadLength <= this.payloadLimit;
  }

  /** False if too many other guests are suspended; `drain` is then called when that changes. */
  #hasRoom() {
    return this.core.host_has_room(this.slot) !== 0;
  }

  /** Asks the core: ADMIT_NOW or ADMIT_LATER. Throws the error of an invocation that cannot run. */
  #admit(invocation, atOnce) {
    const { admit } = this;
    const admitted = admit(
      this.slot,
      invocation.operationLength,
      invocation.payloadLength,
      Number(this.running || (atOnce && this.hasPending)),
      Number(atOnce),
    );
    if (admitted !== ADMIT_NOW && admitted !== ADMIT_LATER) throw invocation.locate(this.#takeError(), this.name);
    return this.hasPending ? ADMIT_LATER : admitted;
  }

  /** Makes an invocation pending that cannot begin now. Returns the promise of its response. */
  wait(invocation) {
    this.asksCore = true;
    // No invocation is running: a new instance is needed, or too many other guests are suspended.
    if (!this.running) this.drain();
    return this.enqueue(invocation);
  }

  /** Calls `__guest_call` on the current stack. Returns the response. */
  #call(invocation) {
    const { guest } = this;
    const { guestCall } = guest;
    this.beginCall(guest, invocation, 0);
    let ended;
    try {
      ended = guestCall(invocation.operationLength, invocation.payloadLength) === 0 ? CALL_FAILED : CALL_SUCCEEDED;
    } catch (error) {
      ended = threw(invocation, error);
    }
    return this.endCall(guest, invocation, ended, false);
  }

  /** Begins an invocation in the core. 0 if it must wait: only where it may be suspended. */
  beginCall(guest, invocation, maySuspend) {
    const { callBegins } = this;
    this.running = true;
    guest.invocation = invocation;
    return callBegins(guest.id, invocation.operationLength, invocation.payloadLength, maySuspend);
  }

  /** @param {boolean} onOwnStack true if no caller is on this stack */
  endCall(guest, invocation, ended, onOwnStack) {
    this.running = false;
    const { response } = invocation;
    if (ended === CALL_SUCCEEDED && response !== undefined && !this.asksCore) {
      // No state of an invocation outlives it.
      guest.invocation = undefined;
      return response;
    }
    return this.#endOffFastPath(guest, invocation, ended, onOwnStack);
  }

  /** Ends an invocation that has no new array as its response, or whose port `asksCore`. Throws the invocation's error. */
  #endOffFastPath(guest, invocation, ended, onOwnStack) {
    if (ended === CALL_SUCCEEDED && !this.asksCore && invocation.into?.hasResponse) {
      guest.invocation = undefined;
      return invocation.written(this.name);
    }
    const { callEnded } = this;
    const failed = callEnded(this.slot, ended) !== 0;
    guest.invocation = undefined;
    const error = this.#takeError();
    const { hasPending } = this;
    this.asksCore = hasPending || this.free !== undefined || this.asserts;
    if (this.free !== undefined) this.#freeSoon();
    if (hasPending) {
      if (onOwnStack) this.drainNow();
      else this.drain();
    }
    // Not while the guest was on the stack: listeners of the signal run.
    if (failed && guest.isInterruptible && error?.code === 'WAPC_TIMEOUT') invocation.abort(error);
    if (failed) throw invocation.locate(error, this.name);
    return invocation.response ?? invocation.written(this.name);
  }

  #takeError() {
    const { error, owner } = this;
    this.error = undefined;
    // The core knows of hosts alone.
    const isOfHost = owner !== 'host' && isOwn(error) && error.code === 'WAPC_CLOSED';
    return this.slot === NO_SLOT || isOfHost ? closedError(owner) : error;
  }
}
