/** The longest delay of an engine's timers, in ms: they treat longer ones as 0. */
export const LONGEST = 0x7fffffff;

/**
 * Calls `then` after `delay` ms (at once if that is over), or never if that exceeds `LONGEST` (24 days). Returns a
 * function that cancels the timer.
 * @param {number} delay
 * @param {() => void} then
 * @param {boolean} [inBackground] true if the timer does not keep the process alive
 */
export function startTimer(delay, then, inBackground = false) {
  if (delay > LONGEST) return () => {};
  const timer = setTimeout(then, Math.max(0, delay));
  if (inBackground) timer.unref?.();
  return () => clearTimeout(timer);
}
