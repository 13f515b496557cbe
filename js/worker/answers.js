/**
 * The answers of a host callback on their way to a worker that blocks meanwhile: it can't receive messages, so they come
 * through shared memory, one part after the other where they are longer than that.
 */

// Words of the header.
const STATE = 0;
const LENGTH = 1;
const PART = 2;
const HEADER = 16;

// What `STATE` says.
const AWAITED = 0;
const ANSWERED = 1;
const FAILED = 2;

/** Bytes of one part: what most answers are shorter than. */
const CAPACITY = 1 << 18;

/** Whether memory can be shared with workers: always in Node, in a browser where the page is cross-origin isolated. */
export const canShare = () => typeof SharedArrayBuffer === 'function';

/** The end of the thread that answers. */
export class Answering {
  constructor() {
    this.buffer = new SharedArrayBuffer(HEADER + CAPACITY);
    this.header = new Int32Array(this.buffer, 0, HEADER / 4);
    this.bytes = new Uint8Array(this.buffer, HEADER);
    this.rest = undefined;
  }

  /** Wakes the worker with an answer, or the text of a failure. */
  answer(answered, bytes) {
    this.header[LENGTH] = bytes.length;
    // A copy where it takes a while: the callback may do with its array what it likes meanwhile.
    this.rest = bytes.length > CAPACITY ? new Uint8Array(bytes) : bytes;
    this.#part(answered ? ANSWERED : FAILED);
  }

  /** Wakes it with the next part of the same. */
  more() {
    this.#part(ANSWERED);
  }

  #part(state) {
    const part = this.rest.subarray(0, CAPACITY);
    this.bytes.set(part);
    this.rest = part.length < this.rest.length ? this.rest.subarray(part.length) : undefined;
    this.header[PART] = part.length;
    Atomics.store(this.header, STATE, state);
    Atomics.notify(this.header, STATE);
  }
}

/** The end of the worker. */
export class Awaiting {
  constructor(buffer) {
    this.header = new Int32Array(buffer, 0, HEADER / 4);
    this.bytes = new Uint8Array(buffer, HEADER);
  }

  /**
   * Blocks until what `ask` asks for is answered: whether it was, and the bytes, which last until the next call.
   * @param {() => void} ask
   * @param {() => void} askForMore
   * @param {number} limit bytes: of what is longer only the length is told
   */
  await(ask, askForMore, limit) {
    const answered = this.#part(ask) === ANSWERED;
    const length = this.header[LENGTH] >>> 0;
    if (length <= CAPACITY) return { answered, bytes: this.bytes.subarray(0, length) };
    const bytes = new Uint8Array(length);
    if (length > limit) return { answered, bytes };
    for (let at = 0; ; this.#part(askForMore)) {
      bytes.set(this.bytes.subarray(0, this.header[PART]), at);
      at += this.header[PART];
      if (at >= length) return { answered, bytes };
    }
  }

  #part(ask) {
    Atomics.store(this.header, STATE, AWAITED);
    ask();
    Atomics.wait(this.header, STATE, AWAITED);
    return Atomics.load(this.header, STATE);
  }
}
