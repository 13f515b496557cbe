/** `WapcError`, the errors that it is made for in several places, and descriptions of values for their messages. */

import { tagOf } from './tag.js';

/** `WapcError.#locate`, which is not part of the public class. */
export let locate;

/**
 * True for an error made by this copy of the package. Runs no code of the caller.
 * @type {(value: unknown) => value is WapcError}
 */
export let isOwn;

/** Adds an own enumerable property; does nothing if the object refuses it. */
const add = (object, name, value) =>
  void Reflect.defineProperty(object, name, { value, enumerable: true, configurable: true, writable: true });

/**
 * Every error of this package: match on `code`; `cause` is the underlying error. `code` and the properties that locate
 * the error are own and enumerable, so that they show where errors are printed.
 */
export class WapcError extends Error {
  #isOurs;

  static {
    isOwn = /** @type {typeof isOwn} */ ((value) => typeof value === 'object' && value !== null && #isOurs in value);
    locate = (error, guest, operation, hostCall) => this.#locate(error, guest, operation, hostCall);
    // The name is a literal, since bundlers rename classes.
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
   * Adds the location of an error: the guest's name (if it has one), the invoked operation, and the host call that
   * failed (if one did). Leaves errors alone that are foreign or located already. Runs no code of the caller. Returns
   * the error.
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

  /** All of the error except its cause and its stack. `structuredClone` keeps less. */
  toJSON() {
    const { name, message } = this;
    return { name, message, ...this };
  }

  /**
   * Matches by brand, so errors of a second copy of this package match too. Subclasses use the default `instanceof`.
   */
  static [Symbol.hasInstance](value) {
    // Compares the prototype instead of naming `WapcError`: bundlers rename a class that refers to itself, and that
    // name would show in stack traces.
    if (Object.getPrototypeOf(this) !== Error) return Function.prototype[Symbol.hasInstance].call(this, value);
    const { code } = value instanceof Error ? /** @type {{ code?: unknown }} */ (value) : {};
    return typeof code === 'string' && code.startsWith('WAPC_');
  }
}

/** Makes an error for the core: all errors get their shape in this file. */
export function makeError(code, message, hasCause, cause) {
  return new WapcError(code, message, hasCause ? { cause } : undefined);
}

/** The error for one more invocation that it ends: a copy of an error of this package, which names the one that it ended. */
export function forAnother(error) {
  if (!isOwn(error)) return error;
  const { code, message, cause } = error;
  return new WapcError(code, message, cause === undefined ? undefined : { cause });
}

/** The WAPC_CLOSED error of a host, module or pool. */
export const closedError = (what) => new WapcError('WAPC_CLOSED', `the ${what} is closed`);

/** The WAPC_ARGUMENT error of a `from` whose host call has ended. */
export const endedError = () =>
  new WapcError('WAPC_ARGUMENT', 'from: this host call has ended; pass it while its answer is awaited');

/** The WAPC_ARGUMENT error: the option or argument, what was expected, what came, and perhaps what to do. */
export function argumentError(what, expected, value, advice = '') {
  return new WapcError('WAPC_ARGUMENT', `${what}: expected ${expected}, got ${describe(value)}${advice}`);
}

/** The message of a thrown error of any realm, or another value as text. Never throws. */
export function messageOf(thrown) {
  try {
    return String(thrown instanceof Error || /^(Error|DOMException)$/.test(tagOf(thrown)) ? thrown.message : thrown);
  } catch {
    return 'a value that has no text';
  }
}

/** Characters of the longest text in a message that the core makes. */
const EXCERPT = 16_384;

/**
 * The message of what was thrown, or a text, for a message of the core's: of a long one the beginning. A guest's text may be
 * longer than the engine's longest string once the core has made a message of it, or than the core has memory for.
 * @public the core imports it
 */
export function excerptOf(thrown) {
  const message = messageOf(thrown);
  return message.length > EXCERPT ? `${message.slice(0, EXCERPT)}…` : message;
}

/**
 * True for a RangeError; with `isRefusal` only for Chromium's refusal to block a page's main thread, told by its text.
 * @public the core imports it
 */
export const isRangeError = (thrown, isRefusal) =>
  thrown instanceof RangeError && (!isRefusal || /main thread/.test(messageOf(thrown)));

/** Describes a value for an error message: its type, and the value if it is short. Never throws. */
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
  const name = tagOf(value);
  return name === 'Object' ? 'an object' : `an object of type ${name}`;
}
