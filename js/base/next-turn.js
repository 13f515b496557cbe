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

/** Calls `callback` at the next turn of the event loop, which it keeps going until then. It must not throw. */
export function atNextTurn(callback) {
  waiting.push(callback);
  if (waiting.length > 1) return;
  schedule ??= scheduler();
  schedule();
}
