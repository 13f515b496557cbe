/** How services end: by `drain` of their connection, and where their NATS server answers no more. */

import { deepEqual, equal, rejects } from 'node:assert/strict';
import { after, test } from 'node:test';

import { connect } from '@nats-io/transport-node';
import { remote, serve } from 'wapc-host/nats';

import { fakeServer } from './nats/fake-server.js';
import { NatsServer } from './nats/server.js';
import { benchPool, bytesOf, deferred, text, until } from './nats/setup.js';

const server = await NatsServer.start();
const here = await server.connect();
after(() => server.close());

const version = '1.0.0';
/** Longer than a message. */
const long = bytesOf(3_000_000);

/** A service on `connection` that answers by `work`, `now` at once and all else when `gate` is resolved; `begun` has the operations that it was asked for. */
async function gated(connection, name, work) {
  const gate = deferred();
  const begun = [];
  const invoke = async (operation) => {
    begun.push(operation);
    if (operation !== 'now') await gate.promise;
    return work(operation);
  };
  return { gate, begun, service: await serve(connection, { invoke }, { name, version }) };
}

test('drain of a connection waits for the answers to what was taken on it, and to what its guests ask for then', async () => {
  const there = await server.connect();
  const behind = await gated(here, 'behind', (operation) => (operation === 'long' ? long : bytesOf(3)));
  const asked = remote(there, 'behind');
  const own = await gated(there, 'own', (operation) => asked.invoke(operation));
  await asked.invoke('now');
  const answers = ['short', 'long'].map((operation) => remote(here, 'own').invoke(operation));
  await until(() => own.begun.length === 2);
  let isDrained = false;
  const drained = there.drain().then(() => (isDrained = true));
  // The server has ended its subscriptions once it answers this.
  await there.flush();
  await rejects(remote(here, 'own').invoke('late'), { code: 'WAPC_UNREACHABLE' });
  own.gate.resolve();
  await until(() => behind.begun.length === 3);
  equal(isDrained, false);
  behind.gate.resolve();
  deepEqual(await Promise.all(answers), [bytesOf(3), long]);
  await drained;
  equal(there.isClosed(), true);
  await rejects(asked.invoke('after'), { code: 'WAPC_UNREACHABLE' });
  await behind.service.close();
});

test('drain of a connection waits for the answers that its callers wait for', async () => {
  const there = await server.connect();
  const { gate, begun, service } = await gated(here, 'away', () => long);
  const answer = remote(there, 'away').invoke('a');
  await until(() => begun.length === 1);
  const drained = there.drain();
  await there.flush();
  gate.resolve();
  deepEqual(await answer, long);
  await drained;
  await service.close();
});

test('drain of a connection that serves no more, and that nobody uses, closes it', async () => {
  const there = await server.connect();
  const pool = await benchPool();
  const service = await serve(there, pool, { name: 'left', version });
  equal(text(await remote(there, 'left').invoke('echo', 'a')), 'a');
  await service.close();
  await there.drain();
  equal(there.isClosed(), true);
  await pool.close();
});

test('close answers what it can, and ends after 5 s, where the NATS server answers no more', async (context) => {
  let hangs = false;
  const fake = await fakeServer((line, socket) => {
    if (line === 'PING' && !hangs) socket.write('PONG\r\n');
  });
  const connection = await connect({ servers: fake.url });
  const pool = await benchPool();
  const service = await serve(connection, pool, { name: 'hung', version });
  hangs = true;
  const { setTimeout } = globalThis;
  const now = performance.now.bind(performance);
  const waits = [];
  let passed = 0;
  // Of a NATS server that hangs its client knows after minutes. Here the time of each wait passes at once.
  context.mock.method(performance, 'now', () => now() + passed);
  context.mock.method(globalThis, 'setTimeout', (then, delay) => {
    if (!(delay > 4_000 && delay <= 5_000)) return setTimeout(then, delay);
    waits.push(delay);
    return setTimeout(() => {
      passed += delay;
      then();
    }, 0);
  });
  await service.close();
  // For the end of its subscription. No time is left to wait for what it has sent.
  equal(waits.length, 1);
  await connection.close();
  await pool.close();
  fake.close();
});
