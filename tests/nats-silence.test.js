/** Callers that wait for answers, signs of life and pieces: what came while their thread computed is read before it counts as silence. */

import { equal, rejects } from 'node:assert/strict';
import { after, test } from 'node:test';

import { headers } from '@nats-io/nats-core';
import { remote } from 'wapc-host/nats';

import { NatsServer } from './nats/server.js';
import { text } from './nats/setup.js';

const server = await NatsServer.start();
const [here, there] = await Promise.all([server.connect(), server.connect()]);
after(() => server.close());

/** Milliseconds of the waits: for a sign of life or an answer, for a piece, and for what came while the thread computed. */
const [LIFE, PIECE, READING] = [3_000, 5_000, 100];

/** A clock that the test moves. Returns a function that lets so many ms pass, and fires the timers of the waits. */
function heldClock(context) {
  const { setTimeout, clearTimeout } = globalThis;
  const now = performance.now.bind(performance);
  const timers = new Map();
  let passed = 0;
  context.mock.method(performance, 'now', () => now() + passed);
  context.mock.method(globalThis, 'setTimeout', (then, delay, ...rest) => {
    if (![LIFE, PIECE, READING].includes(delay)) return setTimeout(then, delay, ...rest);
    const timer = {};
    timers.set(timer, then);
    return timer;
  });
  context.mock.method(globalThis, 'clearTimeout', (timer) => timers.delete(timer) || clearTimeout(timer));
  return (ms) => {
    passed += ms;
    const due = [...timers.values()];
    timers.clear();
    for (const then of due) then();
  };
}

const messageOf = (text) => {
  const own = headers();
  own.set('Wapc-Message', text);
  return { headers: own };
};

test('a member is given up after 3 s of silence, in which the caller has read what came', async (context) => {
  const pass = heldClock(context);
  const attempts = [
    () => pass(LIFE),
    () => {
      // The thread has computed for longer, and nothing came meanwhile.
      pass(LIFE + 1_000);
      pass(READING);
    },
    (message) => {
      pass(LIFE + 1_000);
      message.respond('answered');
    },
    (message) => message.respond('run again'),
  ];
  const callback = (error, message) => attempts.shift()(message);
  const subscription = there.subscribe('wapc.silent.>', { callback });
  await there.flush();
  const guest = remote(here, 'silent', { timeout: 60_000, retries: 9, idempotent: true });
  equal(text(await guest.invoke('echo', 'x')), 'answered');
  equal(attempts.length, 1);
  subscription.unsubscribe();
});

test('a response in pieces is taken where the caller has computed for longer than it waits for one', async (context) => {
  const pass = heldClock(context);
  let request;
  there.subscribe('wapc.pieces.>', {
    callback(error, message) {
      request = message;
      there.publish(message.reply, 'ab', { ...messageOf('piece 0 4'), reply: 'wapc.$member.one.1' });
    },
  });
  // The caller has the first piece.
  there.subscribe('wapc.$member.one.1', {
    callback() {
      if (request === undefined) return;
      pass(PIECE + 1_000);
      there.publish(request.reply, 'cd', { ...messageOf('piece 1'), reply: 'wapc.$member.one.1' });
      request = undefined;
    },
  });
  await there.flush();
  equal(text(await remote(here, 'pieces', { timeout: 60_000 }).invoke('echo', 'x')), 'abcd');
});

test('an answer that came while the caller computed is taken, though its timeout is over', async (context) => {
  const pass = heldClock(context);
  const subscription = there.subscribe('wapc.answer.>', {
    callback(error, message) {
      pass(LIFE + 1_000);
      if (message.string() === 'answer') message.respond('answered');
      else pass(READING);
    },
  });
  await there.flush();
  const guest = remote(here, 'answer', { timeout: LIFE });
  equal(text(await guest.invoke('echo', 'answer')), 'answered');
  await rejects(guest.invoke('echo', 'none'), { code: 'WAPC_TIMEOUT' });
  subscription.unsubscribe();
});
