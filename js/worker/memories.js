/**
 * Handles a worker that finds no room for a memory: engines limit their number (Chromium: 125 in a page and its
 * workers).
 */

export const isOutOfMemory = (error) => error instanceof RangeError || error?.cause instanceof RangeError;

/**
 * Makes the engine collect unused memories of this thread. An engine without room for another memory collects those of
 * the thread that asks, so a worker cannot free those of this thread. Returns true if there is room now.
 */
export function collectMemories() {
  try {
    new WebAssembly.Memory({ initial: 1 });
    return true;
  } catch {
    return false;
  }
}

/** Time of the last stop of a worker, and the longest time in ms until a page's busy worker is really gone. */
let lastStopped = -Infinity;
const DYING = 3000;

/** Records that a worker was stopped: its memories are freed later. */
export function workerStopped() {
  lastStopped = performance.now();
}

/**
 * Waits a little, if a stopped worker may still free its memories. False if there is none, or if a start that began at
 * `since` has waited for as long as one takes: its own workers were stopped meanwhile.
 */
export async function memoriesComeBack(since) {
  if (performance.now() - Math.min(lastStopped, since) > DYING) return false;
  await new Promise((resolve) => setTimeout(resolve, 50));
  return true;
}
