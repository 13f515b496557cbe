/**
 * The JavaScript half of one guest instance: its memory, the bytes in flight and the calls that may throw. The core
 * (`src/instance.rs`) checks every range and takes every decision; nothing here throws into it.
 */

import { CALL_SUCCEEDED, CALL_THREW } from '../generated/constants.js';
import { NameCache, copyIn, copyName, copyOut, decodeLenient, decodeUtf16 } from '../base/bytes.js';
import { unlist } from './coroutine.js';
import { Invocation } from './invocation.js';
import { hear, lastWords } from './last-words.js';
import { refuse } from './host-call.js';
import { restoreStack } from './stack.js';
import { Suspension } from './suspension.js';

/** The instances that live, by their numbers. */
const guests = [];

/** Functions that the shim imports to copy between a guest's memory and the caller's arrays: each 1 where it did, 0 where not. */
export const copies = {
  write_request: (id, operationPtr, ptr) => guests[id].writeRequest(operationPtr >>> 0, ptr >>> 0),
  read_response: (id, ptr, len) => guests[id].readResponse(ptr >>> 0, len >>> 0),
  write_answer: (id, ptr, len) => guests[id].writeAnswer(ptr >>> 0, len >>> 0),
};

export class Guest {
  /**
   * @param {number} id of the instance in the core
   * @param {{ id: number }} host what callbacks see of the host
   * @param {boolean} suspendable whether its invocations run on a stack that can be suspended
   * @param {import('../api/index.js').HostCall | undefined} hostCall
   * @param {Function | undefined} logger
   * @param {number | undefined} timeout ms that an invocation may take
   * @param {import('../generated/core.js').InitOutput} core the core's raw exports
   */
  constructor(id, host, suspendable, hostCall, logger, timeout, core) {
    this.id = id;
    this.host = host;
    this.suspendable = suspendable;
    /** @type {import('../api/index.js').HostCall} */
    this.hostCall = hostCall ?? refuse;
    this.logger = logger;
    this.core = core;
    this.suspension = new Suspension(id, timeout, core);
    this.hostCallSettled = core.host_call_settled;
    this.exports = undefined;
    this.memory = undefined;
    this.view = new Uint8Array(0);
    this.guestCall = undefined;
    this.promising = undefined;
    this.invocation = undefined;
    /** True where the last invocation that might have been suspended was not. */
    this.isSteady = false;
    /** True once it is in the table of coroutines. */
    this.isListed = false;
    /** Where callbacks are run: undefined where that is where they are called. */
    this.scope = undefined;
    /** Its half of WASI, if it imports that. */
    this.wasi = undefined;
    this.binding = new NameCache();
    this.namespace = new NameCache();
    this.operation = new NameCache();
    guests[id] = this;
  }

  /** An instance is about to be made, in `limit` ms if that is limited: its start function may call imports. */
  prepare(limit) {
    this.invocation = new Invocation();
    this.suspension.limit(limit);
  }

  /** The instance is there: its memory can be reached from now on. */
  attach(exports) {
    this.exports = exports;
    this.memory = exports.memory;
    this.guestCall = exports.__guest_call;
    this.#refresh();
  }

  /** Lets go of the instance, so that nothing that still refers to this object keeps its memory alive. */
  release() {
    guests[this.id] = undefined;
    if (this.isListed) unlist(this.id);
    this.exports = this.memory = this.guestCall = this.promising = this.invocation = undefined;
    this.hostCall = this.logger = undefined;
    this.wasi?.end();
    this.view = new Uint8Array(0);
  }

  /** Bytes of linear memory now; 0 before there is an instance. */
  memoryLength() {
    return this.memory === undefined ? 0 : this.memory.buffer.byteLength;
  }

  /** Calls `__guest_call` on a stack that can be suspended: a promise of its result. */
  callPromising(operationLength, payloadLength) {
    this.promising ??= WebAssembly.promising(this.guestCall);
    return this.promising(operationLength, payloadLength);
  }

  /** Calls one of the exports that start a guest. */
  start(name) {
    const { invocation } = this;
    try {
      this.exports[name]();
      return CALL_SUCCEEDED;
    } catch (error) {
      restoreStack();
      invocation.thrown ??= error;
      return CALL_THREW;
    }
  }

