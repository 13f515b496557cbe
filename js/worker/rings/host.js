/** The host's end of the rings. */

import { NameCache, copyIn, copyName, copyOut, decodeLenient } from '../../base/bytes.js';
import { argumentError } from '../../base/error.js';
import { CALL, DONE, LOG, OUTPUT } from '../messages.js';
import {
  AT,
  AWAKE,
  BYTES_AT,
  CAPACITY,
  CHUNK,
  ENDED,
  FILLER,
  HOST_CALL,
  HOST_WAITS,
  KIND,
  LENGTH,
  LINE,
  MAIL,
  MESSAGES,
  NAMES,
  OFFERED,
  OPERATION_LENGTH,
  PAGE,
  PAGES,
  PASSED,
  PAYLOAD_LENGTH,
  READ,
  RECORD_HEADER,
  RESPONSE,
  RESTING,
  Rings,
  SLOTS,
  STOPPED,
  STREAM,
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
  /** The next slot, and the oldest one in use. */
  #next = 0;
  #oldest = 0;
  /** By slot: true once its invocation has ended; and where its bytes lie, counted without wrapping around. */
  #isOver = new Uint8Array(SLOTS);
  #starts = new Float64Array(SLOTS);
  #end = 0;
  /** Offset of the next record. */
  #read = 0;
  /** Bytes of the record that `hasRecord` has found: read once, since the worker could change them. */
  #bytes = 0;
  /** Messages that the worker has sent and this thread has received. */
  #received = 0;
  /** The last names of a host call. */
  #names = [new NameCache(), new NameCache(), new NameCache()];

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

  /** True while the worker runs invocations or spins: it sees by itself what is written. */
  get isAwake() {
    return Atomics.load(this.words, WORKER) === AWAKE;
  }

  /** Wakes the worker. False if that takes a message. */
  wake() {
    const { words } = this;
    if (this.isAwake) return true;
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

  /** Counts a message from the worker: records that follow it may be read. */
  receive() {
    this.#received = (this.#received + 1) | 0;
  }

  /** Offset of the end of what was written so far. */
  get written() {
    return Atomics.load(this.words, WRITTEN);
  }

  /** True if there is a record in front of the offset `end`, and no message comes before it. Passes what is no record. */
  hasRecord(end = this.written) {
    // Another reader may have read beyond `end`.
    const left = (end - this.#read) | 0;
    if (left <= 0) return false;
    const { words } = this;
    const isFiller = words[this.recordAt(this.#read) + KIND] === FILLER;
    const start = isFiller ? (this.#read + restOf(this.#read)) | 0 : this.#read;
    const bytes = words[this.recordAt(start)];
    // A script of the caller may write anything: what is no record is passed, with all behind it.
    if (
      left > CAPACITY ||
      ((end - start) | 0) < bytes ||
      bytes < RECORD_HEADER ||
      bytes > restOf(start) ||
      (bytes & 15) !== 0
    ) {
      this.#skip(end);
      return false;
    }
    this.#read = start;
    this.#bytes = bytes;
    // That message wakes this thread.
    return ((words[this.recordAt(this.#read) + MESSAGES] - this.#received) | 0) <= 0;
  }

  /**
   * Takes the record that `hasRecord` has found: as the message that the worker would have sent. A response is written
   * into the caller's array where `into` has one.
   * @param {{ write(view: Uint8Array, ptr: number, length: number): void } | undefined} into
   * @returns {unknown[]} empty for a record of no kind that is known
   * @throws of a name that is not UTF-8, or where there is no memory: nothing that the worker says later is of use
   */
  takeMessage(into) {
    const { words, records } = this;
    const at = this.recordAt(this.#read);
    const start = this.bytesAt(at);
    const length = Math.min(words[at + LENGTH] >>> 0, this.#bytes - RECORD_HEADER);
    try {
      switch (words[at + KIND]) {
        case RESPONSE:
          if (into !== undefined) into.write(records, start, length);
          return [
            DONE,
            (words[at + PAGES] >>> 0) * PAGE,
            into === undefined ? copyOut(records, start, length) : undefined,
          ];
        case HOST_CALL:
          return this.#hostCall(at, start, length);
        case LINE:
          return [LOG, decodeLenient(records, start, length)];
        case CHUNK:
          return [OUTPUT, words[at + STREAM] === 1 ? 1 : 2, copyOut(records, start, length)];
        default:
          return [];
      }
    } finally {
      // Also where it does not decode, or where there is no memory for it.
      this.#skip((this.#read + this.#bytes) | 0);
    }
  }

  /** Reads on from an offset. */
  #skip(offset) {
    this.#read = offset;
    Atomics.store(this.words, READ, offset);
  }

  #hostCall(at, start, length) {
    const { words, records } = this;
    let name = start + length;
    let left = this.#bytes - RECORD_HEADER - length;
    const names = this.#names.map((cache, i) => {
      const bytes = Math.min(words[at + NAMES + i] >>> 0, left);
      const from = name;
      name += bytes;
      left -= bytes;
      return cache.read(records, from, bytes);
    });
    return [CALL, ...names, copyOut(records, start, length)];
  }

  /** Asks the worker for a message with its next record. False if there is one to be read already. */
  askForMessage() {
    const { words } = this;
    Atomics.store(words, HOST_WAITS, 1);
    if (!this.hasRecord()) return true;
    this.askForNone();
    return false;
  }

  /** This thread polls for records: the worker need not send a message. */
  askForNone() {
    Atomics.store(this.words, HOST_WAITS, 0);
  }

  /** The place for `bytes` bytes, counted without wrapping around; -1 where there is no room. */
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
