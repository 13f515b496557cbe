/**
 * Host calls: copies the names and the payload out of guest memory, calls the host callback, and returns its result to
 * the core, which has checked the ranges (`src/imports/wapc.rs`).
 */

import { viewOut } from '../base/bytes.js';
import { WapcError } from '../base/error.js';
import { atNextTurn } from '../base/next-turn.js';
import { beginWork, isObserved, isWatched } from '../base/observing.js';
import { thenOf, whenSettled } from '../base/payload.js';
import {
  HOST_CALL_FAILED,
  HOST_CALL_NAME_NOT_UTF8,
  HOST_CALL_PENDING,
  HOST_CALL_PROMISE_REFUSED,
} from '../generated/constants.js';
import { isLate } from './time-limit.js';
import { mustWait } from './turn-due.js';

/**
 * Calls a host callback, for a guest on this thread or in a worker. Returns the length of the answer, which
 * `invocation` keeps; HOST_CALL_FAILED; or, if the answer is a promise, the result of `onPromise`. Never throws, whatever
 * the callback does.
 * @param {import('./invocation.js').Invocation} invocation
 * @param {{ id: number }} host the host as the callback sees it
 * @param {import('../api/index.js').HostCall} hostCall
 * @param {import('../platform/platform.js').Scope | undefined} scope to call it in; undefined for the current one
 * @param {(receiver: unknown, invocation: object, answer: unknown, then: Function, ...names: string[]) => number} onPromise
 * @param {unknown} receiver passed to `onPromise`
 */
export function callCallback(
  invocation,
  host,
  hostCall,
  scope,
  onPromise,
  receiver,
  binding,
  namespace,
  operation,
  payload,
) {
  const call = isWatched && isObserved('hostcall') ? callObserved : callNow;
  return call(invocation, host, hostCall, scope, onPromise, receiver, binding, namespace, operation, payload);
}

function callNow(invocation, host, hostCall, scope, onPromise, receiver, binding, namespace, operation, payload) {
  try {
    const context = invocation.contextOf(host, onPromise !== refusePromise);
    const answer =
      scope === undefined
        ? hostCall(binding, namespace, operation, payload, context)
        : scope.runInAsyncScope(hostCall, undefined, binding, namespace, operation, payload, context);
    if (invocation.takeBytes(answer)) return invocation.answerLength;
    const then = thenOf(answer);
    if (then !== undefined) return onPromise(receiver, invocation, answer, then, binding, namespace, operation);
    return invocation.noteFailedCall(invocation.accept(answer), binding, namespace, operation);
  } catch (error) {
    return invocation.noteFailedCall(invocation.fail(error), binding, namespace, operation);
  }
}

/** The error of a host call whose promise is refused, for observers. That of its invocation, which the core makes, says why. */
const refusedError = () => new WapcError('WAPC_ASYNC', 'the promise cannot be awaited');

/** Like `callNow`, and reports the host call to observers: at once, or when its promise has settled (`whenAnswered`). */
function callObserved(invocation, host, hostCall, scope, onPromise, receiver, binding, namespace, operation, payload) {
  const guest = invocation.event?.guest ?? invocation.owner?.name;
  const fields = { guest, host: host.id, invocation: invocation.id, operation, binding, namespace };
  const work = beginWork('hostcall', { ...fields, bytesIn: payload.length });
  invocation.answered = (called) => {
    invocation.answered = undefined;
    if (called === HOST_CALL_FAILED) work.fail(invocation.failure.error);
    else if (called === HOST_CALL_PROMISE_REFUSED) work.fail(refusedError());
    else work.end((event) => (event.bytesOut = called));
  };
  const act = () => {
    const called = callNow(
      invocation,
      host,
      hostCall,
      undefined,
      onPromise,
      receiver,
      binding,
      namespace,
      operation,
      payload,
    );
    if (called !== HOST_CALL_PENDING) invocation.answered?.(called);
    return called;
  };
  // Subscribers see the stores of the invocation, and the callback those that they bind: both in one scope.
  return scope === undefined ? work.run(act) : scope.runInAsyncScope(work.run, work, act);
}

/**
 * Waits for the promise that a host callback returned. Calls `settled` with a function that records the outcome and
 * returns what `callCallback` would.
 */
