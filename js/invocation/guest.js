/**
 * The JavaScript half of a guest instance: its memory, the bytes of the current invocation, and the calls that may
 * throw. The core (`src/instance.rs`) checks every range and makes every decision. Nothing here throws into it.
 */

import { CALL_SUCCEEDED, CALL_THREW, OWN_EXPORTS } from '../generated/constants.js';
import { Copier, NOTHING, NameCache, SHORT, copyIn, copyName, decodeLenient, decodeUtf16 } from '../base/bytes.js';
import { isSampled, sample } from '../base/sampling.js';
import { LONGEST } from '../base/timer.js';
import { Asyncify } from './asyncify.js';
import { delist, enlist } from './calling-guests.js';
import { unlist } from './coroutine.js';
import { Invocation } from './invocation.js';
import { appendSaid, lastWords } from './last-words.js';
import { refuse } from './host-call.js';
import { threw } from './stack.js';
import { Suspension, canSuspend } from './suspension.js';
import { LONG, LONG_TEXT, attachRefill, overdueError, spend, timeLeft } from './time-limit.js';

/** Live instances by number. */
const guests = [];

/** The start of an instance that is being created; undefined if that has not begun. */
export const startOfGuest = (id) => guests[id]?.invocation;

/** The start of an instance of a host that is being created; undefined if there is none. */
export const startOn = (host) => guests.find((guest) => guest?.host.id === host)?.invocation;

/** The invocations of this thread that are suspended. */
export const suspendedInvocations = () =>
  guests.filter((guest) => guest?.suspension.wasNeeded).map(({ invocation }) => invocation);

/**
 * Imports of the shim that copy between a guest's memory and arrays of the caller. Each returns 1 on success, 0 on
 * failure.
 */
export const copies = {
  write_request: (id, operationPtr, ptr) => guests[id].writeRequest(operationPtr >>> 0, ptr >>> 0),
  read_response: (id, ptr, len) => guests[id].readResponse(ptr >>> 0, len >>> 0),
  write_answer: (id, ptr, len) => guests[id].writeAnswer(ptr >>> 0, len >>> 0),
};

export class Guest {
  /**
   * @param {number} id of the instance in the core
   * @param {{ id: number }} host the host as callbacks see it
   * @param {boolean} suspendable true if its invocations run on a suspendable stack
   * @param {{ callback: import('../api/index.js').HostCall | undefined, viewsPayloads: boolean }} hostCalls
   * @param {Function | undefined} logger
   * @param {number | undefined} timeout ms that an invocation may take
   * @param {import('../generated/core.js').InitOutput} core the core's raw exports
   */
  constructor(id, host, suspendable, hostCalls, logger, timeout, core) {
    this.id = id;
    this.host = host;
    this.suspendable = suspendable;
    /** @type {import('../api/index.js').HostCall} */
    this.hostCall = hostCalls.callback ?? refuse;
    /** True if that gets its payload as a view of the guest's memory. */
    this.viewsPayloads = hostCalls.viewsPayloads;
    this.logger = logger;
    this.core = core;
    this.timeout = timeout;
    this.suspension = new Suspension(id, timeout, core);
    this.hostCallSettled = core.host_call_settled;
    this.exports = undefined;
    this.memory = undefined;
    this.view = NOTHING;
    this.responses = new Copier();
    /** For the payloads of host calls. */
    this.payloads = new Copier();
    this.guestCall = undefined;
    this.promising = undefined;
    this.invocation = undefined;
    /** The time limit of the starts, in ms. */
    this.startLimit = undefined;
    /** True if the last invocation on a suspendable stack was not suspended. */
    this.isSteady = false;
    /** True for a guest that was rewritten, so that a deadline ends it wherever it is. */
    this.isInterruptible = false;
    /** The global of the instructions that each invocation begins with; undefined for a guest that does not count. */
    this.quantum = undefined;
    /** The global of the instructions that are left of its quantum, likewise. */
    this.left = undefined;
    /** The index of the shim's function that it calls for more instructions. */
    this.refill = -1;
    /** True once the guest is in the coroutines' table. */
    this.isListed = false;
    /** The AsyncLocalStorage scope that callbacks run in; undefined if they run in the current one. */
    this.scope = undefined;
    /** The guest's half of WASI; undefined if it does not import WASI. */
    this.wasi = undefined;
    this.binding = new NameCache();
    this.namespace = new NameCache();
    this.operation = new NameCache();
    guests[id] = this;
    enlist(host, this);
  }

