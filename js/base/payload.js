/**
 * Values of callers that stand for bytes: payloads, and results of callbacks. Such a value may lie about its `length`,
 * throw when read, be detached or resized, or be grown by another thread. So each is read once, here, through the
 * engine's own getters.
 */

import { encode } from './bytes.js';
import { argumentError, describe } from './error.js';

const TypedArray = Object.getPrototypeOf(Uint8Array);
const getterOf = ({ prototype }, name) => Object.getOwnPropertyDescriptor(prototype, name)?.get;
const typeOf = getterOf(TypedArray, Symbol.toStringTag);
const lengthIn = getterOf(TypedArray, 'length');
const partOf = (View) => ['buffer', 'byteOffset', 'byteLength'].map((name) => getterOf(View, name));
const [partOfArray, partOfData] = [partOf(TypedArray), partOf(DataView)];
const buffers = [ArrayBuffer, globalThis.SharedArrayBuffer].filter((Buffer) => Buffer !== undefined);
const lengthsOfBuffers = buffers.map((Buffer) => getterOf(Buffer, 'byteLength'));

/** True for a `Uint8Array` of any subclass; false for a proxy of one. */
export const isBytes = (value) => value instanceof Uint8Array && ArrayBuffer.isView(value);

/** True for a `Uint8Array` of any realm; false for a proxy of one. */
export const isUint8Array = (value) => typeOf.call(value) === 'Uint8Array';

/**
 * The length of a `Uint8Array` in bytes; 0 if it is detached. An array can claim any `length`, but cannot fake its
 * elements. Reading two elements takes a fraction of the time of calling the engine's getter.
 */
export function lengthOf(bytes) {
  const length = +bytes.length;
  if (bytes[length] === undefined) {
    // An empty array has no last element.
    if (length === 0) return 0;
    if (bytes[length - 1] !== undefined) return length;
  }
  return lengthIn.call(bytes);
}

/** Name of the host callback's answer in errors. */
export const THE_ANSWER = "the host callback's answer";

/** Ends of messages about an object in place of bytes, by what it was given as. */
const ADVICE = {
  payload: '; `call` with a `codec` takes values, and options are the third argument',
  [THE_ANSWER]: '; routes with a `codec` return values',
};

/**
 * The bytes of a `Payload`, not copied: a string becomes UTF-8, a view or buffer the bytes it covers. Throws
 * WAPC_ARGUMENT for anything else.
 */
export function toBytes(value, what) {
  if (isBytes(value)) return value;
  if (typeof value === 'string') return encode(value);
  const bytes = viewOf(value);
  if (bytes !== undefined) return bytes;
  const advice = describe(value) === 'an object' ? ADVICE[what] : '';
  throw argumentError(what, 'a string, an ArrayBuffer or a view of one', value, advice);
}

/** The bytes of a buffer, or those that a view covers, not copied; undefined for other values and detached buffers. */
export function viewOf(value) {
  try {
    if (ArrayBuffer.isView(value)) {
      const part = typeOf.call(value) === undefined ? partOfData : partOfArray;
      const [buffer, offset, length] = part.map((get) => get.call(value));
      return new Uint8Array(buffer, offset, length);
    }
    return isBuffer(value) ? new Uint8Array(value) : undefined;
  } catch (error) {
    // A RangeError means that the stack is exhausted, not that the value is wrong.
    if (error instanceof RangeError) throw error;
    return undefined;
  }
}

/** Undefined in engines whose buffers cannot be resized. Throws for shared memory. */
const isResizable = getterOf(ArrayBuffer, 'resizable');

/** A view of the bytes of a `Uint8Array`, if its buffer is neither detached nor resizable nor shared; else undefined. */
export function fixedViewOf(array) {
  const [buffer, offset, length] = partOfArray.map((get) => get.call(array));
  try {
    // For shared memory, the getter of a buffer's length throws.
    lengthsOfBuffers[0].call(buffer);
    return isResizable?.call(buffer) ? undefined : new Uint8Array(buffer, offset, length);
  } catch (error) {
    if (error instanceof RangeError) throw error;
    return undefined;
  }
}

/** True for a buffer. Tested with a getter that works on buffers only: anything can take their names. */
function isBuffer(value) {
  return lengthsOfBuffers.some((length) => {
    try {
      return length.call(value) >= 0;
    } catch {
      return false;
    }
  });
}

/** The `then` method of a promise or thenable; undefined for anything else. Throws what the getter throws. */
export function thenOf(value) {
  if (value === null || (typeof value !== 'object' && typeof value !== 'function')) return undefined;
  const { then } = value;
  return typeof then === 'function' ? then : undefined;
}

/**
 * Calls `fulfilled` or `rejected` once and asynchronously when a promise or thenable settles. Throws if `then` throws.
 */
export function whenSettled(value, then, fulfilled, rejected) {
  // A thenable may call back synchronously, several times, or with another thenable.
  const own = then === Promise.prototype.then;
  const promise = own ? value : new Promise((resolve, reject) => Reflect.apply(then, value, [resolve, reject]));
  Promise.prototype.then.call(promise, fulfilled, rejected);
}
