/** The host's end of the rings. */

import { copyIn, copyName, copyOut } from '../../base/bytes.js';
import { argumentError } from '../../base/error.js';
import {
  AT,
  AWAKE,
  BYTES_AT,
  CAPACITY,
  ENDED,
  FILLER,
  HOST_WAITS,
  LENGTH,
  MAIL,
  MESSAGES,
  OFFERED,
  OPERATION_LENGTH,
  PAGE,
  PAGES,
  PASSED,
  PAYLOAD_LENGTH,
  READ,
  RESPONSE_HEADER,
  RESTING,
  Rings,
  SLOTS,
  STOPPED,
  TAKEN_BACK,
  WAITS,
  WORK,
  WORKER,
  WRITTEN,
  aligned,
  restOf,
  slotAt,
} from './layout.js';

export class HostRings extends Rings {
  /** Bytes of the guest's memory, and the length of the response, which `hasResponse` has found. */
  memorySize = 0;
  length = 0;
  /** The next slot, and the oldest one in use. */
  #next = 0;
  #oldest = 0;
  /** By slot: true once its invocation has ended; and where its bytes lie, counted without wrapping around. */
  #isOver = new Uint8Array(SLOTS);
  #starts = new Float64Array(SLOTS);
  #end = 0;
  #read = 0;
  /** Messages that the worker has sent and this thread has received. */
  #received = 0;

  constructor() {
    super(new SharedArrayBuffer(BYTES_AT + 2 * CAPACITY));
    this.words[HOST_WAITS] = 1;
  }

  get buffer() {
    return this.words.buffer;
  }

  /**
   * Offers an invocation to the worker: its slot's number, or -1 where there is no room for it. Throws WAPC_ARGUMENT if
   * the payload's length has changed.
   */
  offer({ operation, operationLength, payload, payloadLength }) {
    const { words } = this;
    if (operationLength + payloadLength > CAPACITY) return -1;
    const start = this.#roomFor(aligned(operationLength + payloadLength));
    if (start < 0) return -1;
    const at = start % CAPACITY;
    // The payload first: at a multiple of 8, or copies take 5 times as long.
    copyName(this.requests, at + payloadLength, operation, operationLength);
    if (!copyIn(this.requests, at, payload, payloadLength)) {
      throw argumentError('payload', `${payloadLength} bytes until they are copied`, payload);
    }
    const number = this.#next;
    const slot = slotAt(number);
    words[slot + OPERATION_LENGTH] = operationLength;
    words[slot + PAYLOAD_LENGTH] = payloadLength;
    words[slot + AT] = at;
    words[slot] = WAITS;
    this.#isOver[number % SLOTS] = 0;
    this.#starts[number % SLOTS] = start;
    this.#end = start + aligned(operationLength + payloadLength);
    this.#next = number + 1;
    Atomics.store(words, OFFERED, this.#next | 0);
    Atomics.add(words, WORK, 1);
    return number;
  }

  /** Takes an invocation back that has not begun. False if it has. */
  takeBack(number) {
    if (Atomics.compareExchange(this.words, slotAt(number), WAITS, TAKEN_BACK) !== WAITS) return false;
    this.#isOver[number % SLOTS] = 1;
    return true;
  }

  /** True once the worker has run this invocation: its response is on the way. */
  hasEnded(number) {
    return Atomics.load(this.words, slotAt(number)) === ENDED;
  }

  /** Call when an invocation has ended: its slot can be used again. */
  ended(number) {
    this.#isOver[number % SLOTS] = 1;
  }

  /** Counts a message to the worker, before it is sent. */
  mail() {
    Atomics.add(this.words, MAIL, 1);
    Atomics.add(this.words, WORK, 1);
  }

  /** Takes back that a message was counted: it could not be sent. */
  notMailed() {
    Atomics.sub(this.words, MAIL, 1);
    Atomics.store(this.words, WORKER, RESTING);
  }

  /** Wakes the worker. False if that takes a message. */
  wake() {
    const { words } = this;
    if (Atomics.load(words, WORKER) === AWAKE) return true;
    // In one step: the worker may go from one state to the other meanwhile.
    if (Atomics.exchange(words, WORKER, AWAKE) === RESTING) return false;
    Atomics.notify(words, WORK);
    return true;
  }

  /** Ends the worker, if it waits or when it has ended its invocation. */
  stop() {
    Atomics.store(this.words, STOPPED, 1);
    Atomics.add(this.words, WORK, 1);
    Atomics.notify(this.words, WORK);
  }

  /** Counts a message from the worker: responses that follow it may be read. */
  receive() {
    this.#received = (this.#received + 1) | 0;
  }

  /** True if there is a response, and no message comes before it. If there is none, the worker sends a message with it. */
  hasResponse() {
    const { words } = this;
    if (Atomics.load(words, WRITTEN) === this.#read) {
      Atomics.store(words, HOST_WAITS, 1);
      if (Atomics.load(words, WRITTEN) === this.#read) return false;
      Atomics.store(words, HOST_WAITS, 0);
    }
    if (words[this.responseAt(this.#read) + LENGTH] === FILLER) this.#read = (this.#read + restOf(this.#read)) | 0;
    const at = this.responseAt(this.#read);
    // That message wakes this thread.
    if (((words[at + MESSAGES] - this.#received) | 0) > 0) return false;
    this.length = words[at + LENGTH] >>> 0;
    this.memorySize = (words[at + PAGES] >>> 0) * PAGE;
    return true;
  }

  /** A copy of the response that `hasResponse` has found. */
  takeResponse() {
    const { words, length } = this;
    const at = this.responseAt(this.#read);
    const start = (this.#read & (CAPACITY - 1)) + RESPONSE_HEADER;
    const response = copyOut(this.responses, start, Math.min(length, CAPACITY - start));
    this.#read = (this.#read + words[at]) | 0;
    Atomics.store(words, READ, this.#read);
    return response;
  }

  /** The place of so many bytes, counted without wrapping around; -1 where there is none. */
  #roomFor(bytes) {
    this.#reclaim();
    if (this.#next - this.#oldest >= SLOTS) return -1;
    const rest = CAPACITY - (this.#end % CAPACITY);
    const start = bytes > rest ? this.#end + rest : this.#end;
    const begin = this.#next === this.#oldest ? start : this.#starts[this.#oldest % SLOTS];
    return start + bytes - begin > CAPACITY ? -1 : start;
  }

  /** Frees the oldest slots whose invocations have ended, or were taken back and passed by the worker. */
  #reclaim() {
    const passed = Atomics.load(this.words, PASSED);
    while (this.#oldest < this.#next && this.#isOver[this.#oldest % SLOTS] === 1 && ((passed - this.#oldest) | 0) > 0) {
      this.#oldest++;
    }
  }
}
