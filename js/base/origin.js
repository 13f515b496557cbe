/** The place where a public function was called: stacks of errors begin there, not in frames of this package. */

import { isOwn } from './error.js';

/** Not in every engine. */
const { captureStackTrace } = /** @type {{ captureStackTrace?: (target: object, above?: Function) => void }} */ (Error);

/** Errors whose stack begins at a caller already: of several, the one that is nearest to the mistake. */
const located = new WeakSet();

/**
 * The caller of a public function that runs.
 * @param {Function | undefined} called the function: its frames are left out, and those of what it called
 * @returns {{ stack?: string }} for `beginAt`
 */
export function callerOf(called) {
  const caller = {};
  try {
    captureStackTrace?.(caller, called);
  } catch {
    // A caller's own `Error.prepareStackTrace` may throw: its error begins elsewhere then.
  }
  return caller;
}

/**
 * Lets the stack of an error of this package's begin at a caller, unless that is not known. Never throws. Returns the error.
 * @template E
 * @param {E} error
 * @param {{ stack?: string } | undefined} caller
 */
export function beginAt(error, caller) {
  if (caller === undefined || !isOwn(error) || located.has(error)) return error;
  try {
    // The engine writes it now, and may ask a function of the caller's.
    const frames = framesIn(`${caller.stack}`);
    if (frames === '') return error;
    located.add(error);
    // V8 begins with the error itself, other engines do not.
    const value = frames.startsWith('    at ') ? `${error.name}: ${error.message}\n${frames}` : frames;
    Reflect.defineProperty(error, 'stack', { value, configurable: true, writable: true });
  } catch {
    // Its stack stays as it is.
  }
  return error;
}

/** The frames in an engine's text, a line each; empty where there are none. */
function framesIn(stack) {
  const first = stack.search(/^ {4}at |^.*@/m);
  return first < 0 ? '' : stack.slice(first);
}

/**
 * Does the work of a public function that answers with a promise.
 * @template T
 * @param {Function | undefined} called the function
 * @param {() => Promise<T>} work
 */
export async function forCaller(called, work) {
  const caller = callerOf(called);
  try {
    return await work();
  } catch (error) {
    throw beginAt(error, caller);
  }
}

/**
 * A rejection whose error begins where it is awaited, unless it begins somewhere already. V8 looks for that as long as it
 * runs the last of a chain of reactions, and only where others have linked it with what is awaited by then.
 */
export function rejectionOf(error) {
  if (captureStackTrace === undefined || !isOwn(error) || located.has(error)) return Promise.reject(error);
  const nothing = () => {};
  return Promise.resolve()
    .then(nothing)
    .then(nothing)
    .then(function reject() {
      throw beginAt(error, callerOf(reject));
    });
}
