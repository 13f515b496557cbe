/** Checks of what callers give. */

import { argumentError } from '../base/error.js';
import { attempt } from '../base/options.js';

/** The methods of a connection that are used here. */
const METHODS = ['publish', 'subscribe', 'flush', 'status', 'closed', 'isClosed'];

/** Throws WAPC_ARGUMENT unless a value looks like a `NatsConnection`. */
export function checkConnection(connection) {
  const isObject = connection !== null && typeof connection === 'object';
  const has = (name) => attempt('connection', () => typeof connection[name] === 'function');
  if (isObject && METHODS.every(has)) return;
  const expected =
    'a connection to NATS, of `connect` of @nats-io/transport-node or of `wsconnect` of @nats-io/nats-core';
  throw argumentError('connection', expected, connection);
}

export function checkTimeout(timeout) {
  if (!(typeof timeout === 'number' && timeout >= 0)) throw argumentError('timeout', 'milliseconds from 0 on', timeout);
}

/** Throws WAPC_ARGUMENT unless a value is undefined or an AbortSignal, by a getter that works on signals only. */
export function checkSignal(signal) {
  try {
    if (signal === undefined || (signal instanceof AbortSignal && typeof signal.aborted === 'boolean')) return;
  } catch {
    // A getter of something that pretends to be one.
  }
  throw argumentError('signal', 'an AbortSignal', signal);
}

/** Reads a whole number from `least` on. Throws WAPC_ARGUMENT. */
export function readCount(what, value, least, otherwise) {
  if (value === undefined) return otherwise;
  if (typeof value === 'number' && value >= least && (Number.isSafeInteger(value) || value === Infinity)) return value;
  throw argumentError(what, `a whole number from ${least} on`, value);
}
