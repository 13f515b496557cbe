/** The longest that engines' timers wait, in ms: they take anything longer for no time at all. */
export const LONGEST = 0x7fffffff;

/**
 * Calls `then` after `delay` ms, or never where that is more than 24 days: what stops it.
 * @param {number} delay
 * @param {() => void} then
 * @param {boolean} [inBackground] whether a process may end before
 */
export function startTimer(delay, then, inBackground = false) {
  if (delay > LONGEST) return () => {};
  const timer = setTimeout(then, delay);
  if (inBackground) timer.unref?.();
  return () => clearTimeout(timer);
}
