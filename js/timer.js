/** The longest that engines' timers wait, in ms: they take anything longer for no time at all. */
const LONGEST = 0x7fffffff;

/** Calls `then` after `delay` ms: what stops it. One of more than 24 days is none. */
export function startTimer(delay, then) {
  if (delay > LONGEST) return () => {};
  const timer = setTimeout(then, delay);
  return () => clearTimeout(timer);
}
