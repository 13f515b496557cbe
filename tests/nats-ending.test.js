/** How services end: by `drain` of their connection, and where their NATS server answers no more. */

import { deepEqual, equal, rejects } from 'node:assert/strict';
import { after, test } from 'node:test';

import { connect } from '@nats-io/transport-node';
import { WapcError } from 'wapc-host';
import { remote, serve } from 'wapc-host/nats';

import { fakeServer } from './nats/fake-server.js';
import { startProxy } from './nats/proxy.js';
import { NatsServer } from './nats/server.js';
import { benchPool, bytesOf, deferred, text, until } from './nats/setup.js';

const server = await NatsServer.start();
const here = await server.connect();
after(() => server.close());

const version = '1.0.0';
/** Longer than a message. */
const long = bytesOf(3_000_000);

/**
 * A service on `connection` that answers by `work`: `now` at once, all else when `gate` is resolved. `begun` has the operations
 * that it was asked for.
 */
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
  const answers = ['short', 'long'].map((operation) => remote(here, 'own').invoke(operation));
  await until(() => own.begun.length === 2);
  let isDrained = false;
  const drained = there.drain().then(() => (isDrained = true));
  // The NATS server has ended the subscriptions of `there` once it answers this.
  await there.flush();
  await rejects(remote(here, 'own').invoke('late'), { code: 'WAPC_UNREACHABLE' });
  own.gate.resolve();
  await until(() => behind.begun.length === 2);
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

test('drain of a connection waits for requests that are to be sent again, or once the connection is back', async () => {
  const proxy = await startProxy(server.port);
  const there = await server.connect({ servers: proxy.url });
  let isFull = true;
  const invoke = async (operation) => {
    if (operation === 'full' && isFull) {
      isFull = false;
      throw new WapcError('WAPC_POOL_FULL', 'full');
    }
    return bytesOf(3);
  };
  const service = await serve(here, { invoke }, { name: 'full', version });
  const guest = remote(there, 'full', { retries: 5, idempotent: true, timeout: 60_000 });
  const refused = guest.invoke('full');
  // The answer to this comes after the error of `refused`.
  await guest.invoke('now');
  const lost = there.status()[Symbol.asyncIterator]().next();
  proxy.cut();
  await lost;
  const offline = guest.invoke('offline');
  const drained = there.drain();
  proxy.restore();
  deepEqual(await Promise.all([refused, offline]), [bytesOf(3), bytesOf(3)]);
  await drained;
  proxy.close();
  await service.close();
});

test('what is invoked on a connection that is drained, and serves no more, is refused and not run', async () => {
  const there = await server.connect();
  const away = await gated(here, 'busy', () => bytesOf(3));
  const guest = remote(there, 'busy', { retries: 5 });
  const answer = guest.invoke('a');
  await until(() => away.begun.length === 1);
  const drained = there.drain();
  await there.flush();
  await rejects(guest.invoke('late'), { code: 'WAPC_UNREACHABLE', guest: 'busy', operation: 'late' });
  away.gate.resolve();
  deepEqual(await answer, bytesOf(3));
  await drained;
  deepEqual(away.begun, ['a']);
  await away.service.close();
});

test('drain of a connection closes what is served on it one by one, the last first, whose guests call the others', async () => {
  const there = await server.connect();
  await gated(there, 'first', () => bytesOf(3));
  const last = await gated(there, 'last', () => first.invoke('now'));
  const first = remote(there, 'first');
  const answer = remote(here, 'last').invoke('a');
  await until(() => last.begun.length === 1);
  const drained = there.drain();
  await there.flush();
  last.gate.resolve();
  deepEqual(await answer, bytesOf(3));
  await drained;
  await rejects(remote(here, 'first').invoke('now'), { code: 'WAPC_UNREACHABLE' });
});

test('drain of a connection whose guests call nobody closes what is served on it at once', async () => {
  const there = await server.connect();
  await gated(there, 'idle', () => bytesOf(3));
  const working = await gated(there, 'working', () => bytesOf(3));
  const answer = remote(here, 'working').invoke('a');
  await until(() => working.begun.length === 1);
  const drained = there.drain();
  await there.flush();
  await rejects(remote(here, 'idle').invoke('now'), { code: 'WAPC_UNREACHABLE' });
  working.gate.resolve();
  deepEqual(await answer, bytesOf(3));
  await drained;
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

/**
 * Services on a NATS server that has begun to hang, which its client notices minutes later. The time of each wait for it
 * passes at once, and `waits` has the ms that had passed when each began.
 */
async function hanging(context, guest, names, callsOthers = false) {
  let hangs = false;
  const fake = await fakeServer((line, socket) => {
    if (line === 'PING' && !hangs) socket.write('PONG\r\n');
  });
  const connection = await connect({ servers: fake.url });
  if (callsOthers) remote(connection, names[0]);
  const services = [];
  for (const name of names) services.push(await serve(connection, guest, { name, version }));
  hangs = true;
  const { setTimeout } = globalThis;
  const now = performance.now.bind(performance);
  const waits = [];
  let passed = 0;
  context.mock.method(performance, 'now', () => now() + passed);
  context.mock.method(globalThis, 'setTimeout', (then, delay) => {
    if (!(delay > 4_000 && delay <= 5_000)) return setTimeout(then, delay);
    waits.push(passed);
    return setTimeout(() => {
      passed += delay;
      then();
    }, 0);
  });
  return { connection, services, waits, close: () => fake.close() };
}

test('close answers what it can, and ends after 5 s, where the NATS server answers no more', async (context) => {
  const pool = await benchPool();
  const { connection, services, waits, close } = await hanging(context, pool, ['hung']);
  await services[0].close();
  // The one wait is for the end of its subscription: no time is left for what it has sent.
  equal(waits.length, 1);
  await connection.close();
  await pool.close();
  close();
});

test('drain waits for a NATS server that answers no more only once, however many services there are', async (context) => {
  const pool = await benchPool();
  const { connection, services, waits, close } = await hanging(context, pool, ['one', 'two', 'three'], true);
  // The promise of `drain` is pending for minutes more: at its end the client of NATS waits for the server itself.
  connection.drain().catch(() => {});
  await until(() => waits.length === 3);
  await Promise.all(services.map((service) => service.close()));
  const [first, ...others] = waits;
  deepEqual([first, others.length, others[0] > 0, others[1]], [0, 2, true, others[0]]);
  await connection.close();
  await pool.close();
  close();
});
