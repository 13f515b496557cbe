/** One invocation: its bytes, its promise and what its callbacks see of it. */

import { NOTHING, decodeLenient } from '../base/bytes.js';
import { encoder } from '../base/encoding.js';
import { forAnother, locate, messageOf } from '../base/error.js';
import { beginAt, earlyCallSiteOf, rejectionOf } from '../base/call-site.js';
import { inMicrotask } from '../base/microtask.js';
import { THE_ANSWER, isBytes, lengthOf, toBytes } from '../base/payload.js';
import { HOST_CALL_FAILED } from '../generated/constants.js';
import { platform } from '../platform/platform.js';
import { leaveQueue } from './blocked.js';
import { AwaitedContext, Call, HostCallContext, controllerOf } from './context.js';
import { acquire } from './into.js';

/** The error text if that of the host callback's error cannot be encoded. */
const NO_TEXT = encoder?.encode('an error whose text is too long for this engine');

/**
 * Stands for an answer of the host callback, or its error text, over `limits.payload`. Only its length in bytes
 * matters; nothing else is sent to a worker.
 */
export class OverLimit {
  #isOurs;

  /** True for an `OverLimit`. Unlike `instanceof`, this runs no code of a proxy. */
  static is(value) {
    return #isOurs in Object(value);
  }

  constructor(length) {
    this.length = length;
  }
}

/**
 * The bytes of one invocation: operation and payload of the caller, response of the guest, answers of the host
 * callback. A new one for each invocation; the core makes the decisions about it (`src/invocation.rs`).
 */
export class Invocation {
  /**
   * @param {Uint8Array} operation UTF-8
   * @param {Uint8Array} payload
   * @param {object} owner the host or pool, kept from being collected until the response has come
   */
  constructor(operation = NOTHING, payload = NOTHING, owner = undefined) {
    this.operation = operation;
    this.payload = payload;
    /** Bytes, as passed to the guest. Held here because the array may be detached before it is read. */
    this.operationLength = operation.length;
    this.payloadLength = payload === NOTHING ? 0 : lengthOf(payload);
    this.owner = owner;
    /** The guest's response: a new array. Undefined where it is written into the caller's (`into`). */
    this.response = undefined;
    /** The last answer of the host callback, or its error text in UTF-8. */
    this.answer = undefined;
    /** Bytes, as passed to the guest. */
    this.answerLength = 0;
    /** The error that the guest's call threw: usually a RuntimeError. */
    this.thrown = undefined;
    /** `{ error, hostCall }`: the last error of the host callback; binding, namespace and operation of that call. */
    this.failure = undefined;
    /** The `HostCallContext` passed to the callback; undefined before the first host call. */
    this.hostCallContext = undefined;
    /** The caller's promise, unless the invocation ended synchronously. `resolve` is set while it is pending. */
    this.promise = undefined;
    this.resolve = undefined;
    /** The AsyncLocalStorage scope that callbacks run in; undefined if they run in the current one. */
    this.scope = undefined;
  }

  /** The `HostCallContext` of this invocation. `mayAwait`: true if its host calls may be answered with a promise. */
  contextOf(host, mayAwait) {
    return (this.hostCallContext ??= new (mayAwait ? AwaitedContext : HostCallContext)(host, this));
  }

  /** Keeps the caller's `context`. Set on demand: few callers pass one, and the others do not pay for a field. */
  setContext(context) {
    if (context !== undefined) /** @type {any} */ (this).context = context;
  }

  /** Records `timeout: 0`: a worker, whose answer is a later task, cannot answer at once. Set on demand, like `context`. */
  noteTimeoutZero() {
    /** @type {any} */ (this).isTimeoutZero = true;
  }

  /** Has the response written into an array of the caller's. Set on demand, like `context`. Throws WAPC_ARGUMENT. */
  writeInto(array) {
    /** @type {any} */ (this).into = acquire(array);
  }

  /** Ends the use of the array of `writeInto`, if there is one: the invocation has settled. */
  releaseInto() {
    /** @type {any} */ (this).into?.release();
  }

  /** The response that was written into the caller's array. Throws its error if it was not. */
  written(guest) {
    try {
      return /** @type {any} */ (this).into.response();
    } catch (error) {
      throw this.locate(error, guest);
    }
  }

  /**
   * The result that a response of a worker comes to: the bytes themselves, or those of the caller's array, which they are
   * written into unless they have been (then `bytes` is undefined).
   */
  received(bytes) {
    const { into } = /** @type {any} */ (this);
    if (into === undefined) return bytes;
    if (bytes !== undefined) into.write(bytes, 0, bytes.length);
    // A start has no response.
    return into.hasResponse ? into.response() : undefined;
  }

  /** Records where the time limit of its host ends, as a `performance.now()` time. Set on demand, like `context`. */
  endBy(deadline) {
    /** @type {any} */ (this).deadline = deadline;
  }

  /**
   * Records that it has to end by `time`, wherever its guest is, with the error that `overdue` makes. Set on demand, like
   * `context`.
   */
  endAt(time, overdue) {
    const self = /** @type {any} */ (this);
    if (self.endsAt <= time) return;
    self.endsAt = time;
    self.overdue = overdue;
  }

  /** True if its own time is over: a timer may not have run yet. Of `timeout: 0` only the timer says so. */
  isOverdue() {
    const { endsAt, isTimeoutZero } = /** @type {any} */ (this);
    return endsAt !== undefined && isTimeoutZero !== true && endsAt <= performance.now();
  }

  /** Keeps the event that observers get when the invocation ends. Set on demand: few invocations are observed. */
  observeAs(event) {
    /** @type {any} */ (this).event = event;
  }

