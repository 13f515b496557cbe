/**
 * Objects of options that callers pass in. Each is read here, once and inside one `try`: its getters, and the traps of a
 * proxy, never run inside the core, whose frames they would unwind, and cannot answer a second time with something else.
 */

import { WapcError, argumentError, messageOf } from './error.js';

/**
 * The fields of an object of options, as an object of our own without getters; none for undefined.
 * Throws WAPC_ARGUMENT for what is no object, has a field of another name, or throws where it is read: that is the `cause`.
 * @param {string} what the object is in errors: `options`, or the name of the option that it is
 * @param {unknown} object
 * @param {string} names of the fields, separated by commas
 */
export function readFields(what, object, names) {
  const fields = { __proto__: null };
  if (object === undefined) return fields;
  if (object === null || typeof object !== 'object') throw argumentError(what, 'an object', object);
  const known = names.split(',');
  const other = attempt(what, () => Object.keys(object)).find((name) => !known.includes(name));
  if (other !== undefined) {
    throw new WapcError('WAPC_ARGUMENT', `${what}: expected only ${known.join(', ')}, got \`${other}\``);
  }
  for (const name of known) {
    fields[name] = attempt(what === 'options' ? name : `${what}.${name}`, () => object[name]);
  }
  return fields;
}

function attempt(what, read) {
  try {
    return read();
  } catch (error) {
    throw new WapcError('WAPC_ARGUMENT', `${what}: it could not be read: ${messageOf(error)}`, { cause: error });
  }
}
