/** Blocks a thread, for guests that sleep. */

let cell;

/** The engine's clock. One that a test has put in its place since stands still while this thread is blocked. */
const now = performance.now.bind(performance);

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
 * Blocks this thread for a time in ms: with `Atomics.wait` if allowed, else by polling the clock. Always returns true.
 */
export function block(milliseconds) {
  if (canWait()) {
    Atomics.wait(cell, 0, 0, milliseconds);
    return true;
  }
  const until = now() + milliseconds;
  while (now() < until);
  return true;
}
