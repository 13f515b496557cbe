/** The worker's end of the rings. */

import { copyName } from '../../base/bytes.js';
import {
  AT,
  AWAKE,
  BLOCKED,
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
  STOPPED,
  TAKEN,
  WAITS,
  WORK,
  WORKER,
  WRITTEN,
  aligned,
  restOf,
  slotAt,
} from './layout.js';

/** The most turns of the loop in which a worker looks for work before it blocks: about 50 µs. */
const MOST_TURNS = 8192;
/** The turns of that loop once work has come soon. */
const LEAST_TURNS = 128;

/** Milliseconds of blocking within which work comes soon: next time the worker looks for it twice as long. */
const SOON = 0.2;

/** Milliseconds that a worker blocks before its event loop waits for a message. */
const BLOCKED_FOR = 20;

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
