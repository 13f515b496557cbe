/** Arguments and options shared by every way to invoke a guest. */

import { encodeOperation } from '../base/bytes.js';
import { decodeBy, encodeBy } from '../base/codec.js';
import { WapcError, argumentError, messageOf } from '../base/error.js';
import { requireNames, unreadable } from '../base/options.js';
import { beginAt, callerOf } from '../base/origin.js';
import { toBytes } from '../base/payload.js';
import { isObserved, observe } from '../base/observing.js';
import { isPassedOn, joinChain } from './chain.js';
import { onAbort } from './signals.js';
import { Invocation } from './invocation.js';
import { startTimer } from '../base/timer.js';
import { timeoutError } from './timeout.js';

/** Makes an invocation from the caller's arguments. Throws WAPC_ARGUMENT. */
export function invocationOf(operation, payload, owner) {
  return new Invocation(
    encodeOperation(operation),
    payload === undefined ? undefined : toBytes(payload, 'payload'),
    owner,
  );
}

/** Makes the invocation of `call`, whose value `codec` encodes. Throws WAPC_ARGUMENT. */
export function callOf(operation, value, codec, owner) {
  const invocation = invocationOf(operation, encodeBy(codec, value), owner);
  /** @type {any} */ (invocation).isCall = true;
  return invocation;
}

/** Decodes the response of an invocation of `call`. Rejects with WAPC_GUEST if the codec cannot. */
export function decodeResponse(response, codec, invocation, guest) {
  if (codec === undefined) return response;
  return response.then(function decode(bytes) {
    try {
      return decodeBy(codec, bytes);
    } catch (cause) {
      const message = `the response does not decode by ${codec.name}: ${messageOf(cause)}`;
      throw beginAt(invocation.locate(new WapcError('WAPC_GUEST', message, { cause }), guest), callerOf(decode));
    }
  });
}

/**
 * Runs an invocation with `InvokeOptions`, which may end it early. Throws errors that are known synchronously.
 * @template T
 * @param {Invocation} invocation
 * @param {import('../api/index.js').InvokeOptions} options
 * @param {() => Promise<T>} run
 * @param {(reason: unknown) => void} abort makes the promise of `run` reject with `reason`
 */
export function runWith(invocation, options, run, abort) {
  const names = /** @type {any} */ (invocation).isCall ? OF_CALL : OF_INVOKE;
  const { signal, timeout, context, from, into } = read(options, names, 'into', NO_INTO);
  checkSignal(signal);
  checkTimeout(timeout);
  if (timeout === 0) invocation.hurry();
  limitTime(invocation, timeout);
  signal?.throwIfAborted();
  const leave = giveContext(invocation, from, context, abort);
  // Registered first: a host callback may abort the signal while the invocation runs.
  const stopListening = signal === undefined ? undefined : onAbort(signal, abort);
  const stopTimer = timeout === undefined ? undefined : startTimer(timeout, () => abort(timeoutError(timeout)));
  const stop = () => {
    leave?.();
    stopListening?.();
    stopTimer?.();
    invocation.releaseInto();
  };
  try {
    if (into !== undefined) invocation.writeInto(into);
    return run().finally(stop);
  } catch (error) {
    stop();
    throw error;
  }
}

/**
 * Runs an invocation, and reports it to observers, if there are any.
 * @template T
 * @param {Invocation} invocation
 * @param {{ name: string | undefined, id?: number }} invoked the host or pool
 * @param {() => T} run
 */
export function runObserved(invocation, invoked, run) {
  if (!isObserved('invoke')) return run();
  const { name, id } = invoked;
  const { id: number, operationText: operation, payloadLength: bytesIn } = invocation;
  const fields = { guest: name, host: id, invocation: number, operation, bytesIn, waited: 0 };
  const work = (event) => {
    invocation.observeAs(event);
    return run();
  };
  return observe('invoke', fields, work, (event, response) => (event.bytesOut = response.length));
}

