/**
 * Gives the event loop a turn between answers to suspended guests. Answers that come at once are microtasks, and guests that
 * ask again and again would keep their thread from timers, among them those of their own time limits.
 */

import { atNextTurn } from '../base/next-turn.js';

/** Milliseconds after its last turn from which on the event loop is due for another. */
const LONG = 10;
/** The clock is read at each answer whose number is a multiple of this: reading it takes longer than counting. */
const LOOK = 16;

/** Answers that do not wait although a turn is due, in invocations with `timeout: 0`: that turn would be their end. */
const UNDELAYED = 128;

/** The answers to suspended guests on this thread. */
let answers = 0;
/** The time of the last turn that `isTurnDue` has asked for, as a `performance.now()` time. */
let since = 0;
/** True while a turn that it has asked for is awaited. */
let isAwaited = false;
/** The answers that have not waited for it. */
let undelayed = 0;

/**
 * Counts an answer to a suspended guest. True if it has to wait for the next turn.
 * @param {any} invocation of the guest
 */
export const mustWait = (invocation) => isTurnDue() && !(invocation.isTimeoutZero && undelayed++ < UNDELAYED);

function isTurnDue() {
  if (isAwaited) return true;
  answers++;
  if (answers % LOOK !== 0 || performance.now() - since < LONG) return false;
  isAwaited = true;
  undelayed = 0;
  atNextTurn(() => {
    isAwaited = false;
    since = performance.now();
  });
  return true;
}
