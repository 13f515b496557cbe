/** Bytes and text on their way to a guest and back. Everything here is on the path of an invocation. */

import { encoder, lenient, strict, utf16 } from './encoding.js';
import { argumentError } from './error.js';

/**
 * Up to this many bytes a loop beats `set` and `slice`, which pay for a call into the engine: a loop takes 3 ns a byte
 * in Node 20 and 2 in Node 26, a call 40.
 */
const SHORT = 16;
/** From this many bytes on a copy of a view beats `slice`, which clears the memory first: by a quarter where it is long. */
const LONG = 1 << 12;
/** Names are kept encoded up to this length, and this many of them. */
const CACHED_LENGTH = 256;
const CACHED_NAMES = 256;

const encodedNames = new Map();
let lastName = '';
let lastEncoded = new Uint8Array(0);

/** An operation's name in UTF-8. Names hardly vary, so the encoded ones are kept: shared, never handed to a caller. */
export function encodeOperation(operation) {
  return operation === lastName ? lastEncoded : encodeAnother(operation);
}

/** Apart, so that what is inlined into an invocation stays short: V8 inlines no more than 920 bytes of code. */
function encodeAnother(operation) {
  if (typeof operation !== 'string') throw argumentError('operation', 'a string', operation);
  let encoded = encodedNames.get(operation);
  if (encoded === undefined) {
    encoded = encoder.encode(operation);
    if (operation.length > CACHED_LENGTH) return encoded;
    if (encodedNames.size >= CACHED_NAMES) encodedNames.clear();
    encodedNames.set(operation, encoded);
  }
  lastName = operation;
  lastEncoded = encoded;
  return encoded;
}

/** Held: V8 11 looks them up on an array through a cache each time, which takes a twentieth of a short invocation. */
const { set, slice } = Uint8Array.prototype;

/**
 * Copies `source`, which had `length` bytes when it was last asked, to `view` at `ptr`. The range was checked. False where
 * it has another length by now, detached, resized or grown under another thread: then the guest must not go on, since
 * other bytes of its memory may have been written.
 *
 * Who knows a length says it: that of an array may be over 2^32, so that V8 reads it as a double and looks whether it is an
 * integer, which takes as long as copying a few bytes.
 */
export function copyIn(view, ptr, source, length) {
  if (length === 0) return true;
  if (source[length - 1] === undefined || source[length] !== undefined) return false;
  try {
    copyName(view, ptr, source, length);
  } catch {
    // Grown just now, past the end of the view.
    return false;
  }
  // Asked afterwards: shared memory only grows, so that it had this length all the time if it has it now.
  return source[length] === undefined;
}

/** Copies an array of our own, which nobody changes meanwhile. */
export function copyName(view, ptr, source, length) {
  if (length > SHORT) set.call(view, source, ptr);
  else for (let i = 0; i < length; i++) view[ptr + i] = source[i];
}

/** A fresh array that nobody has yet, made while there was time. */
let spare = new Uint8Array(0);

/** Longer ones are not worth the memory that they take meanwhile. */
const LONGEST_SPARE = 1 << 20;

/** Makes an array for the next answer, if that is as long as the last one: making it takes longer than filling it. */
export function prepareAnother(length) {
  if (length >= LONG && length <= LONGEST_SPARE && spare.length !== length) spare = new Uint8Array(length);
}

/** A fresh array of the `len` bytes at `ptr`. The range was checked. */
export function copyOut(view, ptr, len) {
  if (len >= LONG) return copyOutLong(view.subarray(ptr, ptr + len));
  if (len > SHORT) return slice.call(view, ptr, ptr + len);
  const bytes = new Uint8Array(len);
  for (let i = 0; i < len; i++) bytes[i] = view[ptr + i];
  return bytes;
}

function copyOutLong(bytes) {
  if (spare.length !== bytes.length) return new Uint8Array(bytes);
  const copy = spare;
  spare = new Uint8Array(0);
  copy.set(bytes);
  return copy;
}

/** UTF-8 text with U+FFFD where it is broken, for what people read: logs and error texts. */
export function decodeLenient(view, ptr, len) {
  // An empty text touches nothing: the view may be detached.
  if (len === 0) return '';
  return lenient.decode(decodable(view, ptr, len));
}

/** UTF-16LE text, as AssemblyScript keeps its strings. */
export function decodeUtf16(view, ptr, len) {
  if (len === 0) return '';
  return utf16.decode(decodable(view, ptr, len));
}

/** Decoders refuse views of shared memory, so its bytes are copied out first. */
function decodable(view, ptr, len) {
  return view.buffer instanceof ArrayBuffer ? view.subarray(ptr, ptr + len) : view.slice(ptr, ptr + len);
}

/** One of the names of a host call (binding, namespace, operation): the last one is kept and compared byte by byte. */
export class NameCache {
  #bytes = new Uint8Array(0);
  #length = 0;
  #text = '';

  /** Its text. Throws a TypeError where it is not UTF-8. */
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
