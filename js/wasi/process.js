/** One guest as WASI sees it: its memory, and where its output goes. */

import { copyIn, copyOut } from '../base/bytes.js';
import { lengthOf } from '../base/payload.js';
import { lenient } from '../base/encoding.js';
import { argumentError } from '../base/error.js';
import { endWriters, writerOf } from './streams.js';

/** Bytes that `crypto.getRandomValues` fills at once. */
const RANDOM_AT_ONCE = 65536;

/** The first time, in ms since 1970, that nanoseconds in 64 bits cannot say. */
const LATEST = 2 ** 64 / 1e6;

const STANDARD_ERROR = 2;

/** Bytes at the end of a chunk that are kept for the error of a trap. */
const HEARD = 1024;

const NO_MEMORY = new ArrayBuffer(0);
const NOTHING = new Uint8Array(0);

export class Process {
  #bytes;
  #data;
  #writers;
  #ended;
  #now;
  #random;
  /** The time that the guest was last told by a clock of the caller's, in ms since 1970; undefined where it has the machine's. */
  told;

  constructor(guest, settings, ended) {
    this.guest = guest;
    this.#writers = [undefined, writerOf(1, settings.stdout), writerOf(2, settings.stderr)];
    this.#ended = ended;
    this.#now = settings.now;
    this.#random = settings.random;
    // Until it is told one: the times of files do not depend on the machine's clock either.
    if (this.hasOwnClock) this.told = 0;
    this.#look(NO_MEMORY);
  }

  /** True where its clock is the caller's. */
  get hasOwnClock() {
    return this.#now !== undefined;
  }

  /** The time in ms: since 1970, or on a clock that only goes forward. -1 where the caller's clock threw, or told no time. */
  clock(isMonotonic) {
    if (this.#now === undefined) return isMonotonic === 0 ? Date.now() : performance.now();
    const told = this.#call(() => {
      const now = this.#now;
      const time = now();
      if (!(typeof time === 'number' && time >= 0 && time < LATEST)) {
        throw argumentError('wasi.now', 'milliseconds since 1970', time);
      }
      return time;
    });
    if (told === undefined) return -1;
    this.told = told;
    return told;
  }

  /** Fills a range of the guest's memory: 1. 0 where the caller's source of randomness threw. */
  fillRandomly(ptr, length) {
    if (this.#random === undefined) {
      fillRandomly(this.view(ptr, length));
      return 1;
    }
    const bytes = this.#call(() => {
      // The caller's own, which it may keep, detach or transfer.
      const filled = new Uint8Array(length);
      const random = this.#random;
      random(filled);
      if (lengthOf(filled) !== length) throw argumentError('wasi.random', 'the array filled as it is', filled);
      return filled;
    });
    return bytes !== undefined && copyIn(this.view(ptr, length), 0, bytes, length) ? 1 : 0;
  }

  /** The result of a work that runs code of the caller's; undefined where it threw, which is kept as what the guest's call threw. */
  #call(work) {
    try {
      const { scope } = this.guest;
      return scope === undefined ? work() : scope.runInAsyncScope(work);
    } catch (error) {
      this.#keep(error);
      return undefined;
    }
  }

  /** Keeps what a callback of the caller's threw: it is the cause of the guest's trap. */
  #keep(error) {
    if (this.guest.invocation !== undefined) this.guest.invocation.thrown = error;
  }

  /** Closes what it had open. Never throws. */
  end() {
    this.#ended?.();
    this.#ended = undefined;
    this.#look(NO_MEMORY);
    endWriters(this.#writers);
  }

  /** Bytes of linear memory now; 0 before there is an instance. */
  memoryLength() {
    return this.guest.memoryLength();
  }

  /** A view that reaches to `end`. */
  #to(end) {
    if (end > this.#bytes.length) this.#refresh();
    return this.#bytes;
  }

  /** After growth: the old views are detached, or short where the memory is shared. */
  #refresh() {
    this.#look(this.guest.memory.buffer);
  }

  #look(memory) {
    this.#bytes = new Uint8Array(memory);
    this.#data = new DataView(memory);
  }

  view(ptr, length) {
    // An empty range may be one of a memory that has grown since, whose views are gone.
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

  /** Sees to it that the byte at `ptr` is in the views. Not by their length, which takes V8 longer to read than a byte. */
  #reach(ptr) {
    if (this.#bytes[ptr] === undefined) this.#refresh();
  }

  emit(stream, ptr, length) {
    return this.emitBytes(stream, copyOut(this.#to(ptr + length), ptr, length));
  }

  /** Hands a chunk to a writer: 1. 0 where that threw; what it threw is kept as what the guest's call threw. */
  emitBytes(stream, chunk) {
    try {
      if (stream === STANDARD_ERROR) this.guest.hear(lenient.decode(chunk.subarray(-HEARD)));
      const writer = this.#writers[stream];
      const { scope } = this.guest;
      if (scope === undefined) writer.write(chunk);
      else scope.runInAsyncScope(writer.write, writer, chunk);
      return 1;
    } catch (error) {
      this.#keep(error);
      return 0;
    }
  }
}

function fillRandomly(view) {
  // Not into shared memory, which it refuses.
  const target = view.buffer instanceof ArrayBuffer ? view : new Uint8Array(view.length);
  for (let at = 0; at < target.length; at += RANDOM_AT_ONCE) {
    crypto.getRandomValues(target.subarray(at, at + RANDOM_AT_ONCE));
  }
  if (target !== view) view.set(target);
}
