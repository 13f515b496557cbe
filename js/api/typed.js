/** `typed`: guests whose operations TypeScript knows. */

import { argumentError } from '../base/error.js';

/**
 * Returns its argument, typed: its `call` knows the guest's operations. Throws WAPC_ARGUMENT if it has no `call`.
 */
export function typed(guest) {
  const hasCall = guest !== null && typeof guest === 'object' && typeof guest.call === 'function';
  if (!hasCall) throw argumentError('guest', 'a host, a pool or a pooled host', guest);
  return guest;
}
