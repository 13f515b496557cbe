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

/** Calls `run` where a fifth of a megabyte is left. */
export function sunk(run) {
  most ??= count();
  return sink(Math.max(0, most - 24), run);
}
