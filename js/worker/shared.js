/**
 * Memory shared by a host and its worker, for what a blocked worker must receive while its guest runs: answers of the host
 * callback (long ones in parts), and the number of bytes of log lines and output that were read.
 */

import { copyIn } from '../base/bytes.js';
import { argumentError } from '../base/error.js';
import { THE_ANSWER } from '../base/payload.js';
import { fits } from './backpressure.js';
import { AdaptiveSpin, LEAST_CHECKS, MOST_CHECKS } from './adaptive-spin.js';

// Word offsets in the header.
const STATE = 0;
const PART = 1;
const STOP = 2;
const READ = 3;
/** Byte offset of an answer's length, a float64 since it may exceed 32 bits. */
const LENGTH = 16;
const HEADER = 32;

// Values of the word `STATE`.
const AWAITED = 0;
const ANSWERED = 1;
const FAILED = 2;
const STOPPED = 3;

/** Bytes of one part of an answer: most are shorter. A multiple of 8: otherwise copies take 5 times as long. */
const CAPACITY = 1 << 18;

/** Copies an array of the caller, which had `length` bytes when last read. Throws WAPC_ARGUMENT if that has changed. */
function copyInto(target, bytes, length, what) {
  if (!copyIn(target, 0, bytes, length)) throw argumentError(what, `${length} bytes until they are copied`, bytes);
}

/** Like `copyInto`, to a new array. */
export function copyOf(bytes, length, what) {
  const copy = new Uint8Array(length);
  copyInto(copy, bytes, length, what);
  return copy;
}

const headerOf = (buffer) => new Int32Array(buffer, 0, LENGTH / 4);
const lengthIn = (buffer) => new Float64Array(buffer, LENGTH, 1);
const answerOf = (buffer) => new Uint8Array(buffer, HEADER, CAPACITY);

/** The host's end of the shared memory. */
export class Shared {
  constructor() {
    this.buffer = new SharedArrayBuffer(HEADER + CAPACITY);
    this.header = headerOf(this.buffer);
    this.length = lengthIn(this.buffer);
    this.bytes = answerOf(this.buffer);
    /** The remaining bytes of a long answer. */
    this.rest = undefined;
  }

  /**
   * Wakes the worker with an answer of `length` bytes, or with the text of an error. `bytes` is undefined if it exceeds
   * the worker's limit: the length is enough then. Throws if the bytes cannot be copied.
   */
  answer(answered, bytes, length) {
    const state = answered ? ANSWERED : FAILED;
    this.length[0] = length;
    if (bytes === undefined) {
      this.#wake(0, state);
    } else if (length > CAPACITY) {
      // Copied, since the callback may change its array while the parts are sent.
      this.rest = copyOf(bytes, length, THE_ANSWER);
      this.#part(state);
    } else {
      copyInto(this.bytes, bytes, length, THE_ANSWER);
      this.#wake(length, state);
    }
  }

  /** Wakes the worker with the next part of the answer, if there is one. */
  more() {
    if (this.rest !== undefined) this.#part(ANSWERED);
  }

  /** Reports `size` more bytes of log lines or output as read. The count wraps around at 2^32, as the worker's does. */
  read(size) {
    Atomics.add(this.header, READ, size);
    Atomics.notify(this.header, READ);
  }

  /** Wakes the worker to end. Terminating a page's blocked worker takes seconds, during which its memory is kept. */
  stop() {
    Atomics.store(this.header, STOP, 1);
    Atomics.store(this.header, STATE, STOPPED);
    Atomics.notify(this.header, STATE);
    // Changes READ, so that a worker about to wait for it does not. The count itself does not matter any more.
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

/** The worker's end of the shared memory. */
export class SharedWithHost {
  #spin = new AdaptiveSpin(LEAST_CHECKS, MOST_CHECKS);

  constructor(buffer) {
    this.header = headerOf(buffer);
    this.length = lengthIn(buffer);
    this.bytes = answerOf(buffer);
    /** Bytes of log lines and output that were sent. */
    this.written = 0;
  }

  /** True once the worker must end. */
  get stopped() {
    return Atomics.load(this.header, STOP) === 1;
  }

  /** Blocks for a time in ms. False if the worker must end. */
  block(milliseconds) {
    Atomics.wait(this.header, STOP, 0, milliseconds);
    return !this.stopped;
  }

  /**
   * Counts a log line or a chunk of output of `size` bytes. Blocks until there is room for it, or the worker is
   * `stopped`.
   */
  reserve(size) {
    this.room(size);
    this.written = (this.written + size) | 0;
  }

  /**
   * Blocks until a host call of `size` bytes may be sent, or the worker is `stopped`. The call is not counted: once it
   * is answered, everything sent before has been read. Both counts wrap around at 2^32. Their difference never reaches
   * that, since a long message is sent alone.
   */
  room(size) {
    for (;;) {
      const read = Atomics.load(this.header, READ);
      // Checked after loading READ: `stop` changes READ, so either this check sees the stop, or the wait ends at once.
      if (this.stopped || fits((this.written - read) >>> 0, size)) return;
      Atomics.wait(this.header, READ, read);
    }
  }

  /**
   * Sends a request with `ask`, and blocks until it is answered. Returns the outcome and its bytes, which are valid
   * until the next call; over the limit, the length in place of the bytes. The result is meaningless once the worker is
   * `stopped`.
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
    for (let left = this.#spin.checks; left > 0 && Atomics.load(this.header, STATE) === AWAITED; left--);
    if (!this.stopped && Atomics.load(this.header, STATE) === AWAITED) this.#block();
    return Atomics.load(this.header, STATE);
  }

  #block() {
    this.#spin.block();
    do {
      // A loop: the host may notify only now of the answer before, for which the worker did not have to wait.
      Atomics.wait(this.header, STATE, AWAITED);
    } while (!this.stopped && Atomics.load(this.header, STATE) === AWAITED);
    this.#spin.wake();
  }
}
