import { decodeLenient } from '../base/bytes.js';
import { encoder } from '../base/encoding.js';
import { locate, messageOf } from '../base/error.js';
import { beginAt, callerOf, rejectionOf } from '../base/origin.js';
import { isBytes, lengthOf, toBytes } from '../base/payload.js';
import { platform } from '../platform/platform.js';
import { HOST_CALL_FAILED } from '../generated/constants.js';

const NOTHING = new Uint8Array(0);

/** The host error where its own text cannot be had. */
const NO_TEXT = encoder?.encode('an error whose text is too long for this engine');

/**
 * In place of an answer of the host callback that is over `limits.payload`, or thrown in place of such an error: nothing but
 * the length in bytes matters then, and a worker is told no more.
 */
export class OverLimit {
  constructor(length) {
    this.length = length;
  }
}

/**
 * The bytes of one invocation on their way: what the caller sent, what the guest and the host callback answered.
 * Made anew for each invocation; the decisions about it are the core's (`src/invocation.rs`).
 */
export class Invocation {
  /**
   * @param {Uint8Array} operation UTF-8
   * @param {Uint8Array} payload
   * @param {object} owner the host: it must not be collected before the answer has come
   */
  constructor(operation = NOTHING, payload = NOTHING, owner = undefined) {
    this.operation = operation;
    this.payload = payload;
    /** In bytes, as the guest is told: an array may be detached before it is read. */
    this.operationLength = operation.length;
    this.payloadLength = payload === NOTHING ? 0 : lengthOf(payload);
    this.owner = owner;
    /** The guest's answer: a fresh array. */
    this.response = undefined;
    /** The last answer of the host callback, or its error text in UTF-8. */
    this.answer = undefined;
    /** In bytes, as the guest is told. */
    this.answerLength = 0;
    /** The error that the guest's call threw: a RuntimeError, as a rule. */
    this.thrown = undefined;
    /** `{ error, hostCall }` that the host callback threw last, and its binding, namespace and operation. */
    this.failure = undefined;
    /** The `HostCallContext` that the callback got, once there was a host call. */
    this.hostCallContext = undefined;
    /** The promise that its caller has, unless it ended at once; while it waits for its turn, how to resolve it as well. */
    this.promise = undefined;
    this.resolve = undefined;
    /** Where its callbacks find what its caller's `AsyncLocalStorage` holds: undefined where that is where they are called. */
    this.scope = undefined;
  }

  /** The `HostCallContext` of this invocation, whose host calls may be answered with a promise or not. */
  contextOf(host, mayAwait) {
    return (this.hostCallContext ??= new (mayAwait ? AwaitedContext : HostCallContext)(host, this));
  }

  /** Keeps what its caller gave as `context`. Few do: others pay for no field. */
  give(context) {
    if (context !== undefined) /** @type {any} */ (this).context = context;
  }

  /** Its observers get this event when it has ended. Few are observed: others pay for no field. */
  observeAs(event) {
    /** @type {any} */ (this).event = event;
  }

  /** It waited for its turn, and begins: on the host of this number and the guest of this name, where that is told only now. */
  beginsOn(id, guest = undefined) {
    const { event } = /** @type {any} */ (this);
    if (event === undefined) return;
    if (id !== undefined) event.host = id;
    if (guest !== undefined) event.guest = guest;
    event.waited = performance.now() - event.start;
  }

  /** Its number, which no other on this thread has. Few are asked for it. */
  get id() {
    const self = /** @type {any} */ (this);
    return (self.number ??= ++invocations);
  }

  /** What callbacks are told of it: the same each time. */
  get told() {
    const self = /** @type {any} */ (this);
    const { id, operationText: operation, context } = self;
    return (self.described ??= Object.freeze({ id, operation, context }));
  }

  /** Takes an answer that is bytes as they are, as most are. */
  takeBytes(answer) {
    if (!isBytes(answer)) return false;
    this.answer = answer;
    this.answerLength = lengthOf(answer);
    return true;
  }

