/**
 * Chains of invocations. An invocation that is made for a host call (`InvokeOptions.from`) is a child of the invocation
 * that the host call belongs to: it inherits signal and context, and fails instead of waiting for itself (`blocked.js`).
 */

import { readHostCallContext, throwIfAborted } from '../base/checks.js';
import { endedError, forAnother } from '../base/error.js';
import { leaveQueue } from './blocked.js';
import { callingGuest } from './calling-guests.js';
import { abortReason, invocationBehind } from './context.js';
import { onAbort } from './signals.js';
import { limitError } from './time-limit.js';

/**
 * Makes an invocation a child of the one that `from` belongs to. `context` is the invocation's own, if it was given
 * one. Returns a function for when the invocation has ended. Throws WAPC_ARGUMENT if `from` is no host call, or one
 * that has ended, and the reason if its signal was aborted.
 * @param {any} invocation an `Invocation`; only those of a chain have `parent` and `children`
 * @param {unknown} from
 * @param {unknown} context
 * @param {((reason: unknown) => void) | undefined} abort ends the invocation; called if the parent is aborted. Undefined
 * for a synchronous one, which only its callbacks can end
 * @returns {() => void}
 */
export function joinChain(invocation, from, context, abort) {
  const parent = invocationBehind(from);
  if (parent === undefined) return joinForeign(invocation, from, context, abort);
  const aborted = abortReason(parent);
  if (aborted !== undefined) throw forAnother(aborted.reason);
  const guest = callingGuest(parent);
  if (guest === undefined) throw endedError();
  inheritTime(invocation, parent, guest);
  invocation.setContext(context === undefined ? parent.context : context);
  invocation.parent = parent;
  if (abort === undefined) {
    // Synchronous children of one invocation lie inside each other on the stack: the last one ends first.
    invocation.outerSyncChild = parent.syncChild;
    parent.syncChild = invocation;
    return () => void (parent.syncChild = invocation.outerSyncChild);
  }
  parent.children ??= new Map();
  parent.children.set(invocation, abort);
  return () => {
    leaveQueue(invocation);
    parent.children.delete(invocation);
  };
}

/** Lets an invocation end when its parent has to: while it keeps this thread busy, no timer of its parent's runs. */
function inheritTime(invocation, parent, guest) {
  const { endsAt = Infinity, overdue } = parent;
  // Read now, as its limits below: the guest may run another invocation when the error is made.
  const { deadline } = guest;
  if (endsAt <= deadline) {
    if (endsAt < Infinity) invocation.endAt(endsAt, overdue);
  } else {
    const { startLimit, timeout } = guest;
    invocation.endAt(deadline, () => limitError(parent, startLimit, timeout));
  }
}

/** Like `joinChain`, for the context of another copy of this package, which has a public half alone. */
function joinForeign(invocation, from, context, abort) {
  const { signal, context: inherited, isAwaited } = readHostCallContext(from);
  throwIfAborted(signal);
  if (isAwaited === false) throw endedError();
  invocation.setContext(context === undefined ? inherited : context);
  return abort === undefined ? () => {} : onAbort(signal, abort);
}

/** True for `PassedOn` options. */
export let isPassedOn;

/**
 * Options of an invocation that a route passes a host call on with. `signal` and `context`, which `from` has as well,
 * are for targets that do not know it; they are getters, since creating a signal takes longer than many an invocation.
 */
export class PassedOn {
  #isOurs;

  static {
    isPassedOn = (options) => typeof options === 'object' && options !== null && #isOurs in options;
  }

  /** @param {import('../api/index.js').HostCallContext} from */
  constructor(from) {
    this.from = from;
  }

  get signal() {
    return this.from.signal;
  }

  get context() {
    return this.from.invocation.context;
  }
}
