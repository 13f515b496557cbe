/** Memories are few (Chromium holds 125 in a page and its workers): what to do where a worker finds none. */

export const isOutOfMemory = (error) => error instanceof RangeError || error?.cause instanceof RangeError;

/**
 * An engine that has no room for one more memory collects those of the thread that asked, but a worker can't make it
 * collect those of this one, of which Chromium holds 125 in all. Whether there is room now.
 */
export function collectMemories() {
  try {
    new WebAssembly.Memory({ initial: 1 });
    return true;
  } catch {
    return false;
  }
}

/** When a worker was last stopped, and the ms after which a page's worker that computes is really gone. */
let lastStopped = -Infinity;
const DYING = 3000;

/** A worker was stopped: its memories are gone later. */
export function workerStopped() {
  lastStopped = performance.now();
}

/** Waits a little, if a worker may be dying whose memories come back then. */
export async function memoriesComeBack() {
  if (performance.now() - lastStopped > DYING) return false;
  await new Promise((resolve) => setTimeout(resolve, 50));
  return true;
}
