/** `Polling`, turn by turn of the event loop: when a worker is prompt, and when it is said to have slowed down. */

import { deepEqual } from 'node:assert/strict';
import { test } from 'node:test';

import { Polling } from '../js/worker/polling.js';

/** A turn at which the worker has written nothing. */
const NOTHING = { has: false, ends: false };
/** A turn at which the worker has written a record that is no response, of a host call for example. */
const RECORD = { has: true, ends: false };
/** A turn at which the worker has written the response of the running invocation. */
const RESPONSE = { has: true, ends: true };
/** A turn in front of which the worker's message says that the running invocation has failed. Those behind it go on. */
const FAILURE = { has: false, fails: true };
/** A message of the worker in place of a turn, after 1 ms: this thread reads a response, and polls for the next one. */
const MESSAGE = { has: true, ends: true, wakes: true };

const repeat = (times, ...turns) => Array.from({ length: times }, () => turns).flat();
const nextTurn = () => new Promise((resolve) => setImmediate(resolve));

/** Polls at turns of which each takes `ms`: whether the worker is prompt in the end, and how often it slowed down. */
async function polled(turns, ms) {
  let clock = 0;
  let found = NOTHING;
  let hasEnded = false;
  let slowed = 0;
  const rings = { hasRecord: () => found.has, askForMessage: () => true, askForNone() {} };
  const read = () => {
    const { has, ends } = found;
    found = NOTHING;
    if (ends) polling.responded();
    polling.watch(has, !hasEnded);
  };
  const polling = new Polling(rings, read, () => slowed++);
  const { now } = performance;
  performance.now = () => clock;
  try {
    // Messages that come as soon as this thread waits for them make it poll more often, up to the most.
    for (let i = 0; i < 4; i++) {
      polling.begin();
      for (let turn = 0; turn < 40; turn++) await nextTurn();
      polling.wake();
    }
    for (let i = 0; i < 64; i++) polling.responded();
    slowed = 0;
    polling.begin();
    for (const turn of turns) {
      if (turn.fails) polling.responded();
      found = turn;
      if (turn.wakes) {
        clock++;
        polling.wake();
        read();
        continue;
      }
      clock += ms;
      await nextTurn();
    }
    const { isPrompt } = polling;
    hasEnded = true;
    await nextTurn();
    return { isPrompt, slowed: slowed - (isPrompt ? 1 : 0) };
  } finally {
    performance.now = now;
  }
}

for (const [name, turns, ms, isPrompt, slowed] of [
  ['a worker whose response is there at each turn is prompt', repeat(100, RESPONSE), 0, true, 0],
  ['it is for 15 turns without one', repeat(15, NOTHING), 0, true, 0],
  ['it is not for 16', repeat(16, NOTHING), 0, false, 1],
  ['it slows down once, however long that takes', repeat(100, NOTHING), 0, false, 1],
  ['records without a response, as of host calls, make it so for 15 turns', repeat(15, RECORD), 0, true, 0],
  ['and no longer', repeat(16, RECORD), 0, false, 1],
  ['a host call in each invocation leaves it prompt', repeat(100, RECORD, RESPONSE), 0, true, 0],
  [
    'three turns in vain for each response, on average, do',
    repeat(100, NOTHING, NOTHING, NOTHING, RESPONSE),
    0,
    true,
    0,
  ],
  ['four do not', repeat(100, NOTHING, NOTHING, NOTHING, NOTHING, RESPONSE), 0, false, 1],
  ['a turn counts by the time that it takes: 15 in 0.74 ms', [NOTHING], 0.74, true, 0],
  ['16 in 0.76 ms', [NOTHING], 0.76, false, 1],
  ['the time of a turn that finds a response does not count', repeat(100, RESPONSE), 10, true, 0],
  ['a worker that was late is prompt again after its response', [...repeat(16, NOTHING), RESPONSE, RECORD], 0, true, 1],
  ['after its failure too, and may be late again at one turn', [NOTHING, FAILURE, NOTHING], 0.76, false, 2],
  ['after its message too', [...repeat(40, NOTHING), MESSAGE], 0, true, 1],
  ['the time before a message does not count', [...repeat(40, NOTHING), MESSAGE, NOTHING], 0, true, 1],
  ['and may be late again at one turn', [...repeat(40, NOTHING), MESSAGE, NOTHING], 0.76, false, 2],
]) {
  test(name, async () => deepEqual(await polled(turns, ms), { isPrompt, slowed }));
}
