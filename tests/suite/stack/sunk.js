/** Stacks differ by a factor of ten between engines, and only their ends matter: most of one is used up by few long frames. */

/** What each frame holds besides: 8 KiB, as engines push arguments. */
const ARGUMENTS = new Array(1024).fill(0);

/** How many of those frames fit: found when it is first needed. */
let most;

function sink(levels, run) {
  if (levels === 0) return run();
  // Not at the end: JavaScriptCore takes no stack for a call there.
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
    // The stack has ended.
  }
  return levels;
}

/**
 * Calls `run` where a fifth of a megabyte is left. Frames may take more than when they were counted: JavaScriptCore compiles
 * them otherwise meanwhile. Where the stack ends before `run` is called, it is tried with fewer.
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
