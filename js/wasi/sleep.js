/** Blocks a thread, for guests that sleep. */

let cell;

/** True if this thread may block. The main thread of a page may not, and some pages lack SharedArrayBuffer. */
function canWait() {
  try {
    cell ??= new Int32Array(new SharedArrayBuffer(4));
    Atomics.wait(cell, 0, 0, 0);
    return true;
  } catch {
    return false;
  }
}

/**
 * A function that blocks this thread for a time in ms: with `Atomics.wait` if allowed, else by polling a clock. Always returns
 * true.
 * @param {() => number} now the clock, in ms
 */
export const blockBy = (now) => (milliseconds) => {
  if (canWait()) {
    Atomics.wait(cell, 0, 0, milliseconds);
    return true;
  }
  const until = now() + milliseconds;
  while (now() < until);
  return true;
};
