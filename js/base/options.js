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
 * @param {string} [others] names of fields that belong elsewhere
 * @param {string} [elsewhere] says where, at the end of an error message
 */
export function readFields(what, object, names, others = '', elsewhere = '') {
  const fields = { __proto__: null };
  if (object === undefined) return fields;
  if (object === null || typeof object !== 'object') throw argumentError(what, 'an object', object);
  const known = names.split(',');
  const other = attempt(what, () => Object.keys(object)).find((name) => !known.includes(name));
  if (other !== undefined) {
    const hint = others.split(',').includes(other) ? elsewhere : suggestion(other, known);
    throw new WapcError('WAPC_ARGUMENT', `${what}: expected only ${known.join(', ')}, got \`${other}\`${hint}`);
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

/** The name that was meant by a misspelt one, as the end of an error message; empty where none is near. */
function suggestion(misspelt, names) {
  const most = Math.min(2, Math.floor(misspelt.length / 3));
  const near = names.filter((name) => distance(misspelt.slice(0, 32).toLowerCase(), name.toLowerCase()) <= most);
  return near.length === 0 ? '' : `; did you mean \`${near[0]}\`?`;
}

/** How many letters have to be inserted, removed or exchanged to make one text of the other. */
function distance(from, to) {
  let last = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let row = 1; row <= from.length; row++) {
    const next = [row];
    for (let column = 1; column <= to.length; column++) {
      const exchanged = last[column - 1] + Number(from[row - 1] !== to[column - 1]);
      next.push(Math.min(exchanged, last[column] + 1, next[column - 1] + 1));
    }
    last = next;
  }
  return last[to.length];
}