  /** The callback answered with bytes, text or nothing: the length in bytes. HOST_CALL_FAILED where it is anything else. */
  accept(answer) {
    try {
      this.take(answer === undefined ? NOTHING : answer, "the host callback's answer");
      return this.answerLength;
    } catch (error) {
      return this.fail(error);
    }
  }

  /** The callback threw or rejected: its message, or the value itself as text, is the host error. Never throws. */
  fail(error) {
    this.failure = { error, hostCall: undefined };
    try {
      this.take(error instanceof OverLimit ? error : messageOf(error), 'the host error');
    } catch {
      // The engine can't encode a text of that length, or there is no memory for it.
      this.takeBytes(NO_TEXT);
    }
    return HOST_CALL_FAILED;
  }

  /** Keeps which host call has failed, if `called` says that it has. Returns `called`. */
  blame(called, binding, namespace, operation) {
    if (called === HOST_CALL_FAILED) this.failure.hostCall = { binding, namespace, operation };
    return called;
  }

  /** Takes a value that stands for bytes, or for too many of them. Throws WAPC_ARGUMENT for anything else. */
  take(value, what) {
    if (value instanceof OverLimit) {
      this.answer = NOTHING;
      this.answerLength = value.length;
    } else {
      this.takeBytes(toBytes(value, what));
    }
  }

  /**
   * Adds to an error that ends this invocation of `guest` which operation it was, and which host call had failed; its stack
   * begins at the caller, where that is known. Returns the error.
   */
  locate(error, guest) {
    beginAt(error, /** @type {any} */ (this).caller);
    return locate(error, guest, this.operationText, this.failure?.hostCall);
  }

  /** It does not end at once: keeps who its caller is, for the stack of its error. Few wait: others pay for no field. */
  keepCaller() {
    const self = /** @type {any} */ (this);
    if (self.owner !== undefined) self.caller ??= callerOf(self.owner.invoke);
  }

  get operationText() {
    return decodeLenient(this.operation, 0, this.operationLength);
  }

  /** Tells the callbacks that nobody waits for their answers any more. */
  abort(reason) {
    if (this.hostCallContext !== undefined) controllerOf(this.hostCallContext).abort(reason);
  }

  /** Ends one that waits with an error. */
  reject(error) {
    // Nobody awaits what has no owner: it is a part of some other work.
    this.resolve(this.owner === undefined ? Promise.reject(error) : rejectionOf(error));
  }

  /** It does not run at once: whoever runs it is not its caller. */
  keepScope() {
    this.scope ??= platform.scopes?.callers();
  }

  /** Does a work of which its callbacks may be part. */
  inScope(work) {
    return this.scope === undefined ? work() : this.scope.runInAsyncScope(work);
  }

  /** The invocation waits for its turn, or goes on waiting. */
  queue() {
    this.keepScope();
    this.promise ??= new Promise((resolve) => {
      this.resolve = resolve;
    });
  }
}

/** The controllers of the contexts whose signal was asked for: few are, and one costs more than a whole invocation. */
const controllers = new WeakMap();

function controllerOf(context) {
  let controller = controllers.get(context);
  if (controller === undefined) controllers.set(context, (controller = new AbortController()));
  return controller;
}

/** How many invocations callbacks were told of. */
let invocations = 0;

/** The invocation that a host call belongs to, for the host callback. Made for each: it has what it cannot do without. */
class HostCallContext {
  #invocation;

  constructor(host, invocation) {
    this.host = host;
    this.#invocation = invocation;
  }

  get invocation() {
    return this.#invocation.told;
  }

  get mayAwait() {
    return false;
  }

  get signal() {
    return controllerOf(this).signal;
  }
}

/** The same where a host call may be answered with a promise. */
class AwaitedContext extends HostCallContext {
  get mayAwait() {
    return true;
  }
}

/**
 * One of each that lives as long as this. When a collection of garbage finds none, as it does between two invocations, V8
 * forgets their shape and all code that was optimized for it: host calls took 1.5 times as long after each.
 */
Invocation.kept = [new Invocation(), new HostCallContext(), new AwaitedContext()];
