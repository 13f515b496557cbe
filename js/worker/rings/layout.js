/**
 * Rings in memory that a host and its worker share: invocations one way, their responses the other. Each has one writer
 * and one reader. Payloads and responses that are too long go by messages, in the same order: a response names the number
 * of messages that the worker has sent before it.
 */

/** Invocations that are handed to a worker at once, at the most: a power of two. */
export const SLOTS = 64;

/** Bytes of each ring. A longer payload or response goes by a message. */
export const CAPACITY = 1 << 20;

// Offsets of words.
/** Invocations and messages that the host has sent: what an idle worker waits on. */
export const WORK = 0;
/** Invocations that the host has offered. */
export const OFFERED = 1;
/** Invocations that the worker has taken, or passed because they were taken back. */
export const PASSED = 2;
/** Messages that the host has sent, which the worker receives when its event loop turns. */
export const MAIL = 3;
/** State of the worker: AWAKE, BLOCKED or RESTING. */
export const WORKER = 4;
/** 1 if the host wants a message when there is a response. */
export const HOST_WAITS = 5;
/** 1 once the worker must end. */
export const STOPPED = 6;
/** Bytes of responses that were written, and read; both wrap around at 2^32. */
export const WRITTEN = 7;
export const READ = 8;
const SLOTS_AT = 16;
export const BYTES_AT = 4 * (SLOTS_AT + 4 * SLOTS);

// Values of the word WORKER.
export const AWAKE = 0;
/** It waits on WORK. */
export const BLOCKED = 1;
/** Its event loop waits for a message. */
export const RESTING = 2;

// Words of a slot: its state, lengths of operation and payload in bytes, and where they lie in the ring.
export const OPERATION_LENGTH = 1;
export const PAYLOAD_LENGTH = 2;
export const AT = 3;

// States of a slot.
export const WAITS = 0;
export const TAKEN = 1;
export const TAKEN_BACK = 2;
export const ENDED = 3;

// Words of a response, in front of its bytes: the bytes of both, the number of messages that were sent before it, its
// length, and the pages of the guest's memory.
export const MESSAGES = 1;
export const LENGTH = 2;
export const PAGES = 3;
export const RESPONSE_HEADER = 16;
/** Length of what fills the end of the ring, where the next response does not fit. */
export const FILLER = -1;

export const PAGE = 65536;

/** Everything in the rings begins at a multiple of 16. */
export const aligned = (bytes) => (bytes + 15) & ~15;
/** Bytes from a place in a ring to its end. */
export const restOf = (place) => CAPACITY - (place & (CAPACITY - 1));
export const slotAt = (number) => SLOTS_AT + 4 * (number & (SLOTS - 1));

/** Views of the shared memory. */
export class Rings {
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
