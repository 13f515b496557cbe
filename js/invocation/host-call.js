/**
 * Host calls: the names and the payload are copied out for the caller's callback, and its answer
 * is told to the core, which has checked the ranges (`src/imports/wapc.rs`).
 */

import { copyOut } from '../base/bytes.js';
import { beginWork, isObserved, isWatched } from '../base/observing.js';
import { thenOf, whenSettled } from '../base/payload.js';
import {
  HOST_CALL_FAILED,
  HOST_CALL_NAME_NOT_UTF8,
  HOST_CALL_PENDING,
  HOST_CALL_PROMISE_REFUSED,
} from '../generated/constants.js';

/**
 * True for an `async function`, by its tag: `constructor.name` is whatever a minifier makes of it.
 * @public the core imports it
 */
export function isAsyncFunction(callback) {
  try {
    return Object.prototype.toString.call(callback) === '[object AsyncFunction]';
  } catch {
    // The tag of a caller's function, or a trap of its proxy, may throw.
    return false;
  }
}

/**
 * Asks a callback, for a guest on this thread or in a worker: the length of its answer, which `invocation` keeps, HOST_CALL_FAILED, or
 * what `later` says of an answer that is a promise. Never throws, whatever the callback does and answers.
 * @param {import('./invocation.js').Invocation} invocation
 * @param {{ id: number }} host what the callback sees of the host
 * @param {import('../api/index.js').HostCall} hostCall
 * @param {import('../platform/platform.js').Scope | undefined} scope where it is called; undefined is here
 * @param {(asker: unknown, invocation: object, answer: unknown, then: Function, ...names: string[]) => number} later
 * @param {unknown} asker handed to `later`
 */
export function ask(invocation, host, hostCall, scope, later, asker, binding, namespace, operation, payload) {
  const call = isWatched && isObserved('hostcall') ? askObserved : askNow;
  return call(invocation, host, hostCall, scope, later, asker, binding, namespace, operation, payload);
}

function askNow(invocation, host, hostCall, scope, later, asker, binding, namespace, operation, payload) {
  try {
    const context = invocation.contextOf(host, later !== refusePromise);
    const answer =
      scope === undefined
        ? hostCall(binding, namespace, operation, payload, context)
        : scope.runInAsyncScope(hostCall, undefined, binding, namespace, operation, payload, context);
    if (invocation.takeBytes(answer)) return invocation.answerLength;
    const then = thenOf(answer);
    if (then !== undefined) return later(asker, invocation, answer, then, binding, namespace, operation);
    return invocation.blame(invocation.accept(answer), binding, namespace, operation);
  } catch (error) {
    return invocation.blame(invocation.fail(error), binding, namespace, operation);
  }
}

/** The same as `ask`, which observers are told of: now, or when the answer has come (`whenAnswered`). */
function askObserved(invocation, host, hostCall, scope, later, asker, binding, namespace, operation, payload) {
  const guest = invocation.event?.guest ?? invocation.owner?.name;
  const fields = { guest, host: host.id, invocation: invocation.id, operation, binding, namespace };
  const work = beginWork('hostcall', { ...fields, bytesIn: payload.length });
  invocation.answered = (called) => {
    invocation.answered = undefined;
    if (called === HOST_CALL_FAILED) work.fail(invocation.failure.error);
    else work.end((event) => (event.bytesOut = invocation.answerLength));
  };
  return work.run(() => {
    const called = askNow(invocation, host, hostCall, scope, later, asker, binding, namespace, operation, payload);
    if (called !== HOST_CALL_PENDING) invocation.answered?.(called);
    return called;
  });
}

/**
 * Waits for the promise that a host callback answered with: `settled` is called with a function that takes in what it came
 * to, and answers as `ask` does.
 */
export function whenAnswered(invocation, answer, then, binding, namespace, operation, settled) {
  whenSettled(
    answer,
    then,
    (value) =>
      settled(() => told(invocation, invocation.blame(invocation.accept(value), binding, namespace, operation))),
    (error) => settled(() => told(invocation, invocation.blame(invocation.fail(error), binding, namespace, operation))),
  );
}

/** Tells observers, if there are any, what a host call came to. Returns that. */
function told(invocation, called) {
  invocation.answered?.(called);
  return called;
}

/**
 * Calls the host callback of `guest`. What comes back is a length of bytes, or one of the states above.
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
    payload = copyOut(view, ptr, len);
  } catch (error) {
    // Anything but a decoder's TypeError says that the engine has no memory, which is not the name's fault.
    return error instanceof TypeError ? HOST_CALL_NAME_NOT_UTF8 : invocation.fail(error);
  }
  return ask(
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

/** The callback of a host that was given none. */
export function refuse(binding, namespace, operation) {
  throw new Error(
    `no hostCall was given to answer binding '${binding}', namespace '${namespace}', operation '${operation}'`,
  );
}

/** Nobody will look at the promise: without a handler its rejection would end a Node process. */
function refusePromise(guest, invocation, answer, then, binding, namespace, operation) {
  const ignore = () => {};
  invocation.failure = { error: undefined, hostCall: { binding, namespace, operation } };
  whenSettled(answer, then, ignore, ignore);
  return HOST_CALL_PROMISE_REFUSED;
}

/** The guest waits for the promise. */
function suspend(guest, invocation, answer, then, binding, namespace, operation) {
  const settled = (outcome) => settle(guest, invocation, outcome);
  whenAnswered(invocation, answer, then, binding, namespace, operation, settled);
  // Not before: a promise that can't be waited for has thrown by now.
  guest.suspension.begin();
  return HOST_CALL_PENDING;
}

function settle(guest, invocation, outcome) {
  // An invocation that was stopped meanwhile has nobody left to answer.
  if (guest.invocation !== invocation) return;
  const { hostCallSettled } = guest;
  const resume = guest.suspension.taken();
  resume?.(hostCallSettled(guest.id, outcome()));
}
