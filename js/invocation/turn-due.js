/**
 * Gives the event loop a turn between answers to suspended guests. Answers that come at once are microtasks, and guests that
 * ask again and again would keep their thread from timers, among them those of their own time limits.
 */

import { atNextTurn } from '../base/next-turn.js';

/** Milliseconds after its last turn from which on the event loop is due for another. */
const LONG = 10;
/** The clock is read at each answer whose number is a multiple of this: reading it takes longer than counting. */
const LOOK = 16;

/** As many answers that are due to wait do not, in an invocation with `timeout: 0`: the next turn is its end. */
const UNDELAYED = 16;

/** The answers to suspended guests on this thread. */
let answers = 0;
/** The time of the last turn that `isTurnDue` has asked for, as a `performance.now()` time. */
let since = 0;
/** True while a turn that it has asked for is awaited. */
let isAwaited = false;

/**
 * Counts an answer to a suspended guest. True if it has to wait for the next turn.
 * @param {any} invocation of the guest
 */
export const mustWait = (invocation) => isTurnDue() && !(invocation.isTimeoutZero && isUndelayed(invocation));

/** True for the first `UNDELAYED` times that an invocation asks. */
function isUndelayed(invocation) {
  invocation.undelayed = (invocation.undelayed ?? 0) + 1;
  return invocation.undelayed <= UNDELAYED;
}

function isTurnDue() {
  if (isAwaited) return true;
  answers++;
  if (answers % LOOK !== 0 || performance.now() - since < LONG) return false;
  isAwaited = true;
  atNextTurn(() => {
    isAwaited = false;
    since = performance.now();
  });
  return true;
}
