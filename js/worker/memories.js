/**
 * Handles a worker that finds no room for a memory: engines limit their number (Chromium: 125 in a page and its
 * workers).
 */

/**
 * True for the RangeError of an engine out of memories. V8 and JavaScriptCore throw one where a start function uses up the
 * stack, too, which only their text tells apart; Firefox throws an InternalError then.
 */
const isOutOfMemory = (error) =>
  [error, error?.cause].some((one) => one instanceof RangeError && !/call stack/.test(one.message));

/**
 * Starts a guest in a worker by `start`. If the engine is out of memories, tries again after unused ones were collected.
 * @template T
 * @param {() => Promise<T>} start
 * @param {(error: unknown) => boolean} mayTryAgain false for an error that another start does not mend
 * @param {() => unknown} lastError the error that ended the last worker, or the last guest that has run: another one if the
 *   guest was ended during the wait
 * @returns {Promise<T>}
 */
export async function startWithMemory(start, mayTryAgain, lastError) {
  const since = performance.now();
  for (let isFirst = true; ; isFirst = false) {
    try {
      return await start();
    } catch (error) {
      const last = lastError();
      // A guest that has run, or was ended, is not started again.
      if (error === last || !isOutOfMemory(error) || !mayTryAgain(error)) throw error;
      // Unused memories are collected each time: nothing was where one memory had room, and the worker may need more.
      const hasRoom = collectMemories();
      if (!(isFirst && hasRoom) && !(await memoriesComeBack(since))) throw error;
      if (lastError() !== last) throw lastError();
    }
  }
}

/**
 * Makes the engine collect unused memories of this thread. An engine without room for another memory collects those of
 * the thread that asks, so a worker cannot free those of this thread. Returns true if there is room now.
 */
function collectMemories() {
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
async function memoriesComeBack(since) {
  if (performance.now() - Math.min(lastStopped, since) > DYING) return false;
  await new Promise((resolve) => setTimeout(resolve, 50));
  return true;
}
