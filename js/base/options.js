/**
 * Reads objects of options. Each property is read once, here, inside one `try`: getters and proxy traps of the caller
 * then never run inside the core, whose frames they would unwind, and cannot return a different value on a second read.
 */

import { LIMITS } from '../generated/constants.js';
import { WapcError, argumentError, messageOf } from './error.js';

/**
 * The properties of an options object as a plain object without getters; empty for undefined. Throws WAPC_ARGUMENT if
 * the value is not an object, has an unknown property, or throws while it is read: that error is the `cause`.
 * @param {string} what name of the object in errors: `options`, or the option's name
 * @param {unknown} object
 * @param {string} names of the known properties, separated by commas
 * @param {string} [others] names of properties that belong elsewhere
 * @param {string} [elsewhere] end of the error message for those, which says where they belong
 */
export function readFields(what, object, names, others = '', elsewhere = '') {
  const fields = { __proto__: null };
  if (object === undefined) return fields;
  requireObject(what, object);
  const known = names.split(',');
  requireNames(what, object, known, others, elsewhere);
  for (const name of known) {
    fields[name] = attempt(what === 'options' ? name : `${what}.${name}`, () => object[name]);
  }
  return fields;
}

/** Throws WAPC_ARGUMENT if the value is not an object. */
export function requireObject(what, object) {
  if (object === null || typeof object !== 'object') throw argumentError(what, 'an object', object);
}

/**
 * Throws WAPC_ARGUMENT if an object has another property than the `known` ones. The other parameters are those of
 * `readFields`.
 */
export function requireNames(what, object, known, others = '', elsewhere = '') {
  let other;
  try {
    // `Object.keys`, which takes several times as long, is called only where an unknown name may be an inherited one.
    for (const name in object) {
      if (isAmong(known, name)) continue;
      // A signal in place of `{ signal }` has inherited names alone, and would be as good as nothing.
      other = unknownOf(object, known) ?? ('aborted' in object ? 'aborted' : undefined);
      break;
    }
  } catch (error) {
    throw unreadable(what, error);
  }
  if (other === undefined) return;
  const hint = others.split(',').includes(other)
    ? elsewhere
    : didYouMean(other === 'aborted' ? 'signal' : meant(other, known));
  throw new WapcError('WAPC_ARGUMENT', `${what}: expected only ${known.join(', ')}, got \`${other}\`${hint}`);
}

/** `names.includes(name)`: a loop takes less time for a few names. */
function isAmong(names, name) {
  for (let i = 0; i < names.length; i++) if (names[i] === name) return true;
  return false;
}

/** The first property of an object, not inherited, that is not `known`. */
const unknownOf = (object, known) => Object.keys(object).find((own) => !known.includes(own));

/** Runs `read`, which reads a value of the caller. Throws WAPC_ARGUMENT, with what was thrown as its `cause`. */
export function attempt(what, read) {
  try {
    return read();
  } catch (error) {
    throw unreadable(what, error);
  }
}

/** The WAPC_ARGUMENT error of a value that throws `cause` while it is read. */
export const unreadable = (what, cause) =>
  new WapcError('WAPC_ARGUMENT', `${what}: it could not be read: ${messageOf(cause)}`, { cause });

/** A hint as the end of an error message; empty if `name` is undefined. */
const didYouMean = (name) => (name === undefined ? '' : `; did you mean \`${name}\`?`);

/** The option that was meant by a name that is none; undefined if none is similar. */
function meant(name, known) {
  // Names of `limits` are often given one level too high.
  if (known.includes('limits') && LIMITS.includes(name)) return `limits.${name}`;
  if (known.includes('size') && name === 'max') return 'size';
  const most = Math.min(2, Math.floor(name.length / 3));
  return known.find((other) => distance(name.slice(0, 32).toLowerCase(), other.toLowerCase()) <= most);
}

/** Edit distance: the number of letters to insert, remove or replace. */
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
