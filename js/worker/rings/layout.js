/**
 * Rings in memory that a host and its worker share. One has the invocations; the other one has records of what the worker
 * says: responses, host calls, log lines and output. Each ring has one writer and one reader. What is too long goes by
 * messages, in the same order: a record names the number of messages that the worker has sent before it.
 */

/** Invocations that are handed to a worker at once, at the most: a power of two. */
export const SLOTS = 256;

/** Bytes of each ring. What does not fit goes by messages. */
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
/** 1 if the host wants a message when there is a record. */
export const HOST_WAITS = 5;
/** 1 once the worker must end. */
export const STOPPED = 6;
/** Bytes of records that were written, and read; both wrap around at 2^32. */
export const WRITTEN = 7;
export const READ = 8;
const SLOTS_AT = 16;
export const BYTES_AT = 4 * (SLOTS_AT + 4 * SLOTS);

// Values of the word WORKER.
export const AWAKE = 0;
/** The worker waits on WORK. */
export const BLOCKED = 1;
/** The worker's event loop waits for a message. */
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

// Words of a record, in front of its bytes: the bytes of both, the number of messages that were sent before it, its kind,
// and the length of its bytes; of a host call those of the payload, after which its names come.
export const MESSAGES = 1;
export const KIND = 2;
export const LENGTH = 3;
/** Of a response: the pages of the guest's memory. */
export const PAGES = 4;
/** Of output: 1 or 2 for the standard stream. */
export const STREAM = 4;
/** Of a host call: the lengths in bytes of binding, namespace and operation, in three words. */
export const NAMES = 4;
export const RECORD_HEADER = 32;

// Kinds of records.
/** Fills the end of the ring, where the next record does not fit. */
export const FILLER = 0;
export const RESPONSE = 1;
export const HOST_CALL = 2;
export const LINE = 3;
export const CHUNK = 4;

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
    this.records = new Uint8Array(buffer, BYTES_AT + CAPACITY, CAPACITY);
  }

  /** The index of the first word of the record at an offset of its ring. */
  recordAt(offset) {
    return (BYTES_AT + CAPACITY + (offset & (CAPACITY - 1))) >> 2;
  }

  /** The index in `records` of the bytes of a record, by the index of its first word. */
  bytesAt(word) {
    return 4 * word - BYTES_AT - CAPACITY + RECORD_HEADER;
  }
}
