/** Checks of the options `signal`, `timeout` and `from`, which several functions take. */

import { argumentError } from './error.js';

/** Throws WAPC_ARGUMENT unless a value is undefined or an AbortSignal. */
export function checkSignal(signal) {
  if (signal !== undefined && !isSignal(signal)) throw argumentError('signal', 'an AbortSignal', signal);
}

/** True for an AbortSignal of any realm. Reads a getter that works on signals only: any object can have the prototype. */
function isSignal(signal) {
  try {
    return typeof Reflect.get(AbortSignal.prototype, 'aborted', signal) === 'boolean';
  } catch {
    return false;
  }
}

/**
 * Throws the reason of a signal that is aborted. Calls the platform's own method, as `onAbort` does: a signal may have others
 * of that name, which throw something else.
 * @param {AbortSignal} signal
 */
export const throwIfAborted = (signal) => AbortSignal.prototype.throwIfAborted.call(signal);

/** Throws WAPC_ARGUMENT unless a value is undefined or milliseconds from 0 on. */
export function checkTimeout(timeout) {
  if (timeout !== undefined && !(typeof timeout === 'number' && timeout >= 0)) {
    throw argumentError('timeout', 'milliseconds from 0 on', timeout);
  }
}

/**
 * Property of the contexts of host calls: true while the answer may be awaited. A registered symbol: other copies of this
 * package, such as `wapc-host/nats`, read it.
 */
export const IS_AWAITED = Symbol.for('wapc-host.isAwaited');

/**
 * Reads a `HostCallContext` of this copy of the package or of another one: its signal, the `context` of its invocation, and
 * whether its host call still awaits the answer. Throws WAPC_ARGUMENT.
 */
export function readHostCallContext(from) {
  try {
    const { signal, invocation, [IS_AWAITED]: isAwaited } = /** @type {any} */ (from);
    if (isSignal(signal)) return { signal, context: invocation.context, isAwaited };
  } catch {
    // A getter threw, or the value has no properties.
  }
  throw argumentError('from', 'the context of a host call', from);
}
