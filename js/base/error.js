/** `WapcError.#locate`, which is no part of the public class. */
export let locate;

/**
 * True for an error of this copy of the package. Nothing of a caller's runs.
 * @type {(value: unknown) => value is WapcError}
 */
export let isOwn;

/** Adds an own enumerable property, where that is possible. */
const add = (object, name, value) =>
  void Reflect.defineProperty(object, name, { value, enumerable: true, configurable: true, writable: true });

/**
 * Every error of this package: match on `code`, read `cause` for what lies behind it. `code`, and what locates the error, are
 * own enumerable properties, which are seen where errors are printed.
 */
export class WapcError extends Error {
  #isOurs;

  static {
    isOwn = /** @type {typeof isOwn} */ ((value) => typeof value === 'object' && value !== null && #isOurs in value);
    locate = (error, guest, operation, hostCall) => this.#locate(error, guest, operation, hostCall);
    // Written out, since bundlers rename classes.
    Object.defineProperty(this.prototype, 'name', { value: 'WapcError', configurable: true, writable: true });
  }

  /**
   * @param {string} code one of `WapcErrorCode`
   * @param {string} message
   * @param {{ cause?: unknown }} [options] `cause` is kept as it is, whatever was thrown
   */
  constructor(code, message, options) {
    super(message, options);
    this.code = code;
  }

  /**
   * Adds the place of an error: the guest's name, if it has one, the operation that was invoked, and the host call that had
   * failed, if one did. Nothing is added to what is not one of ours, or has its place already; nothing of the caller's runs.
   * Returns the error.
   * @template E
   * @param {E} error
   * @param {string | undefined} guest
   * @param {string} operation
   * @param {{ binding: string, namespace: string, operation: string } | undefined} hostCall
   */
  static #locate(error, guest, operation, hostCall) {
    if (!isOwn(error) || Object.hasOwn(error, 'operation')) return error;
    if (guest !== undefined) add(error, 'guest', guest);
    add(error, 'operation', operation);
    if (hostCall !== undefined) add(error, 'hostCall', hostCall);
    return error;
  }

  /** All that the error has to say, but for its cause and its stack: `structuredClone` keeps less of it. */
  toJSON() {
    const { name, message } = this;
    return { name, message, ...this };
  }

  /** By brand, so that an error of a second copy of this package matches too. A subclass keeps the usual rule. */
  static [Symbol.hasInstance](value) {
    // Asked so, since a class that names itself is renamed by bundlers, and the name stands in stack traces.
    if (Object.getPrototypeOf(this) !== Error) return Function.prototype[Symbol.hasInstance].call(this, value);
    const { code } = value instanceof Error ? /** @type {{ code?: unknown }} */ (value) : {};
    return typeof code === 'string' && code.startsWith('WAPC_');
  }
}

/** Makes an error of the core's: this file is the one place that gives errors their shape. */
export function makeError(code, message, hasCause, cause) {
  return new WapcError(code, message, hasCause ? { cause } : undefined);
}

/** The error of a host, module or pool that is closed. */
export const closedError = (what) => new WapcError('WAPC_CLOSED', `the ${what} is closed`);

/** WAPC_ARGUMENT in its one wording: what, what was expected, what came. */
export function argumentError(what, expected, value) {
  return new WapcError('WAPC_ARGUMENT', `${what}: expected ${expected}, got ${describe(value)}`);
}

/** The message of what was thrown, or the value itself as text; never throws, whatever it is. */
export function messageOf(thrown) {
  try {
    return String(thrown instanceof Error ? thrown.message : thrown);
  } catch {
    return 'a value that has no text';
  }
}

/** A value as an error message names it: its type, and the value itself where that is short. Never throws. */
export function describe(value) {
  try {
    return describePlainly(value);
  } catch {
    return 'an object that cannot be looked at';
  }
}

function describePlainly(value) {
  if (value === null || value === undefined) return String(value);
  switch (typeof value) {
    case 'string':
      return value.length <= 40 ? `the string ${JSON.stringify(value)}` : `a string of ${value.length} characters`;
    case 'number':
    case 'bigint':
    case 'boolean':
      return `the ${typeof value} ${value}`;
    case 'object':
      return describeObject(value);
    default:
      return `a ${typeof value}`;
  }
}

function describeObject(value) {
  if (Array.isArray(value)) return `an array of ${value.length}`;
  if (typeof value.then === 'function') return 'a promise';
  const name = Object.prototype.toString.call(value).slice(8, -1);
  return name === 'Object' ? 'an object' : `an object of type ${name}`;
}