  /**
   * The limit of its host for the running invocation or start, as a `performance.now()` time; Infinity if it has none, or
   * nothing can end the guest.
   */
  get deadline() {
    const { invocation, suspension } = /** @type {any} */ (this);
    if (this.isInterruptible) return (invocation.deadline ??= suspension.newDeadline());
    return invocation.deadline ?? Infinity;
  }

  /** True while this invocation runs, and may be in a host call. */
  isCalling(invocation) {
    return this.invocation === invocation;
  }

  /**
   * Prepares for instantiation with `imports`, within `limit` ms (undefined: no limit). The start function may call
   * imports.
   */
  prepare(limit, imports) {
    this.invocation = new Invocation();
    this.startLimit = limit;
    if (this.suspendable && !canSuspend()) this.suspension.asyncify = new Asyncify(this, imports);
    this.suspension.limit(limit);
    if (this.suspendable) this.invocation.endBy(this.suspension.deadline);
  }

  /** Attaches the instance: its memory is reachable from here on. */
  attach(exports) {
    this.exports = exports;
    this.memory = exports.memory;
    this.guestCall = exports.__guest_call;
    this.suspension.asyncify?.attach(exports);
    this.#refresh();
  }

  /**
   * Lets a guest that can be interrupted call the refill of the shim, which is in `imports`, and begin each invocation
   * with `quantum` instructions. Then calls its start function, if it has one: CALL_SUCCEEDED or CALL_THREW.
   */
  startInterruptible(exports, imports, quantum) {
    const [, , start] = OWN_EXPORTS;
    if (!attachRefill(this, exports, imports, quantum)) return CALL_THREW;
    return exports[start] === undefined ? CALL_SUCCEEDED : this.start(start, exports);
  }

  /**
   * Milliseconds until the running invocation has to end; Infinity if it has not. Called by the core when the guest has
   * used up its instructions, some thousand times a second.
   */
  timeLeft() {
    if (!isSampled) return timeLeft(this);
    sample(/** @type {any} */ (this.invocation?.owner)?.name, this.refill);
    // As if it had to end some day: the guest is asked for samples as often then.
    return Math.min(timeLeft(this), LONGEST - performance.now());
  }

  /**
   * Counts bytes that are copied for the guest, LONG or more, if it counts what it executes. False if its time is over,
   * and it must stop.
   */
  spend(length) {
    return !this.isInterruptible || spend(this, length);
  }

  /** The error of the running invocation, or of the start, whose time is over. */
  timeoutError() {
    return overdueError(this);
  }

  /** Releases the instance, so that references to this object do not keep its memory alive. */
  release() {
    guests[this.id] = undefined;
    delist(this.host, this);
    if (this.isListed) unlist(this.id);
    this.exports = this.memory = this.guestCall = this.promising = this.invocation = undefined;
    this.hostCall = this.logger = this.quantum = this.left = this.suspension.asyncify = undefined;
    this.responses = this.payloads = undefined;
    this.wasi?.end();
    this.view = NOTHING;
  }

  /** Length of linear memory in bytes; 0 before instantiation. */
  memoryLength() {
    return this.memory === undefined ? 0 : this.memory.buffer.byteLength;
  }

  /** Calls `__guest_call` on a suspendable stack. Resolves with its result. */
  callPromising(operationLength, payloadLength) {
    this.promising ??= WebAssembly.promising(this.guestCall);
    return this.promising(operationLength, payloadLength);
  }

  /** Calls a start export of the guest: CALL_SUCCEEDED or CALL_THREW. */
  start(name, exports = this.exports) {
    const { invocation } = this;
    try {
      exports[name]();
      return CALL_SUCCEEDED;
    } catch (error) {
      return threw(invocation, error);
    }
  }

  /** Calls a start export on a suspendable stack. Resolves with CALL_SUCCEEDED or CALL_THREW; never rejects. */
  startPromising(name) {
    const { invocation } = this;
    // Earlier host calls came from a start that could not be suspended: their context is not reused.
    invocation.hostCallContext = undefined;
    const call = this.exports[name];
    const { asyncify } = this.suspension;
    const started = asyncify === undefined ? WebAssembly.promising(call)() : asyncify.promise(call);
    const end = (ended) => {
      this.suspension.end();
      return ended;
    };
    return started.then(
      () => end(CALL_SUCCEEDED),
      (error) => end(threw(invocation, error)),
    );
  }

  /** Called once the starts have ended: their host calls are no `from` any more (`chain.js`). */
  started() {
    this.invocation = undefined;
  }

