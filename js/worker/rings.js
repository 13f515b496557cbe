/**
 * Rings in memory that a host and its worker share: invocations one way, their responses the other. Each has one writer
 * and one reader. Payloads and responses that are too long go by messages, in the same order: a response names the number
 * of messages that the worker has sent before it.
 */

import { copyIn, copyName, copyOut } from '../base/bytes.js';
import { argumentError } from '../base/error.js';

/** Invocations that are handed to a worker at once, at the most: a power of two. */
const SLOTS = 64;

/** Bytes of each ring. A longer payload or response goes by a message. */
const CAPACITY = 1 << 20;

// Offsets of words.
/** Invocations and messages that the host has sent: what an idle worker waits on. */
const WORK = 0;
/** Invocations that the host has offered. */
const OFFERED = 1;
/** Invocations that the worker has taken, or passed because they were taken back. */
const PASSED = 2;
/** Messages that the host has sent, which the worker receives when its event loop turns. */
const MAIL = 3;
/** State of the worker: AWAKE, BLOCKED or RESTING. */
const WORKER = 4;
/** 1 if the host wants a message when there is a response. */
const HOST_WAITS = 5;
/** 1 once the worker must end. */
const STOPPED = 6;
/** Bytes of responses that were written, and read; both wrap around at 2^32. */
const WRITTEN = 7;
const READ = 8;
const SLOTS_AT = 16;
const BYTES_AT = 4 * (SLOTS_AT + 4 * SLOTS);

// Values of the word WORKER.
const AWAKE = 0;
/** It waits on WORK. */
const BLOCKED = 1;
/** Its event loop waits for a message. */
const RESTING = 2;

// Words of a slot: its state, lengths of operation and payload in bytes, and where they lie in the ring.
const OPERATION_LENGTH = 1;
const PAYLOAD_LENGTH = 2;
const AT = 3;

// States of a slot.
const WAITS = 0;
const TAKEN = 1;
const TAKEN_BACK = 2;
const ENDED = 3;

// Words of a response, in front of its bytes: the bytes of both, the number of messages that were sent before it, its
// length, and the pages of the guest's memory.
const MESSAGES = 1;
const LENGTH = 2;
const PAGES = 3;
const RESPONSE_HEADER = 16;
/** Length of what fills the end of the ring, where the next response does not fit. */
const FILLER = -1;

const PAGE = 65536;

/** Everything in the rings begins at a multiple of 16. */
const aligned = (bytes) => (bytes + 15) & ~15;
/** Bytes from a place in a ring to its end. */
const restOf = (place) => CAPACITY - (place & (CAPACITY - 1));
const slotAt = (number) => SLOTS_AT + 4 * (number & (SLOTS - 1));

/** Views of the shared memory. */
class Rings {
  constructor(buffer) {
    this.words = new Int32Array(buffer);
    this.requests = new Uint8Array(buffer, BYTES_AT, CAPACITY);
    this.responses = new Uint8Array(buffer, BYTES_AT + CAPACITY, CAPACITY);
  }

  /** The index of the first word of the response at an offset of its ring. */
  responseAt(offset) {
    return (BYTES_AT + CAPACITY + (offset & (CAPACITY - 1))) >> 2;
  }
}

/** The host's end. */
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

/** The most turns of the loop in which a worker looks for work before it blocks: about 50 µs. */
const MOST_TURNS = 8192;
/** The turns of that loop once work has come soon. */
const LEAST_TURNS = 128;

/** Milliseconds of blocking within which work comes soon: next time the worker looks for it twice as long. */
const SOON = 0.2;

/** Milliseconds that a worker blocks before its event loop waits for a message. */
const BLOCKED_FOR = 20;

/** The worker's end. */
export class WorkerRings extends Rings {
  /** The operation and payload that `take` has found. */
  operation;
  payload;
  /** Invocations that were taken or passed. */
  #passed = 0;
  #slot = 0;
  #written = 0;
  #sent = 0;
  #received = 0;
  #turns = 0;