/**
 * Runs an invocation with the options of `invokeSync`. Throws WAPC_ARGUMENT.
 * @template T
 * @param {Invocation} invocation
 * @param {import('../api/index.js').InvokeOptions} options
 * @param {boolean} isInterruptible true if the guest can be interrupted (`limits.interrupt`)
 * @param {() => T} run
 */
export function runSyncWith(invocation, options, isInterruptible, run) {
  const names = isInterruptible ? OF_INTERRUPTIBLE_SYNC : OF_SYNC;
  const { timeout, context, from, into } = read(
    options,
    names,
    'signal,timeout',
    isInterruptible ? NO_SIGNAL : NO_TIMEOUT,
  );
  checkTimeout(timeout);
  limitTime(invocation, timeout);
  const leave = giveContext(invocation, from, context, undefined);
  try {
    if (into !== undefined) invocation.writeInto(into);
    return run();
  } finally {
    leave?.();
    invocation.releaseInto();
  }
}

/** Lets an invocation end in `timeout` ms, if its guest can be interrupted. */
function limitTime(invocation, timeout) {
  if (timeout !== undefined) invocation.endAt(performance.now() + timeout, () => timeoutError(timeout));
}

/** The names of the options of each function. */
const OF_CALL = ['signal', 'timeout', 'context', 'from'];
const OF_INVOKE = [...OF_CALL, 'into'];
const OF_SYNC = ['context', 'from', 'into'];
const OF_INTERRUPTIBLE_SYNC = ['timeout', ...OF_SYNC];

const NO_INTO = ', which `invoke` takes: `call` answers with a value, not with bytes';
const NO_SIGNAL = ', which `invoke` takes: no event comes while `invokeSync` runs; use `timeout`';
const NO_TIMEOUT =
  ', which `invoke` takes: nothing interrupts `invokeSync`, unless the guest is compiled with `limits.interrupt`';

/**
 * The fields of `InvokeOptions`, or of options that a route made. Throws WAPC_ARGUMENT. Like `readFields`, each is read
 * once; written out, since that takes less than half the time.
 * @param {any} options
 * @param {string[]} names of the fields that may be given
 * @param {string} others names of those that belong elsewhere
 * @param {string} elsewhere end of the error message for those
 */
function read(options, names, others, elsewhere) {
  const fields = { signal: undefined, timeout: undefined, context: undefined, from: undefined, into: undefined };
  if (options === undefined) return fields;
  if (isPassedOn(options)) {
    fields.from = options.from;
    return fields;
  }
  requireNames('options', options, names, others, elsewhere);
  let reading = 'signal';
  try {
    if (names.includes(reading)) fields.signal = options.signal;
    reading = 'timeout';
    if (names.includes(reading)) fields.timeout = options.timeout;
    reading = 'context';
    fields.context = options.context;
    reading = 'from';
    fields.from = options.from;
    reading = 'into';
    if (names.includes(reading)) fields.into = options.into;
  } catch (error) {
    throw unreadable(reading, error);
  }
  return fields;
}

/** Gives an invocation its context, and its place in a chain. Returns a function for its end, if there is one. */
function giveContext(invocation, from, context, abort) {
  if (from !== undefined) return joinChain(invocation, from, context, abort);
  invocation.give(context);
  return undefined;
}

export function checkSignal(signal) {
  if (signal !== undefined && !isSignal(signal)) throw argumentError('signal', 'an AbortSignal', signal);
}

/** True for an AbortSignal. Reads a getter that works on signals only: any object can have the prototype. */
function isSignal(signal) {
  try {
    return signal instanceof AbortSignal && typeof signal.aborted === 'boolean';
  } catch {
    return false;
  }
}

export function checkTimeout(timeout) {
  if (timeout !== undefined && !(typeof timeout === 'number' && timeout >= 0)) {
    throw argumentError('timeout', 'milliseconds from 0 on', timeout);
  }
}
