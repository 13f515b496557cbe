/**
 * Guests that suspend themselves, on engines without JSPI. `wasm-opt --asyncify` has prepared such a guest. After
 * `asyncify_start_unwind` each of its functions stores its locals and returns, until the export that was called returns.
 * After `asyncify_start_rewind` the same export, called again, gets back to the import that it was in.
 *
 * The locals are stored in the guest's memory, at an address that the host chooses. No place there is free: some
 * allocators take pages that another has added for their own, or all memory up to its end. So the host borrows the end of
 * memory, and puts back what was there as soon as the guest has unwound or rewound.
 *
 * A guest may export functions that do something else. Each step is checked; what does not fit ends the invocation with
 * WAPC_TRAP, and so the instance.
 */

import { NOTHING } from '../base/bytes.js';
import { messageOf } from '../base/error.js';
import { HOST_ANSWERED, RESUME_STOP, RESUME_UNWIND, WASI_MODULES } from '../generated/constants.js';
import { canSuspend } from './suspension.js';

const EXPORTS = ['start_unwind', 'stop_unwind', 'start_rewind', 'stop_rewind', 'get_state'].map(
  (name) => `asyncify_${name}`,
);

/**
 * True if the stack of this guest can be suspended: by the engine, or by the guest itself.
 * @public the core imports it
 */
export function canBeSuspended(module) {
  if (canSuspend()) return true;
  const functions = WebAssembly.Module.exports(module).filter(({ kind }) => kind === 'function');
  return EXPORTS.every((name) => functions.some((exported) => exported.name === name));
}

/** The imports that may suspend a guest. */
const HOST_CALL = '__host_call';
const POLL = 'poll_oneoff';

// The states of a guest.
const RUNS = 0;
/** The guest was told to unwind, and calls nothing until its export has returned. Also a result of `asyncify_get_state`. */
const UNWINDS = 1;
/** The guest was told to rewind, and calls nothing but the import that it was suspended in. */
const REWINDS = 2;
/** One of the guest's asyncify exports runs, or none of its code: it calls nothing. */
const RESTS = 3;

/** Bytes at the end of memory for what a guest stores, and of the two addresses in front of it. */
const AREA = 32_768;
const HEADER = 8;

/** The least and the most bytes of an array for frames that is kept. */
const FEW = 256;
const MANY = 4096;

/** The content of the end of a guest's memory while `borrower` uses that. One for all: guests unwind one at a time. */
let kept;
let borrower;

/** The suspensions of one asyncified guest. */
export class Asyncify {
  #guest;
  #state = RUNS;
  /** The import that the guest is in, and the promise of what it is answered with. */
  #import;
  #pending;
  #answer;
  /** The range of memory for what the guest stores: a header, and from `#base` on its frames. */
  #start;
  #base;
  #end;
  /** A copy of the frames of a suspended guest, and where they ended. The array is kept: most calls are as deep as the last. */
  #frames = NOTHING;
  #top;
  /** The first step that did not fit. Kept, because a guest may catch what its imports throw. */
  #failure;
  #exports;

