/** Calls functions back at the next turn of the event loop, when the messages and timers that are due have had theirs. */

import { platform } from '../platform/platform.js';

/** Called at the next turn, in their order. */
let waiting = [];

function run() {
  const callbacks = waiting;
  waiting = [];
  for (const callback of callbacks) callback();
}

/** Schedules `run`. */
let schedule;

/** Browsers have no `setImmediate`, and make a timer of 0 ms wait for 4. */
function byMessage() {
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = run;
  return () => port2.postMessage(undefined);
}

/** Calls `callback` at the next turn of the event loop, which it keeps going until then. It must not throw. */
export function atNextTurn(callback) {
  waiting.push(callback);
  if (waiting.length > 1) return;
  schedule ??= platform.nextTurn === undefined ? byMessage() : () => platform.nextTurn(run);
  schedule();
}