  /** Starts the guest on a stack that can be suspended: a promise of CALL_SUCCEEDED or CALL_THREW, which never rejects. */
  startPromising(name) {
    const { invocation } = this;
    // Its host calls before this were of a start that could not wait.
    invocation.hostCallContext = undefined;
    return WebAssembly.promising(this.exports[name])().then(
      () => {
        this.suspension.end();
        return CALL_SUCCEEDED;
      },
      (error) => {
        restoreStack();
        invocation.thrown ??= error;
        this.suspension.end();
        return CALL_THREW;
      },
    );
  }

  /** The error that the guest's call threw. */
  get thrown() {
    return this.invocation.thrown;
  }

  /** `{ error }` of what the host callback threw last. */
  get failure() {
    return this.invocation.failure;
  }

  // 1 where they did it, 0 where not: a boolean takes V8 10 ns more.

  /** Writes the request, unless the caller's array is no longer what it was (detached, resized or grown). */
  writeRequest(operationPtr, ptr) {
    const { operation, operationLength, payload, payloadLength } = this.invocation;
    const view = this.bytes(Math.max(operationPtr + operationLength, ptr + payloadLength));
    copyName(view, operationPtr, operation, operationLength);
    return copyIn(view, ptr, payload, payloadLength) ? 1 : 0;
  }

  /** Copies the response out, unless the engine has no memory for it. */
  readResponse(ptr, len) {
    try {
      // An empty range touches nothing, wherever it points: there may be no memory yet.
      const view = len === 0 ? this.view : this.bytes(ptr + len);
      this.invocation.response = copyOut(view, ptr, len);
      return 1;
    } catch {
      return 0;
    }
  }

  /** Writes what the host callback answered, or its error text, unless that is no longer what it was. */
  writeAnswer(ptr, len) {
    return copyIn(this.bytes(ptr + len), ptr, this.invocation.answer, len) ? 1 : 0;
  }

  /** True once the guest has responded. */
  hasResponded() {
    return this.invocation?.response !== undefined;
  }

  /** Ends an invocation that is suspended. */
  stop() {
    this.suspension.stop();
  }

  /** Tells the callbacks of the running invocation that nobody waits any more. */
  abortHostCalls(reason) {
    this.invocation?.abort(reason);
  }

  /** Bytes of the host error that the last failing host call left. */
  answerLength() {
    return this.invocation.answerLength;
  }

  /** Keeps a line of text that the guest says, or a part of what it writes to standard error: the end of that may explain a trap. */
  hear(text) {
    const invocation = /** @type {any} */ (this.invocation);
    // Not a field of every invocation: few guests say anything.
    if (invocation !== undefined) invocation.said = hear(invocation.said ?? '', text);
  }

  /** The last lines that the guest said in this invocation, as the end of an error message. */
  lastWords() {
    return lastWords(/** @type {any} */ (this.invocation)?.said ?? '');
  }

  /** Hands a line of text to the logger. False where that threw; what it threw is kept as what the guest's call threw. */
  log(text) {
    const { logger } = this;
    this.hear(text);
    this.hear('\n');
    try {
      if (logger === undefined) console.log(text);
      else if (this.scope === undefined) logger(text);
      else this.scope.runInAsyncScope(logger, undefined, text);
      return true;
    } catch (error) {
      if (this.invocation !== undefined) this.invocation.thrown = error;
      return false;
    }
  }

  /** UTF-8 text for people to read; undefined where it is longer than the engine's strings can be. */
  text(ptr, len) {
    try {
      return decodeLenient(this.bytes(ptr + len), ptr, len);
    } catch {
      return undefined;
    }
  }

  /** UTF-16 text of AssemblyScript; undefined as in `text`. */
  textUtf16(ptr, len) {
    try {
      return decodeUtf16(this.bytes(ptr + len), ptr, len);
    } catch {
      return undefined;
    }
  }

  /** The little-endian u32 at `ptr`. */
  readU32(ptr) {
    const view = this.bytes(ptr + 4);
    return (view[ptr] | (view[ptr + 1] << 8) | (view[ptr + 2] << 16) | (view[ptr + 3] << 24)) >>> 0;
  }

  /** A view of memory that reaches to `end`: growth detaches the old one, or leaves it short where the memory is shared. */
  bytes(end) {
    return end <= this.view.length ? this.view : this.#refresh();
  }

  #refresh() {
    return (this.view = new Uint8Array(this.memory.buffer));
  }
}
