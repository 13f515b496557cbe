/**
 * Uses up most of the stack by few long frames: stacks differ by a factor of ten between engines, and only their ends
 * matter.
 */

/** The additional size of each frame, 8 KiB: engines push arguments on the stack. */
const ARGUMENTS = new Array(1024).fill(0);

/** The number of such frames that fit, found when it is first needed. */
let most;

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
 * JavaScriptCore has recompiled them. Where the stack ends before `run` is called, fewer are tried.
 */
export function sunk(run) {
  most ??= count();
  let hasBegun = false;
  const begin = () => {
    hasBegun = true;
    return run();
  };
  for (;;) {
    try {
      return sink(Math.max(0, most - 24), begin);
    } catch (error) {
      if (hasBegun || most <= 24) throw error;
      most -= 8;
    }
  }
}