  /**
   * Puts itself in front of the imports that may suspend the guest.
   * @param {import('./guest.js').Guest} guest
   * @param {Record<string, Record<string, Function>>} imports
   */
  constructor(guest, imports) {
    this.#guest = guest;
    imports.wapc = { ...imports.wapc, [HOST_CALL]: this.#hostCall(imports.wapc[HOST_CALL]) };
    for (const name of WASI_MODULES) {
      if (name in imports) imports[name] = { ...imports[name], [POLL]: this.#poll(imports[name][POLL]) };
    }
  }

  attach(exports) {
    this.#exports = EXPORTS.map((name) => exports[name]);
  }

  #hostCall(call) {
    // Written out: a rest parameter would be an array for each call.
    return (binding, bindingLen, namespace, namespaceLen, operation, operationLen, ptr, len) => {
      if (this.#state !== RUNS) return this.#arrive(HOST_CALL);
      this.#import = HOST_CALL;
      return call(binding, bindingLen, namespace, namespaceLen, operation, operationLen, ptr, len);
    };
  }

  #poll(call) {
    return (subscriptions, events, count, written) => {
      // It has slept: what it waits for is looked at again.
      if (this.#state !== RUNS) this.#arrive(POLL);
      this.#import = POLL;
      return call(subscriptions, events, count, written);
    };
  }

  /**
   * Calls an export of the guest by `call`. Returns its result, or a promise of it if the guest has suspended itself. Throws
   * what the guest throws, or the promise rejects with it.
   */
  run(call) {
    try {
      const result = this.#call(call);
      return this.#state === RUNS ? result : this.#goOn(call);
    } catch (error) {
      throw this.#ended(error);
    }
  }

  /** Like `run`, for a promise in any case. */
  async promise(call) {
    return this.run(call);
  }

  /** Goes on with a guest that is suspended, once it is answered. */
  async #goOn(call) {
    try {
      for (;;) {
        this.#answer = await this.#pending;
        if (this.#answer > HOST_ANSWERED) throw new WebAssembly.RuntimeError('stopped while it was suspended');
        this.#startRewinding();
        const result = this.#callAgain(call);
        if (this.#state === RUNS) return result;
      }
    } catch (error) {
      throw this.#ended(error);
    }
  }

  /** Calls the export of a guest that rewinds. One that counts its instructions (`limits.fuel`) counts on. */
  #callAgain(call) {
    const { quantum } = this.#guest;
    if (quantum === undefined) return this.#call(call);
    const { value } = quantum;
    quantum.value = -1;
    try {
      return this.#call(call);
    } finally {
      quantum.value = value;
    }
  }

  /** Calls the export. Afterwards the guest is suspended unless its state is RUNS. */
  #call(call) {
    const result = call();
    if (this.#failure !== undefined) throw this.#failure;
    if (this.#state !== RUNS) this.#stopUnwinding();
    return result;
  }

  /** The error of a call that has ended with `error`. Nothing of it is left. */
  #ended(error) {
    // Where its preparation did not name the import, a guest goes on there, or comes back to somewhere else.
    if (this.#state === UNWINDS || this.#state === REWINDS) {
      this.#failure ??= failureOf(`it neither unwound nor went on (${messageOf(error)}): ${this.#advice()}`);
    }
    const failure = this.#failure ?? error;
    this.#state = RUNS;
    this.#pending = this.#failure = undefined;
    if (borrower === this) borrower = undefined;
    // A guest that trapped while it unwound does not wait any more.
    this.#guest.suspension.stop();
    return failure;
  }

  /** Called by the shim through `suspend.wat`: begins to unwind the guest until `pending` resolves. Never throws. */
  unwind(pending) {
    const [startUnwind] = this.#exports;
    this.#pending = pending;
    try {
      const length = this.#guest.memoryLength();
      this.#start = Math.max(0, length - AREA);
      this.#base = this.#start + HEADER;
      // An address has 32 bits: the end of 4 GiB would be 0.
      this.#end = length - HEADER;
      this.#borrow(length);
      this.#write(this.#base);
      this.#state = UNWINDS;
      startUnwind(this.#start);
      return RESUME_UNWIND;
    } catch (error) {
      this.#failure ??= error;
      return RESUME_STOP;
    }
  }

  /** The guest's export has returned: takes what it has stored. */
  #stopUnwinding() {
    const [, stopUnwind, , , getState] = this.#exports;
    if (this.#state !== UNWINDS) this.#fail('it returned before it was back in its import');
    this.#state = RESTS;
    const top = this.#guest.readU32(this.#start);
    if (getState() !== UNWINDS || top === this.#base) this.#fail(`it did not unwind: ${this.#advice()}`);
    if (top < this.#base || top > this.#end) this.#fail(`its stack takes more than ${AREA} bytes`);
    stopUnwind();
    const length = top - this.#base;
    if (length > this.#frames.length) this.#frames = new Uint8Array(Math.max(length, FEW));
    this.#frames.set(this.#guest.bytes(top).subarray(this.#base, top));
    this.#top = top;
    this.#putBack();
  }

  /** Gives the guest back what it has stored. Its export is called next. */
  #startRewinding() {
    const [, , startRewind] = this.#exports;
    this.#borrow(this.#top);
    this.#guest.bytes(this.#top).set(this.#frames.subarray(0, this.#top - this.#base), this.#base);
    if (this.#frames.length > MANY) this.#frames = NOTHING;
    this.#write(this.#top);
    this.#guest.core.instance_resume(this.#guest.id);
    this.#state = RESTS;
    startRewind(this.#start);
    this.#state = REWINDS;
  }

  /** An import is called by a guest that does not run: answers it if the guest is back where it was suspended. */
  #arrive(name) {
    const [, , , stopRewind] = this.#exports;
    if (this.#state !== REWINDS || name !== this.#import) this.#fail(`it called \`${name}\``);
    this.#state = RESTS;
    stopRewind();
    this.#putBack();
    this.#state = RUNS;
    return this.#answer;
  }

  /** Keeps the content of the guest's memory from `#start` to `end`. */
  #borrow(end) {
    kept ??= new Uint8Array(AREA);
    kept.set(this.#guest.bytes(end).subarray(this.#start, end));
    borrower = this;
  }

  /** Puts back what was there before the guest's frames. */
  #putBack() {
    // A guest that calls its logger while it unwinds or rewinds lets others do so.
    if (borrower !== this) this.#fail('it let another guest run');
    this.#guest.bytes(this.#top).set(kept.subarray(0, this.#top - this.#start), this.#start);
    borrower = undefined;
  }

  /** Writes the header: where what the guest stores ends now, and where it must end. */
  #write(top) {
    const view = this.#guest.bytes(this.#end);
    for (let byte = 0; byte < 4; byte++) {
      view[this.#start + byte] = top >>> (8 * byte);
      view[this.#start + 4 + byte] = this.#end >>> (8 * byte);
    }
  }

  #advice() {
    return `is \`${this.#import}\` among its \`asyncify-imports\`, and its stack within ${AREA} bytes?`;
  }

  #fail(reason) {
    throw (this.#failure ??= failureOf(reason));
  }
}

const failureOf = (reason) => new WebAssembly.RuntimeError(`the guest cannot be suspended: ${reason}`);
