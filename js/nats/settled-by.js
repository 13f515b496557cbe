/** Waits with a deadline for a NATS server: that it hangs, or its machine is gone, its client notices only minutes later. */

import { startTimer } from '../base/timer.js';

/**
 * Resolves once `work` has settled, and at `deadline` at the latest.
 * @param {number} deadline in ms, as `performance.now` has it
 * @param {Promise<unknown>} work
 * @returns {Promise<void>}
 */
export function settledBy(deadline, work) {
  return new Promise((resolve) => {
    const stopTimer = startTimer(deadline - performance.now(), resolve);
    const settled = () => {
      stopTimer();
      resolve();
    };
    work.then(settled, settled);
  });
}
