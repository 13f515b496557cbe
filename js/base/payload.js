/**
 * Values of callers that stand for bytes: payloads, and what callbacks answer. Such a value may claim any `length`, throw
 * where it is read, be detached or resized, or grow under another thread; so each is read once, here, by what the engine
 * knows of it.
 */

import { encoder } from './encoding.js';
import { argumentError } from './error.js';

const TypedArray = Object.getPrototypeOf(Uint8Array);
const getterOf = ({ prototype }, name) => Object.getOwnPropertyDescriptor(prototype, name).get;
const typeOf = getterOf(TypedArray, Symbol.toStringTag);
const lengthIn = getterOf(TypedArray, 'length');
const partOf = (View) => ['buffer', 'byteOffset', 'byteLength'].map((name) => getterOf(View, name));
const [partOfArray, partOfData] = [partOf(TypedArray), partOf(DataView)];
const buffers = [ArrayBuffer, globalThis.SharedArrayBuffer].filter((Buffer) => Buffer !== undefined);
const lengthsOfBuffers = buffers.map((Buffer) => getterOf(Buffer, 'byteLength'));

/** True for a `Uint8Array` of any subclass, false for a proxy of one. */
export const isBytes = (value) => value instanceof Uint8Array && ArrayBuffer.isView(value);

/**
 * The length of a `Uint8Array`; 0 where it is detached. An array can claim any `length`, but not which elements there are:
 * asking for those takes a fraction of what calling the engine's own getter does.
 */
export function lengthOf(bytes) {
  const length = +bytes.length;
  return bytes[length] === undefined && bytes[length - 1] !== undefined ? length : lengthIn.call(bytes);
}

/**
 * A `Payload` as bytes, not copied: a string as UTF-8, a view or buffer as the bytes it covers.
 * Throws WAPC_ARGUMENT for anything else.
 */
export function toBytes(value, what) {
  if (isBytes(value)) return value;
  if (typeof value === 'string') return encoder.encode(value);
  const bytes = viewOf(value);
  if (bytes === undefined) throw argumentError(what, 'a string, an ArrayBuffer or a view of one', value);
  return bytes;
}

/** The bytes that a view covers, or of a buffer, not copied; undefined for what is neither, or is detached. */
export function viewOf(value) {
  try {
    if (ArrayBuffer.isView(value)) {
      const part = typeOf.call(value) === undefined ? partOfData : partOfArray;
      const [buffer, offset, length] = part.map((get) => get.call(value));
      return new Uint8Array(buffer, offset, length);
    }
    return isBuffer(value) ? new Uint8Array(value) : undefined;
  } catch (error) {
    // The stack's end is not the value's fault.
    if (error instanceof RangeError) throw error;
    return undefined;
  }
}

/** By what only buffers answer to: their names can be taken by anything. */
function isBuffer(value) {
  return lengthsOfBuffers.some((length) => {
    try {
      return length.call(value) >= 0;
    } catch {
      return false;
    }
  });
}

/** The `then` of a promise, or of what stands for one; undefined for anything else. Throws what reading it throws. */
export function thenOf(value) {
  if (value === null || (typeof value !== 'object' && typeof value !== 'function')) return undefined;
  const { then } = value;
  return typeof then === 'function' ? then : undefined;
}

/** Calls one of two functions, once and later, with what such a value comes to. Throws if it does so at once. */
export function whenSettled(value, then, fulfilled, rejected) {
  // One that is no promise may call back at once, more than once, or with yet another.
  const own = then === Promise.prototype.then;
  const promise = own ? value : new Promise((resolve, reject) => Reflect.apply(then, value, [resolve, reject]));
  Promise.prototype.then.call(promise, fulfilled, rejected);
}
