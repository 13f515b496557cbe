let cell;

/** True where this thread may wait: a page's own may not, nor has every page memory to wait on. */
function canWait() {
  try {
    cell ??= new Int32Array(new SharedArrayBuffer(4));
    Atomics.wait(cell, 0, 0, 0);
    return true;
  } catch {
    return false;
  }
}

/** Blocks this thread for so many ms, by waiting where it may, else by looking at the clock until then. Always true. */
export function block(milliseconds) {
  if (canWait()) {
    Atomics.wait(cell, 0, 0, milliseconds);
    return true;
  }
  const until = performance.now() + milliseconds;
  while (performance.now() < until);
  return true;
}
