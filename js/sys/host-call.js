/**
 * What a guest asks of its host: the names and the payload are copied out for the caller's callback, and what that comes to
 * is told to the core, which has checked the ranges (`src/imports/wapc.rs`).
 */

import { copyOut } from '../bytes.js';

/** What a host call came to, where it is not the length of an answer in bytes; `src/imports/wapc.rs` has the same. */
const FAILED = -1;
const PENDING = -2;
const PROMISE_REFUSED = -3;
const NAME_NOT_UTF8 = -4;

/** By its tag: `constructor.name` is whatever a minifier makes of it. */
export function isAsyncFunction(callback) {
  return Object.prototype.toString.call(callback) === '[object AsyncFunction]';
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
  const { exchange, hostCall, scope } = guest;
  let view, binding, namespace, operation;
  try {
    view = guest.bytes(
      Math.max(bindingPtr + bindingLen, namespacePtr + namespaceLen, operationPtr + operationLen, ptr + len),
    );
    binding = guest.binding.read(view, bindingPtr, bindingLen);
    namespace = guest.namespace.read(view, namespacePtr, namespaceLen);
    operation = guest.operation.read(view, operationPtr, operationLen);
  } catch (error) {
    // Anything but a decoder's TypeError is the stack's end, which is not the name's fault.
    return error instanceof TypeError ? NAME_NOT_UTF8 : failed(exchange, error);
  }
  try {
    const payload = copyOut(view, ptr, len);
    const context = exchange.contextOf(guest.host);
    const answer =
      scope === undefined
        ? hostCall(binding, namespace, operation, payload, context)
        : scope.runInAsyncScope(hostCall, undefined, binding, namespace, operation, payload, context);
    if (answer instanceof Uint8Array) {
      exchange.answer = answer;
      return answer.length;
    }
    if (typeof answer?.then === 'function') return maySuspend ? later(guest, exchange, answer) : refused(answer);
    return exchange.accept(answer);
  } catch (error) {
    return failed(exchange, error);
  }
}

/** The callback of a host that was given none. */
export function refuse(binding, namespace, operation) {
  throw new Error(
    `no hostCall was given to answer binding '${binding}', namespace '${namespace}', operation '${operation}'`,
  );
}

/** Nobody will look at the promise: without a handler its rejection would end a Node process. */
function refused(answer) {
  Promise.resolve(answer).catch(() => {});
  return PROMISE_REFUSED;
}

function later(guest, exchange, answer) {
  guest.suspension.begin();
  Promise.resolve(answer).then(
    (value) => settle(guest, exchange, () => accepted(exchange, value)),
    (error) => settle(guest, exchange, () => failed(exchange, error)),
  );
  return PENDING;
}

function settle(guest, exchange, outcome) {
  // An invocation that was stopped meanwhile has nobody left to answer.
  if (guest.exchange !== exchange) return;
  const { hostCallSettled } = guest;
  const resume = guest.suspension.taken();
  resume?.(hostCallSettled(guest.id, outcome()));
}

/** The callback answered: the length in bytes, or that it failed where that is no answer. */
function accepted(exchange, answer) {
  try {
    return exchange.accept(answer);
  } catch (error) {
    return failed(exchange, error);
  }
}

function failed(exchange, error) {
  exchange.fail(error);
  return FAILED;
}
