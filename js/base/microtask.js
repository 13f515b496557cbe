const resolved = Promise.resolve();

/**
 * Calls `work` in a microtask; it must not throw. By a promise, since clocks of tests replace `queueMicrotask` along with
 * timers (jest's do), and what waits for them would wait for ever.
 * @param {() => void} work
 */
export const inMicrotask = (work) => void resolved.then(work);
