/**
 * Oversubscription: this thread and the workers that run invocations are more than the processors. Then a thread that spins
 * keeps the one it waits for from running, and a thread that is woken takes the processor from the one that wakes it. So
 * workers spin less (`adaptive-spin.js`), and are woken once this thread has done what is due (docs/DECISIONS.md).
 */

import { atNextTurn } from '../base/next-turn.js';
import { parallelism } from '../platform/platform.js';

/** Workers of this thread that run invocations, and how many make one thread too many. */
let running = 0;
let tooMany;

/** Its only word is 1 while there are too many. All workers of this thread read it. */
let flag;

/** The flag, in shared memory. */
export function oversubscription() {
  flag ??= new Int32Array(new SharedArrayBuffer(4));
  return flag;
}

/** Counts a worker that begins (1) or ends (-1) to run invocations. */
export function count(workers) {
  running += workers;
  tooMany ??= parallelism();
  oversubscription()[0] = running >= tooMany ? 1 : 0;
}

/** Wakes a worker that blocks, by `notify`: now, or at the next turn while there are too many threads. */
export function wakeBy(notify) {
  if (oversubscription()[0] === 1) atNextTurn(notify);
  else notify();
}
