/**
 * Uses up most of the stack by few long frames: stacks differ by a factor of ten between engines, and only their ends
 * matter.
 */

/** The additional size of each frame, 8 KiB: engines push arguments on the stack. */
const ARGUMENTS = new Array(1024).fill(0);

/** The number of such frames that fit, found when it is first needed. */
let most;

/** Frames that are left for `run`, and those that have to fit when it is called. */
const [LEFT, ROOM] = [24, 12];

function sink(levels, run) {
  if (levels === 0) return run();
  // Not a tail call: JavaScriptCore takes no stack for those.
  const result = sink(levels - 1, run, ...ARGUMENTS);
  return result;
}

function count() {
  let levels = 0;
  const deeper = () => {
    levels++;
    deeper(...ARGUMENTS);
    levels += 0;
  };
  try {
    deeper();
  } catch {
    // A stack overflow.
  }
  return levels;
}

/**
 * Calls `run` where a fifth of a megabyte is left. Frames may be larger than when they were counted, once
 * JavaScriptCore has recompiled them. Where less than half of that is left, fewer are tried.
 */
export function sunk(run) {
  most ??= count();
  let hasBegun = false;
  const begin = () => {
    sink(ROOM, () => {});
    hasBegun = true;
    return run();
  };
  for (;;) {
    try {
      return sink(Math.max(0, most - LEFT), begin);
    } catch (error) {
      if (hasBegun || most <= LEFT) throw error;
      most -= 8;
    }
  }
}
