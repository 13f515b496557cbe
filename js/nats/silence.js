/** Silence of others: no answer, no piece of a payload, or no sign of life, for some time. */

import { startTimer } from '../base/timer.js';

/**
 * Milliseconds after which a timer that fires is late: this thread computed meanwhile, a guest for instance, and read nothing.
 * As long is left to it to read what came.
 */
const LATE = 100;

/**
 * Calls `then` after `delay` ms of silence. Where the timer is late, what came meanwhile is read first: it is to cancel this.
 * @param {number} delay
 * @param {() => void} then
 * @returns {() => void} a function that cancels it
 */
export function afterSilence(delay, then) {
  const due = performance.now() + delay;
  let stop = startTimer(delay, () => {
    if (performance.now() - due < LATE) then();
    else stop = startTimer(LATE, then);
  });
  return () => stop();
}
