/** Lines of the samples that run: each statement of a sample says so (tools/page/traced.js). */

const listeners = new Set();

/**
 * Called by a sample that is about to run its lines from `first` to `last`: the build adds the calls.
 * @public
 */
export function ran(sample, first, last) {
  for (const listener of listeners) listener(sample, first, last);
}

/** Tells `listener` of each, until the function that it returns is called. */
export function onRan(listener) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
