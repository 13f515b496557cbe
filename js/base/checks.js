/** Checks of the options `signal` and `timeout`, which several functions take. */

import { argumentError } from './error.js';

/** Throws WAPC_ARGUMENT unless a value is undefined or an AbortSignal. */
export function checkSignal(signal) {
  if (signal !== undefined && !isSignal(signal)) throw argumentError('signal', 'an AbortSignal', signal);
}

/** True for an AbortSignal of any realm. Reads a getter that works on signals only: any object can have the prototype. */
export function isSignal(signal) {
  try {
    const aborted =
      signal instanceof AbortSignal ? signal.aborted : Reflect.get(AbortSignal.prototype, 'aborted', signal);
    return typeof aborted === 'boolean';
  } catch {
    return false;
  }
}

/** Throws WAPC_ARGUMENT unless a value is undefined or milliseconds from 0 on. */
export function checkTimeout(timeout) {
  if (timeout !== undefined && !(typeof timeout === 'number' && timeout >= 0)) {
    throw argumentError('timeout', 'milliseconds from 0 on', timeout);
  }
}
