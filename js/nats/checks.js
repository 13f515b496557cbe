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

/** Reads a whole number from `least` on. Throws WAPC_ARGUMENT. */
export function readCount(what, value, least, otherwise) {
  if (value === undefined) return otherwise;
  if (typeof value === 'number' && value >= least && (Number.isSafeInteger(value) || value === Infinity)) return value;
  throw argumentError(what, `a whole number from ${least} on`, value);
}
