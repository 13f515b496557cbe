/** Checks of what `serve` is given. */

import { argumentError } from '../base/error.js';
import { attempt, readFields } from '../base/options.js';
import { readCount } from './checks.js';
import { readName, readVersion } from './names.js';

const OPTIONS = 'name,version,description,queue,prefix,maxInFlight,authorize,context,data';
const DEFAULT_IN_FLIGHT = 1_000;

/** Reads the options of `serve`, each once. Throws WAPC_ARGUMENT. */
export function readOptions(options) {
  const {
    name,
    version,
    description = '',
    queue = 'q',
    prefix = 'wapc',
    maxInFlight,
    authorize,
    context,
    data,
  } = readFields('options', options, OPTIONS);
  if (typeof description !== 'string') throw argumentError('description', 'a string', description);
  for (const [what, value] of Object.entries({ authorize, context, data })) {
    if (value !== undefined && typeof value !== 'function') throw argumentError(what, 'a function', value);
  }
  return {
    name: readName('name', name),
    version: readVersion(version),
    description,
    queue: readName('queue', queue),
    prefix: readName('prefix', prefix),
    maxInFlight: readCount('maxInFlight', maxInFlight, 1, DEFAULT_IN_FLIGHT),
    authorize,
    context,
    data,
  };
}

/** Throws WAPC_ARGUMENT unless a value has an `invoke`, as pools, hosts and what `remote` returns have. */
export function checkGuest(guest) {
  const isGuest =
    guest !== null && typeof guest === 'object' && attempt('guest', () => typeof guest.invoke === 'function');
  if (!isGuest) throw argumentError('guest', 'a WapcPool, a WapcHost or what `remote` returns', guest);
}
