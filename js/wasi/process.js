/** A guest as WASI sees it: its memory, clocks, randomness and output. */

import { NOTHING, copyIn, copyOut } from '../base/bytes.js';
import { endOf } from '../invocation/last-words.js';
import { LONG } from '../invocation/time-limit.js';
import { lengthOf } from '../base/payload.js';
import { argumentError } from '../base/error.js';
import { endWriters, writerOf } from './streams.js';

/** Most bytes that one `crypto.getRandomValues` call fills. */
const RANDOM_AT_ONCE = 65536;

/** First time, in ms since 1970, that does not fit in 64 bits of nanoseconds. */
const LATEST = 2 ** 64 / 1e6;

const STANDARD_ERROR = 2;

const NO_MEMORY = new ArrayBuffer(0);

export class Process {
  #bytes;
  #data;
  #writers;
  #ended;
  #now;
  #random;
  /** The last time, in ms since 1970, that the caller's clock returned; undefined if the guest has the system clock. */
  lastTime;

  constructor(guest, settings, ended) {
    this.guest = guest;
    this.#writers = [undefined, writerOf(1, settings.stdout), writerOf(2, settings.stderr)];
    this.#ended = ended;
    this.#now = settings.now;
    this.#random = settings.random;
    // 0 until the first call: file times must not depend on the system clock either.
    if (this.hasOwnClock) this.lastTime = 0;
    this.#look(NO_MEMORY);
  }

  /** True if the guest has the caller's clock. */
  get hasOwnClock() {
    return this.#now !== undefined;
  }

  /** The realtime clock (ms since 1970) or a monotonic one. -1 if the caller's clock threw or returned no time. */
  clock(isMonotonic) {
    if (this.#now === undefined) return isMonotonic === 0 ? Date.now() : performance.now();
    const time = this.#call(() => {
      const now = this.#now;
      const given = now();
      if (!(typeof given === 'number' && given >= 0 && given < LATEST)) {
        throw argumentError('wasi.now', 'milliseconds since 1970', given);
      }
      return given;
    });
    if (time === undefined) return -1;
    this.lastTime = time;
    return time;
  }

  /** Fills a range of guest memory with random bytes: 1 on success, 0 if the caller's source threw. */
  fillRandomly(ptr, length) {
    if (this.#random === undefined) {
      fillRandomly(this.view(ptr, length));
      return 1;
    }
    const bytes = this.#call(() => {
      // A new array for the caller, who may keep, detach or transfer it.
      const filled = new Uint8Array(length);
      const random = this.#random;
      random(filled);
      if (lengthOf(filled) !== length) throw argumentError('wasi.random', 'the array filled as it is', filled);
      return filled;
    });
    return bytes !== undefined && copyIn(this.view(ptr, length), 0, bytes, length) ? 1 : 0;
  }

  /**
   * The result of `work`, which calls a callback of the caller; undefined if that threw. Its error is kept.
   */
  #call(work) {
    try {
      const { scope } = this.guest;
      return scope === undefined ? work() : scope.runInAsyncScope(work);
    } catch (error) {
      this.guest.keepCause(error);
      return undefined;
    }
  }

  /** Closes the guest's handles, and flushes its output. Never throws. */
  end() {
    this.#ended?.();
    this.#ended = undefined;
    this.#look(NO_MEMORY);
    endWriters(this.#writers);
  }

  /** Length of linear memory in bytes; 0 before instantiation. */
  memoryLength() {
    return this.guest.memoryLength();
  }

  /** A view of memory up to `end` at least. */
  #to(end) {
    if (end > this.#bytes.length) this.#refresh();
    return this.#bytes;
  }

  /** Renews the views after growth: the old ones are detached, or too short if the memory is shared. */
  #refresh() {
    this.#look(this.guest.memory.buffer);
  }

  #look(memory) {
    this.#bytes = new Uint8Array(memory);
    this.#data = new DataView(memory);
  }

  view(ptr, length) {
    if (length >= LONG) this.guest.spend(length);
    // An empty range may point anywhere, and the views may be detached.
    return length === 0 ? NOTHING : this.#to(ptr + length).subarray(ptr, ptr + length);
  }

  load(ptr) {
    this.#reach(ptr + 3);
    return this.#data.getInt32(ptr, true);
  }

  store(ptr, value) {
    this.#reach(ptr + 3);
    this.#data.setInt32(ptr, value, true);
  }

  /**
   * Renews the views if the byte at `ptr` is not in them. Reading a byte is faster in V8 than reading a view's length.
   */
  #reach(ptr) {
    if (this.#bytes[ptr] === undefined) this.#refresh();
  }

  /** Passes a copy of a range of the guest's memory to a writer, like `emitFrom`. */
  emit(stream, ptr, length) {
    return this.emitFrom(this.#to(ptr + length), stream, ptr, length);
  }

  /**
   * Passes a copy of a range of `bytes` to a writer: 1 on success; 0 if it threw, or the engine has no memory for the copy.
   * The error is kept: thrown on, it would unwind Rust, and the guest could catch it.
   */
  emitFrom(bytes, stream, start, length) {
    try {
      const chunk = copyOut(bytes, start, length);
      if (stream === STANDARD_ERROR) this.guest.recordSaid(endOf(chunk));
      const writer = this.#writers[stream];
      const { scope } = this.guest;
      if (scope === undefined) writer.write(chunk);
      else scope.runInAsyncScope(writer.write, writer, chunk);
      return 1;
    } catch (error) {
      this.guest.keepCause(error);
      return 0;
    }
  }
}

function fillRandomly(view) {
  // `crypto.getRandomValues` refuses shared memory. A copy of all of it could be more than the engine has memory for.
  const own = view.buffer instanceof ArrayBuffer ? undefined : new Uint8Array(RANDOM_AT_ONCE);
  for (let at = 0; at < view.length; at += RANDOM_AT_ONCE) {
    const part = view.subarray(at, at + RANDOM_AT_ONCE);
    if (own === undefined) crypto.getRandomValues(part);
    else part.set(crypto.getRandomValues(own.subarray(0, part.length)));
  }
}
