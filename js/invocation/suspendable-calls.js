/**
 * The invocations of one host whose guest's stack can be suspended: by the engine, on a new stack or one that was kept from
 * an earlier invocation (`coroutine.js`), or by the guest itself (`asyncify.js`).
 */

import { beginAt, callSiteOf, hasFrames, rejectionOf } from '../base/call-site.js';
import { platform } from '../platform/platform.js';
import { idleCoroutine } from './coroutine.js';
import { returned, threw } from './stack.js';

export class SuspendableCalls {
  #port;
  /** The coroutine that was given an invocation which has not begun. */
  #coroutine;

  /** @param {import('./port.js').Port} port of the host */
  constructor(port) {
    this.#port = port;
  }

  /** Runs an invocation on a suspendable stack. Resolves with the response. */
  run(invocation) {
    const port = this.#port;
    const { guest } = port;
    // A guest that was suspended last time probably will be again: it gains nothing from a kept stack.
    const coroutine = guest.isSteady ? idleCoroutine(guest) : undefined;
    if (coroutine === undefined) return this.#call(invocation);
    port.running = true;
    this.#coroutine = coroutine;
    invocation.queue();
    coroutine.give(this, invocation);
    return invocation.promise;
  }

  /** Called by a coroutine that begins an invocation: the guest to call, or undefined if the invocation must wait. */
  takeUp(invocation) {
    const { guest } = this.#port;
    this.#coroutine = undefined;
    try {
      if (!this.#begin(guest, invocation)) return undefined;
    } catch (error) {
      invocation.reject(error);
      return undefined;
    }
    guest.scope = invocation.scope;
    return guest;
  }

  /** Called by a coroutine: the guest's call has ended, with one of CALL_*. */
  endTaken(guest, invocation, ended) {
    guest.scope = undefined;
    try {
      invocation.resolve(this.#end(guest, invocation, ended));
    } catch (error) {
      invocation.reject(error);
    }
  }

  /** The invocation that a coroutine was given, and that has not begun; undefined if there is none. */
  get given() {
    return this.#coroutine?.invocation;
  }

  /** Rejects that invocation with `reason`. */
  rejectGiven(reason) {
    const port = this.#port;
    const invocation = this.#coroutine.takeBack();
    this.#coroutine = undefined;
    port.running = false;
    port.refuse(invocation, reason);
  }

  /** Calls `__guest_call` on a new suspendable stack. Resolves with the response. */
  #call(invocation) {
    const { guest } = this.#port;
    const { asyncify } = guest.suspension;
    if (asyncify !== undefined) return this.#callAsyncified(asyncify, invocation);
    invocation.keepCallSiteUnlessV8();
    if (!this.#begin(guest, invocation)) return invocation.promise;
    const called = guest.callPromising(invocation.operationLength, invocation.payloadLength);
    return this.#whenEnded(guest, invocation, called);
  }

  /** Calls a guest that suspends itself: on the current stack until it does. Resolves with the response. */
  #callAsyncified(asyncify, invocation) {
    const { guest } = this.#port;
    const { guestCall } = guest;
    if (!this.#begin(guest, invocation)) return invocation.promise;
    let ended;
    try {
      const result = asyncify.run(() => guestCall(invocation.operationLength, invocation.payloadLength));
      if (result instanceof Promise) {
        invocation.keepCallSiteUnlessV8();
        return this.#whenEnded(guest, invocation, result);
      }
      ended = returned(result);
    } catch (error) {
      ended = threw(invocation, error);
    }
    guest.suspension.end();
    return Promise.resolve(this.#port.endCall(guest, invocation, ended, false));
  }

  /** The response of a guest that may be suspended, once `called` has settled. */
  #whenEnded(guest, invocation, called) {
    const fulfilled = (result) => this.#endInReaction(guest, invocation, returned(result), fulfilled);
    const rejected = (error) => this.#endInReaction(guest, invocation, threw(invocation, error), rejected);
    const response = called.then(fulfilled, rejected);
    invocation.promise ??= response;
    return response;
  }

  /**
   * Ends an invocation in the `reaction` to its guest's end. Returns the response, or throws the error: later invocations
   * settle after it. An invocation that neither waited nor was suspended may end before its caller awaits it: its error
   * goes through further reactions (`rejectionOf`), unless V8 finds its caller from this one.
   */
  #endInReaction(guest, invocation, ended, reaction) {
    const endsAtOnce = !guest.suspension.wasNeeded && invocation.resolve === undefined;
    try {
      return this.#end(guest, invocation, ended);
    } catch (error) {
      const callSite = callSiteOf(reaction);
      // Other engines: the call site was kept before (`keepCallSiteUnlessV8`).
      if (endsAtOnce && platform.isV8 && !hasFrames(callSite)) return rejectionOf(error);
      throw beginAt(error, callSite);
    }
  }

  #end(guest, invocation, ended) {
    guest.isSteady = !guest.suspension.wasNeeded;
    // First: pending invocations may be suspended as soon as this one has ended.
    guest.suspension.end();
    return this.#port.endCall(guest, invocation, ended, true);
  }

  /** Begins an invocation. False if too many guests are suspended, so that it must wait. */
  #begin(guest, invocation) {
    const port = this.#port;
    if (port.beginCall(guest, invocation, 1) !== 0) {
      guest.suspension.startClock();
      if (port.isInterruptible || guest.timeout !== undefined) invocation.endBy(guest.suspension.deadline);
      return true;
    }
    port.running = false;
    guest.invocation = undefined;
    port.wait(invocation);
    return false;
  }
}
