/** Arguments and options shared by every way to invoke a guest. */

import { encodeOperation } from '../base/bytes.js';
import { decodeBy, encodeBy } from '../base/codec.js';
import { WapcError, argumentError, messageOf } from '../base/error.js';
import { requireNames, requireObject, unreadable } from '../base/options.js';
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
  const taken = /** @type {any} */ (invocation).isCall ? OF_CALL : OF_INVOKE;
  const { signal, timeout, context, from, into } = read(options, taken);
  checkSignal(signal);
  checkTimeout(timeout);
  if (timeout === 0) invocation.hurry();
  if (timeout !== undefined) limitTime(invocation, timeout);
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
 * Runs an invocation with the options of `invokeSync`, if there are any. Returns the response. Throws its error. No closure
 * is made: for a short response, it would take longer than to write it into the caller's array.
 * @param {Invocation} invocation
 * @param {import('../api/index.js').InvokeOptions | undefined} options
 * @param {import('./port.js').Port} port
 */
export function invokeSyncWith(invocation, options, port) {
  const taken = port.isInterruptible ? OF_INTERRUPTIBLE_SYNC : OF_SYNC;
  const { timeout, context, from, into } = read(options, taken);
  checkTimeout(timeout);
  if (timeout !== undefined) limitTime(invocation, timeout);
  const leave = giveContext(invocation, from, context, undefined);
  try {
    if (into !== undefined) invocation.writeInto(into);
    return port.invokeSync(invocation);
  } finally {
    leave?.();
    invocation.releaseInto();
  }
}

/** Lets an invocation end in `timeout` ms, if its guest can be interrupted. */
function limitTime(invocation, timeout) {
  invocation.endAt(performance.now() + timeout, () => timeoutError(timeout));
}

/**
 * The options that a function takes.
 * @param {string[]} names
 * @param {string} others names of options that belong elsewhere
 * @param {string} elsewhere end of the error message for those
 */
const taking = (names, others, elsewhere) => ({
  names,
  others,
  elsewhere,
  signal: names.includes('signal'),
  timeout: names.includes('timeout'),
  into: names.includes('into'),
});

const COMMON = ['context', 'from'];
const OF_CALL = taking(
  ['signal', 'timeout', ...COMMON],
  'into',
  ', which `invoke` takes: `call` answers with a value, not with bytes',
);
const OF_INVOKE = taking(['signal', 'timeout', ...COMMON, 'into'], '', '');
const OF_SYNC = taking(
  [...COMMON, 'into'],
  'signal,timeout',
  ', which `invoke` takes: nothing interrupts `invokeSync`, unless the guest is compiled with `limits.interrupt`',
);
const OF_INTERRUPTIBLE_SYNC = taking(
  ['timeout', ...COMMON, 'into'],
  'signal',
  ', which `invoke` takes: no event comes while `invokeSync` runs; use `timeout`',
);

/**
 * The fields of `InvokeOptions`, or of options that a route made. Throws WAPC_ARGUMENT. Like `readFields`, each is read
 * once; written out, since that takes less than half the time.
 * @param {any} options
 * @param {ReturnType<typeof taking>} taken
 */
function read(options, taken) {
  const fields = { signal: undefined, timeout: undefined, context: undefined, from: undefined, into: undefined };
  if (options === undefined) return fields;
  requireObject('options', options);
  try {
    fields.from = options.from;
  } catch (error) {
    throw unreadable('from', error);
  }
  // The signal and context of a route's options are those of `from`, and take longer to read.
  if (fields.from !== undefined && isPassedOn(options)) return fields;
  requireNames('options', options, taken.names, taken.others, taken.elsewhere);
  let reading = 'context';
  try {
    fields.context = options.context;
    reading = 'signal';
    if (taken.signal) fields.signal = options.signal;
    reading = 'timeout';
    if (taken.timeout) fields.timeout = options.timeout;
    reading = 'into';
    if (taken.into) fields.into = options.into;
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
