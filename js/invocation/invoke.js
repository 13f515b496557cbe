/** Arguments and options shared by every way to invoke a guest. */

import { encodeOperation } from '../base/bytes.js';
import { checkSignal, checkTimeout, throwIfAborted } from '../base/checks.js';
import { decodeBy, encodeBy } from '../base/codec.js';
import { WapcError, messageOf } from '../base/error.js';
import { requireNames, requireObject, unreadable } from '../base/options.js';
import { beginAt, callSiteOf } from '../base/call-site.js';
import { toBytes } from '../base/payload.js';
import { isObserved, observeWork } from '../base/observing.js';
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
      throw beginAt(invocation.locate(new WapcError('WAPC_GUEST', message, { cause }), guest), callSiteOf(decode));
    }
  });
}

/**
 * Runs an invocation with `InvokeOptions`, which may end it early. Throws errors that are known synchronously.
 * @template T
 * @param {Invocation} invocation
 * @param {import('../api/index.js').InvokeOptions | undefined} options
 * @param {() => Promise<T>} run
 * @param {(reason: unknown) => void} abort makes the promise of `run` reject with `reason`
 */
export function runWith(invocation, options, run, abort) {
  let stop;
  const end = () => {
    stop?.();
    invocation.releaseInto();
  };
  try {
    stop = apply(options, /** @type {any} */ (invocation).isCall ? OF_CALL : OF_INVOKE, invocation, abort);
    return run().finally(end);
  } catch (error) {
    end();
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
  return observeWork('invoke', fields, work, (event, response) => (event.bytesOut = response.length));
}

/**
 * Runs an invocation with the options of `invokeSync`, if there are any. Returns the response. Throws its error. No closure
 * is made: for a short response, it would take longer than to write it into the caller's array.
 * @param {Invocation} invocation
 * @param {import('../api/index.js').InvokeOptions | undefined} options
 * @param {import('./port.js').Port} port
 */
export function invokeSyncWith(invocation, options, port) {
  let stop;
  try {
    stop = apply(
      options,
      port.isInterruptible || port.isRemote ? OF_INTERRUPTIBLE_SYNC : OF_SYNC,
      invocation,
      undefined,
    );
    return port.invokeSync(invocation);
  } finally {
    stop?.();
    invocation.releaseInto();
  }
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
 * Reads `InvokeOptions`, or the options that a route made, and has an invocation run with them. Returns a function for its
 * end, if there is one. Throws WAPC_ARGUMENT, and the reason of a signal that is aborted. Like `readFields`, each option is
 * read once; written out, into variables, since that takes less than half the time.
 * @param {any} options
 * @param {ReturnType<typeof taking>} taken
 * @param {Invocation} invocation
 * @param {((reason: unknown) => void) | undefined} abort ends the invocation; undefined for a synchronous one
 * @returns {(() => void) | undefined}
 */
function apply(options, taken, invocation, abort) {
  if (options === undefined) return undefined;
  requireObject('options', options);
  let from, context, signal, timeout, into;
  let reading = 'from';
  try {
    from = options.from;
  } catch (error) {
    throw unreadable(reading, error);
  }
  // The signal and context of a route's options are those of `from`, and take longer to read.
  if (from === undefined || !isPassedOn(options)) {
    requireNames('options', options, taken.names, taken.others, taken.elsewhere);
    try {
      reading = 'context';
      context = options.context;
      reading = 'signal';
      if (taken.signal) signal = options.signal;
      reading = 'timeout';
      if (taken.timeout) timeout = options.timeout;
      reading = 'into';
      if (taken.into) into = options.into;
    } catch (error) {
      throw unreadable(reading, error);
    }
  }
  if (signal !== undefined) checkSignal(signal);
  if (timeout !== undefined) limitTime(invocation, timeout, abort);
  if (signal !== undefined) throwIfAborted(signal);
  if (into !== undefined) invocation.writeInto(into);
  const leave = from === undefined ? undefined : joinChain(invocation, from, context, abort);
  if (from === undefined) invocation.setContext(context);
  const isTimed = timeout !== undefined && abort !== undefined;
  return signal === undefined && !isTimed ? leave : endEarly(signal, isTimed ? timeout : undefined, abort, leave);
}

/** Checks `timeout`, in ms. Lets an invocation end then, if its guest can be interrupted. Throws WAPC_ARGUMENT. */
function limitTime(invocation, timeout, abort) {
  checkTimeout(timeout);
  if (timeout === 0 && abort !== undefined) invocation.noteTimeoutZero();
  invocation.endAt(performance.now() + timeout, () => timeoutError(timeout));
}

/**
 * Has `abort` called when `signal` aborts, and in `timeout` ms; either may be undefined. A host callback may abort the
 * signal while the invocation runs. Returns a function that ends this, and calls `leave`.
 */
function endEarly(signal, timeout, abort, leave) {
  const stopListening = signal === undefined ? undefined : onAbort(signal, abort);
  const stopTimer = timeout === undefined ? undefined : startTimer(timeout, () => abort(timeoutError(timeout)));
  return () => {
    leave?.();
    stopListening?.();
    stopTimer?.();
  };
}
