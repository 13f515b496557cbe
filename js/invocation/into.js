/** The arrays that callers have responses written into (`InvokeOptions.into`). */

import { copyTo } from '../base/bytes.js';
import { WapcError, argumentError } from '../base/error.js';
import { fixedViewOf, isUint8Array } from '../base/payload.js';

/**
 * The destinations of arrays that were used before: they are looked up in a fraction of the time that validating an
 * array takes.
 * @type {WeakMap<Uint8Array, Destination>}
 */
const destinations = new WeakMap();

/**
 * The destinations in use, by buffer. Those of one buffer are a linked list: invocations enter and leave it often.
 * @type {WeakMap<ArrayBufferLike, { first: Destination | undefined }>}
 */
const inUse = new WeakMap();

/** The bytes that one array covers, and the response of the invocation that uses them. */
class Destination {
  /** The caller's bytes. A view of our own: copying is fastest into arrays of one class. */
  #bytes;
  #start;
  #end;
  /** The list of the buffer, and the neighbours in it. */
  #list;
  #previous;
  #next;
  /** The length of the last response in bytes; undefined before the first. */
  #length;
  /** True if the last response was written. */
  #isWritten = false;
  /** The view returned last, and its length in bytes: making one takes longer than writing some hundred bytes. */
  #view;
  #viewLength = 0;

  /** @param {Uint8Array} bytes */
  constructor(bytes) {
    this.#bytes = bytes;
    this.#start = bytes.byteOffset;
    this.#end = bytes.byteOffset + bytes.length;
    let list = inUse.get(bytes.buffer);
    if (list === undefined) inUse.set(bytes.buffer, (list = { first: undefined }));
    this.#list = list;
  }

  /** True if its buffer has been detached, which leaves an array without bytes. */
  get isDetached() {
    return this.#bytes.length !== this.#end - this.#start;
  }

  /** An invocation begins to use it. Throws WAPC_ARGUMENT if another one uses the same array, or one that overlaps. */
  acquire() {
    const { first } = this.#list;
    for (let other = first; other !== undefined; other = other.#next) {
      if (other === this || this.#overlaps(other)) {
        throw new WapcError(
          'WAPC_ARGUMENT',
          'into: another invocation writes its response into these bytes; use another array until that has ended',
        );
      }
    }
    if (first !== undefined) first.#previous = this;
    this.#next = first;
    this.#list.first = this;
    this.#length = undefined;
  }

  /** True if both cover one byte; an empty array covers none. */
  #overlaps(other) {
    return Math.max(this.#start, other.#start) < Math.min(this.#end, other.#end);
  }

  /** The invocation that uses it has ended. */
  release() {
    // Not destructured from an array: V8 11 would make that array and iterate it.
    const previous = this.#previous;
    const next = this.#next;
    if (previous === undefined) this.#list.first = next;
    else previous.#next = next;
    if (next !== undefined) next.#previous = previous;
    this.#previous = this.#next = undefined;
  }

  /** True once the guest has responded. */
  get hasResponse() {
    return this.#length !== undefined;
  }

  /**
   * Copies a response, the `len` bytes of `view` at `ptr`; the range has been checked. A response that does not fit is no
   * error yet, since the last one counts.
   */
  write(view, ptr, len) {
    this.#length = len;
    this.#isWritten = false;
    if (len > this.#end - this.#start) return;
    try {
      copyTo(this.#bytes, view, ptr, len);
      this.#isWritten = true;
    } catch (error) {
      // A TypeError means that the buffer is detached, anything else that the stack is exhausted. Its class may be of another
      // realm, as in jest.
      if (error.name !== 'TypeError') throw error;
    }
  }

  /** The last response, as a view of the caller's bytes. Throws WAPC_LIMIT if it is too long, WAPC_ARGUMENT if detached. */
  response() {
    const length = this.#length;
    if (this.#isWritten && !this.isDetached) {
      // The caller has the view, and may have given it another `length`. An empty one is made again: only that shows
      // whether the buffer of an empty array is detached.
      if (this.#viewLength !== length || length === 0) this.#view = this.#viewOf(length);
      this.#viewLength = length;
      return this.#view;
    }
    const limit = this.#end - this.#start;
    if (length > limit) {
      const message = `into: the response has ${length} bytes, and \`into\` ${limit}; give it a longer array, or none`;
      throw new WapcError('WAPC_LIMIT', message);
    }
    throw detachedError();
  }

  #viewOf(length) {
    try {
      return new Uint8Array(this.#bytes.buffer, this.#start, length);
    } catch (error) {
      throw error.name === 'TypeError' ? detachedError() : error;
    }
  }
}

const detachedError = () =>
  new WapcError('WAPC_ARGUMENT', 'into: its buffer was detached; keep it until the invocation has ended');

/**
 * The destination that an array of the caller is, in use from now on. Throws WAPC_ARGUMENT.
 * @param {any} array
 */
export function acquire(array) {
  let destination = destinations.get(array);
  if (destination === undefined) destinations.set(array, (destination = new Destination(validated(array))));
  else if (destination.isDetached) throw detachedError();
  destination.acquire();
  return destination;
}

/** The bytes of an array that a response can be written into. Throws WAPC_ARGUMENT. */
function validated(array) {
  if (!isUint8Array(array)) throw argumentError('into', 'a Uint8Array', array);
  const bytes = fixedViewOf(array);
  if (bytes !== undefined) return bytes;
  throw new WapcError(
    'WAPC_ARGUMENT',
    'into: its buffer is detached, resizable or shared; use `new Uint8Array(length)`, or an array of such a buffer',
  );
}
