/** Copies bytes and text into and out of guest memory. Every function here is on the hot path of an invocation. */

import { platform } from '../platform/platform.js';
import { encoder, lenient, strict, utf16 } from './encoding.js';
import { argumentError } from './error.js';

/**
 * Up to this many bytes, a loop beats `set` and `slice`, which call into the engine: a loop takes 3 ns per byte in Node
 * 20 and 2 ns in Node 26, a call takes 40 ns.
 */
export const SHORT = 16;
/**
 * From this many bytes on, copying a view beats `slice`, which zeroes the memory first: by a quarter for long arrays.
 */
const LONG = 1 << 12;
/** Up to this many characters, a loop takes V8 less than its encoder, of which a call takes 300 ns in Node, 1 µs in Chromium. */
const SHORT_TEXT = 64;
/** No bytes. Shared: never hand it to a caller. */
export const NOTHING = new Uint8Array(0);
/** Limits of the name caches: bytes or characters of a name, and number of names. */
const CACHED_LENGTH = 256;
const CACHED_NAMES = 256;

const encodedNames = new Map();
let lastName = '';
let lastEncoded = NOTHING;

/**
 * The UTF-8 bytes of an operation's name. Names rarely vary, so the arrays are cached and shared: never hand one to a
 * caller.
 */
export function encodeOperation(operation) {
  return operation === lastName ? lastEncoded : encodeAnother(operation);
}

/** Separate function, to keep what is inlined into an invocation short: V8 inlines at most 920 bytes of bytecode. */
function encodeAnother(operation) {
  if (typeof operation !== 'string') throw argumentError('operation', 'a string', operation);
  let encoded = encodedNames.get(operation);
  if (encoded === undefined) {
    encoded = encode(operation);
    if (operation.length > CACHED_LENGTH) return encoded;
    if (encodedNames.size >= CACHED_NAMES) encodedNames.clear();
    encodedNames.set(operation, encoded);
  }
  lastName = operation;
  lastEncoded = encoded;
  return encoded;
}

/** Held by this file alone, since no array can be made of one that was detached. */
const EMPTY = new Uint8Array(0);

/** A new array. V8 takes 200 ns for an empty one, since it makes a buffer at once, and 20 for a copy of another. */
const allocate = (length) => new Uint8Array(length === 0 && platform.isV8 ? EMPTY : length);

/** The UTF-8 bytes of a text, as a new array. Lone surrogates become U+FFFD. */
export function encode(text) {
  const { length } = text;
  if (length > SHORT_TEXT) return encoder.encode(text);
  const bytes = allocate(length);
  for (let i = 0; i < length; i++) {
    const code = text.charCodeAt(i);
    if (code > 0x7f) return encoder.encode(text);
    bytes[i] = code;
  }
  return bytes;
}

/** Held in constants: V8 11 looks methods of an array up through a cache each time, 5% of a short invocation. */
const { set, slice } = Uint8Array.prototype;

/**
 * Copies `source` to `view` at `ptr`; the range has been checked. `length` is the length of `source` when it was last
 * read. Returns false if the length differs now, because the array was detached, resized or grown by another thread.
 * The guest must not continue then: other bytes of its memory may have been written.
 *
 * The length is a parameter because reading it is slow: an array may be longer than 2^32, so V8 loads its length as a
 * double and checks for an integer, which takes as long as copying a few bytes.
 */
export function copyIn(view, ptr, source, length) {
  if (length === 0) return true;
  if (source[length - 1] === undefined || source[length] !== undefined) return false;
  try {
    copyName(view, ptr, source, length);
  } catch {
    // The source has just grown past the end of the view.
    return false;
  }
  // Checked after copying: shared memory only grows, so a length that is right now was right all along.
  return source[length] === undefined;
}

/** Copies an array of this package, which nothing else changes. */
export function copyName(view, ptr, source, length) {
  if (length > SHORT) set.call(view, source, ptr);
  else for (let i = 0; i < length; i++) view[ptr + i] = source[i];
}

/** A spare array for the next response, allocated in idle time. Nothing else refers to it. */
let spare = NOTHING;

/** Longest spare array, in bytes: the memory that a longer one occupies is not worth it. */
const LONGEST_SPARE = 1 << 20;

/**
 * Allocates the array for the next response, assuming the length of the last one: allocating takes longer than copying.
 */
export function prepareAnother(length) {
  if (length >= LONG && length <= LONGEST_SPARE && spare.length !== length) spare = new Uint8Array(length);
}

