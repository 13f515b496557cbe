/** The worker's end of the rings. */

import { copyName, copyOut } from '../../base/bytes.js';
import { AdaptiveSpin, LEAST_CHECKS, MOST_CHECKS } from '../adaptive-spin.js';
import {
  AT,
  AWAKE,
  BLOCKED,
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
  STOPPED,
  STREAM,
  TAKEN,
  WAITS,
  WORK,
  WORKER,
  WRITTEN,
  aligned,
  restOf,
  slotAt,
} from './layout.js';

/** Milliseconds that a worker blocks before its event loop waits for a message. */
const BLOCKED_FOR = 20;

export class WorkerRings extends Rings {
  /** The operation and payload that `take` has found. */
  operation;
  payload;
  /** Invocations that were taken or passed. */
  #passed = 0;
  #slot = 0;
  /** Offset of the next record, and of the end of the one that was begun. */
  #written = 0;
  #end = 0;
  /** True once the guest has responded. */
  hasResponse = false;
  /** The first word of the record of its response, which was begun; -1 if it is not there. */
  #at = -1;
  /** Its response, where it is not in its record. */
  #response;
  #sent = 0;
  #received = 0;
  #spin = new AdaptiveSpin(LEAST_CHECKS, MOST_CHECKS);

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

  /** Call before an invocation whose response is to be written here. */
  begin() {
    this.#at = -1;
    this.#response = undefined;
    this.hasResponse = false;
  }

  /**
   * For an `Invocation`, in place of an array of the caller's: copies a response of the guest, the `len` bytes of `view`
   * at `ptr`, to its record where there is room. The last one counts.
   */
  write(view, ptr, len) {
    // The last response counts: one that was begun is not kept.
    this.#at = -1;
    this.#at = this.#begin(RESPONSE, len, len);
    if (this.#at < 0) this.#response = copyOut(view, ptr, len);
    // An empty range does not touch the view, which may be detached.
    else if (len > 0) copyName(this.records, this.bytesAt(this.#at), view.subarray(ptr, ptr + len), len);
    this.hasResponse = true;
  }

  /** For an `Invocation`: the response, where it is not in its record. */
  response() {
    return this.#response;
  }

  /** Lets the host read the record of a response, and the size of the guest's memory in bytes. False if there is none. */
  respond(memorySize) {
    if (this.#at < 0) return false;
    this.words[this.#at + PAGES] = memorySize / PAGE;
    this.#publish();
    this.#at = -1;
    return true;
  }

  /** Writes a host call; the names are UTF-8. False if there is no room for it. */
  call(binding, namespace, operation, payload) {
    const { words, records } = this;
    const { length } = payload;
    const at = this.#begin(HOST_CALL, length, length + binding.length + namespace.length + operation.length);
    if (at < 0) return false;
    let name = this.bytesAt(at) + length;
    words[at + NAMES] = binding.length;
    words[at + NAMES + 1] = namespace.length;
    words[at + NAMES + 2] = operation.length;
    copyName(records, name, binding, binding.length);
    copyName(records, (name += binding.length), namespace, namespace.length);
    copyName(records, name + namespace.length, operation, operation.length);
    return this.#finish(at, payload);
  }

  /** Writes a log line in UTF-8. False if there is no room for it. */
  log(line) {
    const at = this.#begin(LINE, line.length, line.length);
    return at >= 0 && this.#finish(at, line);
  }

  /** Writes a chunk of a standard stream. False if there is no room for it. */
  output(stream, chunk) {
    const at = this.#begin(CHUNK, chunk.length, chunk.length);
    if (at < 0) return false;
    this.words[at + STREAM] = stream;
    return this.#finish(at, chunk);
  }

  /** Begins a record with `size` bytes behind its header: the index of its first word, or -1 where there is no room. */
  #begin(kind, length, size) {
    const { words } = this;
    // The guest has responded, and goes on: what it says now comes first.
    if (this.#at >= 0) this.#takeBackResponse();
    if (size > CAPACITY - RECORD_HEADER) return -1;
    const bytes = aligned(RECORD_HEADER + size);
    const rest = restOf(this.#written);
    const start = bytes > rest ? (this.#written + rest) | 0 : this.#written;
    if (((start + bytes - Atomics.load(words, READ)) | 0) > CAPACITY) return -1;
    if (bytes > rest) words[this.recordAt(this.#written) + KIND] = FILLER;
    const at = this.recordAt(start);
    words[at] = bytes;
    words[at + MESSAGES] = this.#sent;
    words[at + KIND] = kind;
    words[at + LENGTH] = length;
    this.#end = (start + bytes) | 0;
    return at;
  }

  /** Writes the bytes of the record that was begun: the host may read it. Returns true. */
  #finish(at, bytes) {
    copyName(this.records, this.bytesAt(at), bytes, bytes.length);
    this.#publish();
    return true;
  }

  /** The host may read the record that was begun. */
  #publish() {
    this.#written = this.#end;
    Atomics.store(this.words, WRITTEN, this.#written);
  }

  #takeBackResponse() {
    const start = this.bytesAt(this.#at);
    this.#response = copyOut(this.records, start, this.words[this.#at + LENGTH]);
    this.#at = -1;
  }

  /** True if the host has to be sent a message, once: it waits for records. */
  hostWaits() {
    return Atomics.load(this.words, HOST_WAITS) === 1 && Atomics.exchange(this.words, HOST_WAITS, 0) === 1;
  }

  /**
   * Waits for invocations or messages: spins, then blocks. False if none has come for long: the host sends a message then.
   */
  wait() {
    const { words } = this;
    const work = Atomics.load(words, WORK);
    if (this.hasMail || Atomics.load(words, OFFERED) !== this.#passed) return true;
    for (let left = this.#spin.checks; left > 0; left--) {
      if (Atomics.load(words, WORK) !== work) return true;
    }
    this.#spin.block();
    Atomics.store(words, WORKER, BLOCKED);
    const outcome = Atomics.wait(words, WORK, work, BLOCKED_FOR);
    this.#spin.wake();
    if (outcome !== 'timed-out') {
      Atomics.store(words, WORKER, AWAKE);
      return true;
    }
    // The host may have woken it just now.
    return Atomics.compareExchange(words, WORKER, BLOCKED, RESTING) !== BLOCKED;
  }
}
