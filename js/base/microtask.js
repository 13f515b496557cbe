/** Microtasks, which run although a test has put clocks of its own in place of the platform's. */

const resolved = Promise.resolve();

/**
 * Calls `work` in a microtask; it must not throw. By a promise, since clocks of tests replace `queueMicrotask` along with
 * timers (jest's do), and what waits for them would wait for ever.
 * @param {() => void} work
 */
export const inMicrotask = (work) => void resolved.then(work);

/**
 * Throws what a listener threw as an uncaught error. By `queueMicrotask`, although clocks of tests hold that back: what a
 * promise's reaction throws is an unhandled rejection, of which engines tell by another event.
 * @param {unknown} error
 */
export function throwUncaught(error) {
  queueMicrotask(() => {
    throw error;
  });
}