  /** The error that the guest's call threw. */
  get thrown() {
    return this.invocation.thrown;
  }

  /** `{ error }` that the host callback threw last. */
  get failure() {
    return this.invocation.failure;
  }

  // The methods below return 1 on success and 0 on failure: a boolean costs V8 10 ns more.

  /** Writes operation and payload to guest memory. Fails if the payload's array was detached, resized or grown. */
  writeRequest(operationPtr, ptr) {
    const { operation, operationLength, payload, payloadLength } = this.invocation;
    if (payloadLength >= LONG && !this.spend(payloadLength)) return 0;
    const view = this.bytes(Math.max(operationPtr + operationLength, ptr + payloadLength));
    copyName(view, operationPtr, operation, operationLength);
    return copyIn(view, ptr, payload, payloadLength) ? 1 : 0;
  }

  /** Copies the response out of guest memory. Fails if the engine has no memory for it. */
  readResponse(ptr, len) {
    if (len >= LONG && !this.spend(len)) return 0;
    try {
      // An empty range does not touch memory, wherever it points: there may be none yet.
      const view = len === 0 ? this.view : this.bytes(ptr + len);
      const invocation = /** @type {any} */ (this.invocation);
      if (invocation.into === undefined) invocation.response = this.responses.copyOut(view, ptr, len);
      else if (len > SHORT) invocation.into.write(this.responses.viewOf(view, ptr, len), 0, len);
      else invocation.into.write(view, ptr, len);
      return 1;
    } catch {
      return 0;
    }
  }

  /** Writes the host callback's answer, or its error text. Fails if its array was detached, resized or grown. */
  writeAnswer(ptr, len) {
    if (len >= LONG && !this.spend(len)) return 0;
    return copyIn(this.bytes(ptr + len), ptr, this.invocation.answer, len) ? 1 : 0;
  }

  /** True once the guest has responded. */
  hasResponded() {
    const { response, into } = /** @type {any} */ (this.invocation ?? {});
    return response !== undefined || into?.hasResponse === true;
  }

  /** Ends a suspended invocation. */
  stop() {
    this.suspension.stop();
  }

  /** Aborts the signal of the running invocation's host calls: nobody waits for their answers any more. */
  abortHostCalls(reason) {
    this.invocation?.abort(reason);
  }

  /** Length in bytes of the error text of the last failed host call. */
  answerLength() {
    return this.invocation.answerLength;
  }

  /** Records text that the guest logged or wrote to standard error: its last lines may explain a trap. */
  recordSaid(text) {
    const invocation = /** @type {any} */ (this.invocation);
    // Not a field of every invocation: few guests write anything.
    if (invocation !== undefined) invocation.said = appendSaid(invocation.said ?? '', text);
  }

  /** The last lines that the guest wrote in this invocation, as the end of an error message. */
  lastWords() {
    return lastWords(/** @type {any} */ (this.invocation)?.said ?? '');
  }

  /**
   * Passes a line of text to the logger. False if the logger threw: its error is kept.
   */
  log(text) {
    const { logger } = this;
    this.recordSaid(text);
    this.recordSaid('\n');
    try {
      if (logger === undefined) console.log(text);
      else if (this.scope === undefined) logger(text);
      else this.scope.runInAsyncScope(logger, undefined, text);
      return true;
    } catch (error) {
      this.keepCause(error);
      return false;
    }
  }

  /** Keeps what a callback threw, whatever that is: the cause of the trap that follows. */
  keepCause(error) {
    const invocation = /** @type {any} */ (this.invocation);
    if (invocation === undefined) return;
    invocation.thrown = error;
    // Not a field of every invocation, as `said`.
    invocation.hasCause = true;
  }

  /** Decodes UTF-8 text for people to read; undefined if it exceeds the engine's longest string. */
  text(ptr, len) {
    if (len >= LONG_TEXT) this.spend(len);
    try {
      return decodeLenient(this.bytes(ptr + len), ptr, len);
    } catch {
      return undefined;
    }
  }

  /** Decodes UTF-16 text of AssemblyScript; undefined as in `text`. */
  textUtf16(ptr, len) {
    if (len >= LONG_TEXT) this.spend(len);
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

  /**
   * A view of memory up to `end` at least. Growth detaches the old view, or leaves it too short if the memory is
   * shared.
   */
  bytes(end) {
    return end <= this.view.length ? this.view : this.#refresh();
  }

  #refresh() {
    return (this.view = new Uint8Array(this.memory.buffer));
  }
}
