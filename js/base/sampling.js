/** Samples of the functions that guests are in, for profilers (`entry/observe.js`). Without one, the only cost is the check. */

import { sampling } from './realm.js';

/**
 * True while anybody samples. A variable of this copy of the package, like `isWatched` of `observing.js`.
 */
export let isSampled = false;

const note = () => void (isSampled = sampling.samplers.length !== 0);
sampling.noted.push(note);
note();

/** Most frames of a stack that are looked at. */
const DEEPEST = 200;

/**
 * Tells the samplers the stack of a guest, called from a function of the package that the guest calls.
 * @param {string | undefined} guest its name
 * @param {number} own index of that function
 */
export function sample(guest, own) {
  const taken = { guest, stack: stack(), own };
  for (const sampler of sampling.samplers) sampler(taken);
}

function stack() {
  const { stackTraceLimit, prepareStackTrace } = Error;
  Error.stackTraceLimit = DEEPEST;
  // As V8 writes frames: platforms write them in other ways, Deno without the index of the function.
  Error.prepareStackTrace = (error, frames) => frames.join('\n');
  const { stack } = new Error();
  Object.assign(Error, { stackTraceLimit, prepareStackTrace });
  return stack ?? '';
}
