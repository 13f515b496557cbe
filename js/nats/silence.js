/** Silence of others: no answer, no piece of a payload, or no sign of life, for some time, in which this thread could read. */

import { startTimer } from '../base/timer.js';

/** Milliseconds by which timers of a thread that does not compute may be late. */
const PUNCTUAL = 5;
/** Milliseconds that a thread has to read what came, at the most. */
const READING = 100;

/**
 * Calls `then` after `delay` ms, unless it is cancelled before: by what has come. Where its timer is late, this thread has
 * computed meanwhile (a guest, for instance) and read nothing. The thread then has as long again to
 * read what came, and at most 100 ms.
 * @param {number} delay
 * @param {() => void} then
 * @returns {() => void} a function that cancels it
 */
export function afterSilence(delay, then) {
  const due = performance.now() + delay;
  let stop = startTimer(delay, () => {
    const late = performance.now() - due;
    if (late < PUNCTUAL) then();
    else stop = startTimer(Math.min(late, READING), then);
  });
  return () => stop();
}