export function whenAnswered(invocation, answer, then, binding, namespace, operation, settled) {
  whenSettled(
    answer,
    then,
    (value) =>
      settled(() =>
        reported(invocation, invocation.noteFailedCall(invocation.accept(value), binding, namespace, operation)),
      ),
    (error) =>
      settled(() =>
        reported(invocation, invocation.noteFailedCall(invocation.fail(error), binding, namespace, operation)),
      ),
  );
}

/** Reports the result of a host call to observers, if there are any. Returns the result. */
function reported(invocation, called) {
  invocation.answered?.(called);
  return called;
}

/**
 * Calls the host callback of `guest`. Returns the length of the answer in bytes, or one of the HOST_CALL constants.
 * @param {import('./guest.js').Guest} guest
 */
export function callHost(
  guest,
  bindingPtr,
  bindingLen,
  namespacePtr,
  namespaceLen,
  operationPtr,
  operationLen,
  ptr,
  len,
  maySuspend,
) {
  const { invocation, host, hostCall, scope } = guest;
  let binding, namespace, operation, payload;
  try {
    const view = guest.bytes(
      Math.max(bindingPtr + bindingLen, namespacePtr + namespaceLen, operationPtr + operationLen, ptr + len),
    );
    binding = guest.binding.read(view, bindingPtr, bindingLen);
    namespace = guest.namespace.read(view, namespacePtr, namespaceLen);
    operation = guest.operation.read(view, operationPtr, operationLen);
    payload = guest.viewsPayloads ? viewOut(view, ptr, len) : guest.payloads.copyOut(view, ptr, len);
  } catch (error) {
    // Only a decoder throws TypeError, whose class may be of another realm, as in jest. Any other error means that the engine
    // is out of memory, which is not the name's fault.
    return error.name === 'TypeError' ? HOST_CALL_NAME_NOT_UTF8 : invocation.fail(error);
  }
  return callCallback(
    invocation,
    host,
    hostCall,
    scope,
    maySuspend ? suspend : refusePromise,
    guest,
    binding,
    namespace,
    operation,
    payload,
  );
}

/** The default callback of a host that was given none. */
export function refuse(binding, namespace, operation) {
  throw new Error(
    `no hostCall was given to answer binding '${binding}', namespace '${namespace}', operation '${operation}'`,
  );
}

const ignore = () => {};

/** Ignores how a promise settles: without a handler, a rejection would end a Node process. */
const ignoreSettlement = (answer, then) => whenSettled(answer, then, ignore, ignore);

/** Refuses a promise. */
function refusePromise(guest, invocation, answer, then, binding, namespace, operation) {
  invocation.failure = { error: undefined, hostCall: { binding, namespace, operation } };
  ignoreSettlement(answer, then);
  return HOST_CALL_PROMISE_REFUSED;
}

/** Suspends the guest until the promise settles. */
function suspend(guest, invocation, answer, then, binding, namespace, operation) {
  const settled = (outcome) => settle(guest, invocation, outcome);
  try {
    guest.suspension.prepare();
  } catch (error) {
    ignoreSettlement(answer, then);
    throw error;
  }
  whenAnswered(invocation, answer, then, binding, namespace, operation, settled);
  // After `whenAnswered`, which throws for a thenable that cannot be awaited.
  guest.suspension.begin();
  return HOST_CALL_PENDING;
}

/** Goes on with a guest whose host call was answered, now or at the next turn of the event loop. */
function settle(guest, invocation, outcome) {
  if (mustWait(invocation)) atNextTurn(() => goOn(guest, invocation, outcome));
  else goOn(guest, invocation, outcome);
}

function goOn(guest, invocation, outcome) {
  // The invocation was stopped meanwhile: the guest does not wait any more. Observers are told what has become of the call.
  if (guest.invocation !== invocation) {
    if (invocation.answered !== undefined) outcome();
    return;
  }
  const { hostCallSettled } = guest;
  const called = outcome();
  // The deadline may have caused this failure: the guest ends instead of seeing it.
  if (called === HOST_CALL_FAILED && isLate(guest)) return guest.core.instance_time_out(guest.id);
  const resume = guest.suspension.taken();
  resume?.(hostCallSettled(guest.id, called));
}