/** A new array with the `len` bytes at `ptr`. The range has been checked. */
export function copyOut(view, ptr, len) {
  if (len >= LONG) return copyOutLong(view.subarray(ptr, ptr + len));
  if (len > SHORT) return slice.call(view, ptr, ptr + len);
  const bytes = allocate(len);
  for (let i = 0; i < len; i++) bytes[i] = view[ptr + i];
  return bytes;
}

/** A view of the `len` bytes at `ptr`. The range has been checked. */
export const viewOut = (view, ptr, len) =>
  // An empty range does not touch the view, which may be detached. `subarray`, which asks for the class of the result, takes
  // longer than a constructor.
  len === 0 ? allocate(0) : new Uint8Array(view.buffer, view.byteOffset + ptr, len);

/**
 * Copies what a guest passes again and again, such as its responses. A view of those bytes is kept, since most guests pass
 * them at the same place as the last time, and making a view takes as long as copying some hundred bytes.
 */
export class Copier {
  /** The view of memory that the last bytes were in, where they were, and the view of them alone, if it was made. */
  #memory = NOTHING;
  #ptr = 0;
  #len = 0;
  #part = undefined;

  /** A view of the `len` bytes at `ptr`: the same object as last time, if they are at the same place. */
  viewOf(memory, ptr, len) {
    this.#moveTo(memory, ptr, len);
    return (this.#part ??= viewOut(memory, ptr, len));
  }

  /** A new array with the `len` bytes at `ptr`. The range has been checked. */
  copyOut(memory, ptr, len) {
    // Copying a view beats `slice` by a fifth or more, but not if the view has to be made before.
    if (len <= SHORT || len >= LONG || this.#moveTo(memory, ptr, len)) return copyOut(memory, ptr, len);
    return new Uint8Array((this.#part ??= viewOut(memory, ptr, len)));
  }

  /** True if the last bytes were at another place. */
  #moveTo(memory, ptr, len) {
    // Offset and length are kept in fields: V8 11 takes longer to read those of an array.
    if (this.#memory === memory && this.#ptr === ptr && this.#len === len) return false;
    this.#memory = memory;
    this.#ptr = ptr;
    this.#len = len;
    this.#part = undefined;
    return true;
  }
}

/**
 * Copies the `len` bytes at `ptr` to the beginning of `array`, which has room for them. The range has been checked.
 * Throws a TypeError if the buffer of `array` is detached; not for SHORT lengths.
 */
export function copyTo(array, view, ptr, len) {
  if (len > SHORT) set.call(array, view.length === len ? view : viewOut(view, ptr, len));
  else for (let i = 0; i < len; i++) array[i] = view[ptr + i];
}

function copyOutLong(bytes) {
  if (spare.length !== bytes.length) return new Uint8Array(bytes);
  const copy = spare;
  spare = NOTHING;
  copy.set(bytes);
  return copy;
}

/** Decodes UTF-8 with U+FFFD for malformed bytes: for text that people read (logs, error messages). */
export function decodeLenient(view, ptr, len) {
  // An empty text does not touch the view, which may be detached.
  if (len === 0) return '';
  return lenient.decode(decodable(view, ptr, len));
}

/** Decodes UTF-16LE, the string encoding of AssemblyScript. */
export function decodeUtf16(view, ptr, len) {
  if (len === 0) return '';
  return utf16.decode(decodable(view, ptr, len));
}

/** The bytes to decode. TextDecoder refuses views of shared memory, so those are copied first. */
function decodable(view, ptr, len) {
  return view.buffer instanceof ArrayBuffer ? view.subarray(ptr, ptr + len) : view.slice(ptr, ptr + len);
}

/** Caches the last value of one name of a host call (binding, namespace or operation), compared byte by byte. */
export class NameCache {
  #bytes = NOTHING;
  #length = 0;
  #text = '';

  /** The text of the name. Throws a TypeError if it is not UTF-8. */
  read(view, ptr, len) {
    const bytes = this.#bytes;
    if (this.#length === len) {
      let i = 0;
      while (i < len && bytes[i] === view[ptr + i]) i++;
      if (i === len) return this.#text;
    }
    return this.#decode(view, ptr, len);
  }

  #decode(view, ptr, len) {
    const bytes = copyOut(view, ptr, len);
    const text = strict.decode(bytes);
    if (len <= CACHED_LENGTH) {
      this.#bytes = bytes;
      this.#length = len;
      this.#text = text;
    }
    return text;
  }
}