  /** A pending invocation begins, or is rejected. `id` and `guest` name its host and guest, if they were not known before. */
  endsWait(id = undefined, guest = undefined) {
    const self = /** @type {any} */ (this);
    if (self.parent !== undefined) leaveQueue(self);
    const { event } = self;
    if (event === undefined) return;
    if (id !== undefined) event.host = id;
    if (guest !== undefined) event.guest = guest;
    event.waited = performance.now() - event.start;
  }

  /** A number unique on this thread. Assigned on demand: few are asked for it. */
  get id() {
    const self = /** @type {any} */ (this);
    return (self.number ??= ++invocations);
  }

  /** Public description for callbacks: the same object each time. */
  get description() {
    const self = /** @type {any} */ (this);
    const { id, operationText: operation, context } = self;
    return (self.described ??= Object.freeze({ id, operation, context }));
  }

  /** Keeps an answer that is a `Uint8Array`, the usual case. False if it is not. */
  takeBytes(answer) {
    if (!isBytes(answer)) return false;
    // Not by `keep`: this is on the way of each host call.
    this.answer = answer;
    this.answerLength = lengthOf(answer);
    return true;
  }

  /** Keeps bytes of any realm: in jest with jsdom, encoded text is of Node's. */
  keep(bytes) {
    this.answer = bytes;
    this.answerLength = lengthOf(bytes);
  }

  /**
   * Keeps the callback's answer: bytes, text or undefined. Returns its length in bytes; HOST_CALL_FAILED for anything
   * else.
   */
  accept(answer) {
    try {
      this.take(answer === undefined ? NOTHING : answer, THE_ANSWER);
      return this.answerLength;
    } catch (error) {
      return this.fail(error);
    }
  }

  /**
   * Keeps the error of a callback that threw or rejected. The host error is its message, or the value as text. Never
   * throws.
   */
  fail(error) {
    this.failure = { error, hostCall: undefined };
    try {
      this.take(OverLimit.is(error) ? error : messageOf(error), 'the host error');
    } catch {
      // The text is too long to encode, or there is no memory for it.
      this.keep(NO_TEXT);
    }
    return HOST_CALL_FAILED;
  }

  /** Records the names of a failed host call, if `called` is HOST_CALL_FAILED. Returns `called`. */
  noteFailedCall(called, binding, namespace, operation) {
    if (called === HOST_CALL_FAILED) this.failure.hostCall = { binding, namespace, operation };
    return called;
  }

  /** Keeps a payload, or an `OverLimit` in place of one. Throws WAPC_ARGUMENT for anything else. */
  take(value, what) {
    if (value instanceof OverLimit) {
      this.answer = NOTHING;
      this.answerLength = value.length;
    } else {
      this.keep(toBytes(value, what));
    }
  }

  /**
   * Adds the location to an error that ends this invocation: guest, operation, and the host call that failed. Its stack
   * begins at the call site, if that is known. Returns the error.
   */
  locate(error, guest) {
    beginAt(error, /** @type {any} */ (this).callSite);
    return locate(error, guest, this.operationText, this.failure?.hostCall);
  }

  /** Keeps the call site, for the stack of an error. Called only for invocations that do not end synchronously. */
  keepCallSite() {
    const self = /** @type {any} */ (this);
    if (self.owner !== undefined) self.callSite ??= earlyCallSiteOf(self.called);
  }

  /**
   * Keeps the call site of an invocation whose caller has begun to await it when it ends. V8 then finds that caller, so it
   * is not captured there, which would take as long as a host call.
   */
  keepCallSiteUnlessV8() {
    if (!platform.isV8) this.keepCallSite();
  }

  /** The public function that the caller called: frames of stacks begin there. */
  get called() {
    const self = /** @type {any} */ (this);
    return self.isCall === true ? self.owner?.call : self.owner?.invoke;
  }

  get operationText() {
    return decodeLenient(this.operation, 0, this.operationLength);
  }

  /** Aborts the signal of the host callback, and its children: nobody waits for its answer any more. */
  abort(reason) {
    if (this.hostCallContext === undefined) return;
    // A loop: the stack may be full of synchronous ones.
    const reached = [/** @type {any} */ (this)];
    for (const one of reached) {
      for (let child = one.syncChild; child !== undefined; child = child.outerSyncChild) reached.push(child);
      // First: no child joins an invocation whose signal is aborted.
      controllerOf(one).abort(reason);
      const { children } = one;
      for (const child of children?.keys() ?? []) {
        // Later: in a long chain, each would begin on the stack of the one before.
        inMicrotask(() => children.get(child)?.(forAnother(reason)));
      }
    }
  }

  /** Rejects the promise of an invocation that is pending or suspended. */
  reject(error) {
    // An invocation without owner is part of another operation: no caller awaits it.
    this.resolve(this.owner === undefined ? Promise.reject(error) : rejectionOf(error));
  }

  /** Keeps the caller's AsyncLocalStorage scope, for an invocation that will run on another stack. */
  keepScope() {
    this.scope ??= platform.scopes?.callers();
  }

  /** Runs `work` in the invocation's scope: callbacks may be called from it. */
  inScope(work) {
    return this.scope === undefined ? work() : this.scope.runInAsyncScope(work);
  }

  /** Makes the invocation pending; does nothing if it is already. */
  queue() {
    this.keepScope();
    this.promise ??= new Promise((resolve) => {
      this.resolve = resolve;
    });
  }
}

/** The last number assigned by `id`. */
let invocations = 0;

/**
 * One live object of each class. If a garbage collection finds none alive, as between two invocations, V8 discards
 * their shape and all code optimized for it: host calls then took 1.5 times as long after each collection.
 */
Invocation.kept = [new Invocation(), new HostCallContext(), new AwaitedContext(), new Call()];
