/**
 * Memory that a host shares with its worker. Payloads go through it, which takes no allocation on either side, and what
 * a worker that blocks can still hear: the answers of the host callback, one part after the other where they are long,
 * and how many bytes of its log lines and output were read.
 */

import { copyIn } from '../base/bytes.js';
import { argumentError } from '../base/error.js';
import { fits } from './ahead.js';

// Words of the header.
const STATE = 0;
const PART = 1;
const STOP = 2;
const READ = 3;
/** Where the length of an answer stands, which may be more than 32 bits can say. */
const LENGTH = 16;
const HEADER = 32;

// Values of the word `STATE`.
const AWAITED = 0;
const ANSWERED = 1;
const FAILED = 2;
const STOPPED = 3;

/** Bytes of a payload, and of one part of an answer: what most are shorter than. A multiple of 8, or copies take 5 x as long. */
const CAPACITY = 1 << 18;

/** The name of a host callback's answer in errors. */
export const THE_ANSWER = "the host callback's answer";

/** Copies an array of the caller's, which had so many bytes when it was last asked. Throws WAPC_ARGUMENT where it has not. */
function copyInto(target, bytes, length, what) {
  if (!copyIn(target, 0, bytes, length)) throw argumentError(what, `${length} bytes until they are copied`, bytes);
}

/** A copy of it. */
export function copyOf(bytes, length, what) {
  const copy = new Uint8Array(length);
  copyInto(copy, bytes, length, what);
  return copy;
}

const headerOf = (buffer) => new Int32Array(buffer, 0, LENGTH / 4);
const lengthIn = (buffer) => new Float64Array(buffer, LENGTH, 1);
const requestOf = (buffer) => new Uint8Array(buffer, HEADER, CAPACITY);
const answerOf = (buffer) => new Uint8Array(buffer, HEADER + CAPACITY, CAPACITY);

/** The end of the host. */
export class Shared {
  constructor() {
    this.buffer = new SharedArrayBuffer(HEADER + 2 * CAPACITY);
    this.header = headerOf(this.buffer);
    this.length = lengthIn(this.buffer);
    this.request = requestOf(this.buffer);
    this.bytes = answerOf(this.buffer);
    /** The rest of an answer, still to be sent. */
    this.rest = undefined;
  }

  /** Puts a payload of so many bytes there, if there is room. It stays until the next. Throws WAPC_ARGUMENT. */
  offer(payload, length) {
    if (length > CAPACITY) return false;
    copyInto(this.request, payload, length, 'payload');
    return true;
  }

  /**
   * Wakes the worker with an answer of so many bytes, or the text of a failure; undefined is one over the worker's limit, of
   * which the length is enough. Throws where it can't be copied.
   */
  answer(answered, bytes, length) {
    const state = answered ? ANSWERED : FAILED;
    this.length[0] = length;
    if (bytes === undefined) {
      this.#wake(0, state);
    } else if (length > CAPACITY) {
      // The callback may do with its array what it likes while it is sent part by part.
      this.rest = copyOf(bytes, length, THE_ANSWER);
      this.#part(state);
    } else {
      copyInto(this.bytes, bytes, length, THE_ANSWER);
      this.#wake(length, state);
    }
  }

  /** Wakes it with the next part of the same, if there is one. */
  more() {
    if (this.rest !== undefined) this.#part(ANSWERED);
  }

  /** So many bytes of log lines or output were read. The count wraps around, as the worker's does. */
  read(size) {
    Atomics.add(this.header, READ, size);
    Atomics.notify(this.header, READ);
  }

  /** Wakes it to end: a page's worker that blocks is terminated only after seconds, and keeps its memory as long. */
  stop() {
    Atomics.store(this.header, STOP, 1);
    Atomics.store(this.header, STATE, STOPPED);
    Atomics.notify(this.header, STATE);
    // Changed, so that a worker that is about to wait for it does not: what it says matters no longer.
    this.read(1);
    Atomics.notify(this.header, STOP);
  }

  #part(state) {
    const part = this.rest.subarray(0, CAPACITY);
    this.bytes.set(part);
    this.rest = part.length < this.rest.length ? this.rest.subarray(part.length) : undefined;
    this.#wake(part.length, state);
  }

  #wake(length, state) {
    this.header[PART] = length;
    Atomics.store(this.header, STATE, state);
    Atomics.notify(this.header, STATE);
  }
}

/** The end of the worker. */
export class SharedWithHost {
  constructor(buffer) {
    this.header = headerOf(buffer);
    this.length = lengthIn(buffer);
    this.request = requestOf(buffer);
    this.bytes = answerOf(buffer);
    this.written = 0;
  }

  /** The payload that is there. */
  payload(length) {
    return this.request.subarray(0, length);
  }

  /** True once the worker is to end. */
  get stopped() {
    return Atomics.load(this.header, STOP) === 1;
  }

  /** Blocks for so many ms: whether the worker is to go on then. */
  block(milliseconds) {
    Atomics.wait(this.header, STOP, 0, milliseconds);
    return !this.stopped;
  }

  /** Counts a log line or a chunk of output of `size` bytes: blocks until there is room for it, or it is `stopped`. */
  reserve(size) {
    this.room(size);
    this.written = (this.written + size) | 0;
  }

  /**
   * Blocks until a host call of `size` bytes may be sent, or it is `stopped`. It is not counted: once it is answered, all that
   * was sent before has been read. Both counts wrap around at 2^32, which their difference never reaches: a long piece goes alone.
   */
  room(size) {
    for (;;) {
      const read = Atomics.load(this.header, READ);
      // After `read` was loaded: `stop` changes it, and then this is seen, or the wait ends at once.
      if (this.stopped || fits((this.written - read) >>> 0, size)) return;
      Atomics.wait(this.header, READ, read);
    }
  }

  /**
   * Blocks until what `ask` asks for is answered: whether it was, and the bytes, which last until the next call, or the length
   * where that is over the limit. Nothing to be relied on once it is `stopped`.
   * @param {() => void} ask
   * @param {() => void} askForMore
   * @param {number} limit bytes
   * @returns {{ answered: boolean, sent: Uint8Array | number }}
   */
  await(ask, askForMore, limit) {
    const answered = this.#part(ask) === ANSWERED;
    const length = this.length[0];
    if (length > limit) return { answered, sent: length };
    if (length <= CAPACITY) return { answered, sent: this.bytes.subarray(0, length) };
    const bytes = new Uint8Array(length);
    for (let at = 0; !this.stopped; this.#part(askForMore)) {
      bytes.set(this.bytes.subarray(0, this.header[PART]), at);
      at += this.header[PART];
      if (at >= length) break;
    }
    return { answered, sent: bytes };
  }

  #part(ask) {
    Atomics.store(this.header, STATE, AWAITED);
    ask();
    if (!this.stopped) Atomics.wait(this.header, STATE, AWAITED);
    return Atomics.load(this.header, STATE);
  }
}