  /** Counts a message to the host. */
  mail() {
    this.#sent = (this.#sent + 1) | 0;
  }

  /** Counts a message from the host. */
  receive() {
    this.#received = (this.#received + 1) | 0;
    Atomics.store(this.words, WORKER, AWAKE);
  }

  /** True if there is a message from the host, or the worker must end: its event loop has to turn. */
  get hasMail() {
    const { words } = this;
    return Atomics.load(words, MAIL) !== this.#received || Atomics.load(words, STOPPED) === 1;
  }

  /** Takes the next invocation that was not taken back. False if there is none, or if a message was sent before it. */
  take() {
    const { words } = this;
    // In this order: the host counts a message before it offers what follows.
    while (Atomics.load(words, OFFERED) !== this.#passed && !this.hasMail) {
      const slot = slotAt(this.#passed);
      const isTaken = Atomics.compareExchange(words, slot, WAITS, TAKEN) === WAITS;
      this.#passed = (this.#passed + 1) | 0;
      if (isTaken) {
        const at = words[slot + AT];
        const payloadEnd = at + words[slot + PAYLOAD_LENGTH];
        this.payload = this.requests.subarray(at, payloadEnd);
        this.operation = this.requests.subarray(payloadEnd, payloadEnd + words[slot + OPERATION_LENGTH]);
        this.#slot = slot;
      }
      Atomics.store(words, PASSED, this.#passed);
      if (isTaken) return true;
    }
    return false;
  }

  /** Ends the invocation that was taken. */
  end() {
    Atomics.store(this.words, this.#slot, ENDED);
  }

  /**
   * Writes a response of a guest with so much memory, in bytes. False if there is no room for it: it goes by a message.
   */
  respond(memorySize, response) {
    const { words } = this;
    const { length } = response;
    if (length > CAPACITY - RESPONSE_HEADER) return false;
    const bytes = aligned(RESPONSE_HEADER + length);
    const rest = restOf(this.#written);
    const start = bytes > rest ? (this.#written + rest) | 0 : this.#written;
    if (((start + bytes - Atomics.load(words, READ)) | 0) > CAPACITY) return false;
    if (bytes > rest) words[this.responseAt(this.#written) + LENGTH] = FILLER;
    const at = this.responseAt(start);
    words[at] = bytes;
    words[at + MESSAGES] = this.#sent;
    words[at + LENGTH] = length;
    words[at + PAGES] = memorySize / PAGE;
    copyName(this.responses, (start & (CAPACITY - 1)) + RESPONSE_HEADER, response, length);
    this.#written = (start + bytes) | 0;
    Atomics.store(words, WRITTEN, this.#written);
    return true;
  }

  /** True if the host has to be sent a message, once: it waits for responses. */
  hostWaits() {
    return Atomics.load(this.words, HOST_WAITS) === 1 && Atomics.exchange(this.words, HOST_WAITS, 0) === 1;
  }

  /**
   * Waits for invocations or messages: looks for a while, then blocks. False if none has come for long: the host sends a
   * message then. How long it looks depends on how soon work has come before.
   */
  wait() {
    const { words } = this;
    const work = Atomics.load(words, WORK);
    if (this.hasMail || Atomics.load(words, OFFERED) !== this.#passed) return true;
    for (let turn = 0; turn < this.#turns; turn++) {
      if (Atomics.load(words, WORK) !== work) return true;
    }
    const since = performance.now();
    Atomics.store(words, WORKER, BLOCKED);
    const outcome = Atomics.wait(words, WORK, work, BLOCKED_FOR);
    const isSoon = performance.now() - since < SOON;
    this.#turns = isSoon ? Math.min(MOST_TURNS, Math.max(LEAST_TURNS, 2 * this.#turns)) : this.#turns >> 1;
    if (outcome !== 'timed-out') {
      Atomics.store(words, WORKER, AWAKE);
      return true;
    }
    // The host may have woken it just now.
    return Atomics.compareExchange(words, WORKER, BLOCKED, RESTING) !== BLOCKED;
  }
}
