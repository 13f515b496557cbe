/** Call sites of public functions, the lines that call them: stacks of errors begin there, not in frames of this package. */

import { platform } from '../platform/platform.js';
import { WapcError, isOwn } from './error.js';

/** Missing in some engines. */
const { captureStackTrace } = /** @type {{ captureStackTrace?: (target: object, above?: Function) => void }} */ (Error);

/** Errors whose stack begins at a call site already. Of nested call sites, the innermost is kept. */
const located = new WeakSet();

/**
 * Captures the call site of a public function.
 * @param {Function | undefined} called the public function: frames from it on inwards are left out
 * @returns {{ stack?: string }} for `beginAt`
 */
export function callSiteOf(called) {
  const callSite = {};
  try {
    captureStackTrace?.(callSite, called);
  } catch {
    // `Error.prepareStackTrace` of the caller may throw; the error then keeps its own stack.
  }
  return callSite;
}

/** As many frames as V8 captures. Other engines capture a hundred, each in 100 to 200 ns. */
const FRAMES = 10;

/** Captures a call site before there is an error, which may never come: like `callSiteOf`, but with few frames. */
export function earlyCallSiteOf(called) {
  const limit = platform.isV8 ? undefined : Object.getOwnPropertyDescriptor(Error, 'stackTraceLimit');
  // The caller may have frozen it, or may have made anything of it.
  const isCut = limit?.writable && Number.isInteger(limit.value) && limit.value > FRAMES;
  if (isCut) Error.stackTraceLimit = FRAMES;
  const callSite = callSiteOf(called);
  if (isCut) Error.stackTraceLimit = limit.value;
  return callSite;
}

/**
 * Makes the stack of an error of this package begin at a call site, if that is known. Never throws. Returns the error.
 * @template E
 * @param {E} error
 * @param {{ stack?: string } | undefined} callSite
 */
export function beginAt(error, callSite) {
  if (callSite === undefined || !isOwn(error) || located.has(error)) return error;
  try {
    // The engine formats the stack now, and may call `Error.prepareStackTrace` of the caller.
    const frames = framesIn(`${callSite.stack}`);
    if (frames === '') return error;
    located.add(error);
    // V8 puts the error's name and message first; other engines do not.
    const value = frames.startsWith('    at ') ? `${error.name}: ${error.message}\n${frames}` : frames;
    Reflect.defineProperty(error, 'stack', { value, configurable: true, writable: true });
  } catch {
    // The error keeps its own stack.
  }
  return error;
}

/**
 * True if a captured call site has frames; also if reading them throws.
 * @param {{ stack?: string }} callSite as `callSiteOf` returns it
 */
export function hasFrames(callSite) {
  try {
    return framesIn(`${callSite.stack}`) !== '';
  } catch {
    return true;
  }
}

/** The frames in a stack text, one per line; empty if there are none. */
function framesIn(stack) {
  const first = stack.search(/^ {4}at |^.*@/m);
  return first < 0 ? '' : stack.slice(first);
}

/**
 * The error of a public method, whose stack begins at the call site.
 * @param {Function | false} called the method; false if it was called without its object
 */
export function failureOf(error, called) {
  if (called !== false) return beginAt(error, callSiteOf(called));
  return new WapcError('WAPC_ARGUMENT', 'a method was called without its object, or on a proxy of it: bind it');
}

/**
 * Runs the asynchronous work of a public function: stacks of its errors begin at the call site.
 * @template T
 * @param {Function | undefined} called the function
 * @param {() => Promise<T>} work
 */
export async function withCallSite(called, work) {
  const callSite = callSiteOf(called);
  try {
    return await work();
  } catch (error) {
    throw beginAt(error, callSite);
  }
}

/**
 * A rejected promise whose error begins where it is awaited, unless it has a call site already. V8 can find the
 * awaiting function only while the last reaction of a promise chain runs, and only once callers have linked the chain
 * with what they await: hence the two empty reactions.
 */
export function rejectionOf(error) {
  if (captureStackTrace === undefined || !isOwn(error) || located.has(error)) return Promise.reject(error);
  const nothing = () => {};
  return Promise.resolve()
    .then(nothing)
    .then(nothing)
    .then(function reject() {
      throw beginAt(error, callSiteOf(reject));
    });
}
