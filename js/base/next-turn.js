/** Calls functions back at the next turn of the event loop, when the messages and timers that are due have had theirs. */

import { platform } from '../platform/platform.js';

/** Called at the next turn, in their order. */
let waiting = [];

function run() {
  const callbacks = waiting;
  waiting = [];
  let at = 0;
  try {
    while (at < callbacks.length) callbacks[at++]();
  } finally {
    // One has thrown: the others are not lost.
    for (; at < callbacks.length; at++) atNextTurn(callbacks[at]);
  }
}

/** Schedules `run`. */
let schedule;

/** Missing in browsers. Deno and Bun have it with the web build too, where an open port would keep the process alive. */
const { setImmediate } = globalThis;

/** Browsers have no `setImmediate`, and make a timer of 0 ms wait for 4. */
function byMessage() {
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = run;
  return () => port2.postMessage(undefined);
}

function scheduler() {
  const immediate = platform.nextTurn ?? setImmediate;
  return immediate === undefined ? byMessage() : () => immediate(run);
}

/** Milliseconds after its last turn from which on the event loop is due for another. */
const LONG = 10;
/** The clock is read at each answer whose number is a multiple of this: reading it takes longer than counting. */
const LOOK = 16;

/** The answers to suspended guests on this thread. */
let answers = 0;
/** The time of the last turn that `isTurnDue` has asked for, as a `performance.now()` time. */
let since = 0;
/** True while a turn that it has asked for is awaited. */
let isAwaited = false;

/**
 * Counts an answer to a suspended guest. True if it has to wait for the next turn: answers that come at once are
 * microtasks, and guests that ask again and again would keep their thread from timers, among them those of their own time
 * limits.
 */
export function isTurnDue() {
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

/** Calls `callback` at the next turn of the event loop, which it keeps going until then. It must not throw. */
export function atNextTurn(callback) {
  waiting.push(callback);
  if (waiting.length > 1) return;
  schedule ??= scheduler();
  schedule();
}
