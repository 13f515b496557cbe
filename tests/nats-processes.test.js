/** Guests in several processes: they call each other, die, and outlive the NATS server. */

import { deepEqual, equal, match, ok, rejects } from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { after, test } from 'node:test';

import { WapcHost, WapcPool } from 'wapc-host';
import { remote, serve } from 'wapc-host/nats';

import { startMember } from './nats/members.js';
import { startProxy } from './nats/proxy.js';
import { NatsServer } from './nats/server.js';
import { benchPool, bytesOf, deferred, testdata, text, until } from './nats/setup.js';

const server = await NatsServer.start();
const connection = await server.connect();
after(() => server.close());

const hello = testdata('hello');
const inFlight = async ({ id }, name) =>
  (await connection.request(`$SRV.STATS.${name}.${id}`)).json().endpoints[0].data.inFlight;

test('guests that call guests, in a chain of three processes', async () => {
  const ran = [];
  const settings = { url: server.url, guest: hello };
  const members = await Promise.all([
    startMember({ ...settings, name: 'a', calls: 'b' }),
    startMember({ ...settings, name: 'b', calls: 'c' }),
    startMember({ ...settings, name: 'c' }, (payload) => ran.push(payload)),
  ]);
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, i) => remote(connection, 'a').invoke('echo', `n${i}`)),
  );
  deepEqual(
    answers.map(text),
    Array.from({ length: 20 }, (_, i) => `n${i}`),
  );
  // The members' reports come by another way than the answers, and may be later.
  await until(() => ran.length === answers.length);
  deepEqual(ran.sort(), answers.map(text).sort());
  // An error comes back through all of them.
  await members[2].drain();
  const error = await remote(connection, 'a')
    .invoke('echo', 'x')
    .catch((error) => error);
  equal(error.code, 'WAPC_GUEST');
  ok(error.message.includes('nobody serves `c`'), error.message);
  await Promise.all([members[0].drain(), members[1].drain()]);
});

test('guests that call each other in a circle end in time, and serve the next', async () => {
  const settings = { url: server.url, guest: hello, pool: { size: 1 } };
  const names = ['one', 'two', 'three'];
  const members = await Promise.all(
    names.map((name, i) => startMember({ ...settings, name, calls: names[(i + 1) % names.length] })),
  );
  await rejects(remote(connection, 'one', { timeout: 700 }).invoke('echo', 'round'), { code: 'WAPC_TIMEOUT' });
  for (const [index, name] of names.entries()) await until(async () => (await inFlight(members[index], name)) === 0);
  // What needs no other guest is answered: nothing waits any more.
  await rejects(remote(connection, 'one').invoke('nope'), { code: 'WAPC_GUEST', message: 'planned failure' });
  await Promise.all(members.map((member) => member.drain()));
});

test('an abort reaches the end of a chain', async () => {
  const begun = deferred();
  const ended = deferred();
  const hostCall = (binding, namespace, operation, payload, { signal }) => {
    begun.resolve();
    signal.addEventListener('abort', () => ended.resolve());
    return ended.promise;
  };
  const last = await WapcPool.create(hello, { hostCall, async: true, size: 1, logger() {} });
  const service = await serve(connection, last, { name: 'last', version: '1.0.0' });
  const middle = await startMember({ url: server.url, guest: hello, name: 'middle', calls: 'last' });
  const here = await WapcHost.instantiate(hello, {
    hostCall: { foo: remote(connection, 'middle') },
    async: true,
    logger() {},
  });
  const controller = new AbortController();
  const outcome = here.invoke('echo', 'x', { signal: controller.signal }).catch((error) => error);
  await begun.promise;
  controller.abort('enough');
  equal(await outcome, 'enough');
  await ended.promise;
  here.close();
  await middle.drain();
  await service.close();
  await last.close();
});

/** Takes requests to a service and answers none of them. Resolves with the first. */
function taken(name) {
  const { promise, resolve } = deferred();
  const subscription = connection.subscribe(`wapc.${name}.>`, { callback: (error, message) => resolve(message) });
  return { promise, stop: () => subscription.unsubscribe() };
}

test('a member that dies: another runs what is idempotent; one that is slow is waited for', async () => {
  const never = taken('never');
  const dying = await startMember({ url: server.url, guest: hello, name: 'mortal', calls: 'never' });
  const guest = remote(connection, 'mortal', { timeout: 30_000, retries: 3, idempotent: ['echo'] });
  const repeated = guest.invoke('echo', 'again');
  const once = remote(connection, 'mortal', { retries: 3 }).invoke('echo', 'once', { timeout: 1_500 });
  const lost = rejects(once, { code: 'WAPC_TIMEOUT' });
  await never.promise;
  const ran = [];
  const other = await startMember({ url: server.url, guest: hello, name: 'mortal' }, (payload) => ran.push(payload));
  let runs = 0;
  const answer = deferred();
  const slow = await benchPool({ hostCall: () => (runs++, answer.promise), async: true });
  const service = await serve(connection, slow, { name: 'slow', version: '1.0.0' });
  const waited = remote(connection, 'slow', { timeout: 30_000, retries: 3, idempotent: true }).invoke('call');
  await dying.kill();
  await lost;
  equal(text(await repeated), 'again');
  deepEqual(ran, ['again']);
  // As long as signs of life come, however long it takes: the other one was given up meanwhile.
  answer.resolve('slow');
  equal(text(await waited), 'slow');
  equal(runs, 1);
  never.stop();
  await other.drain();
  await service.close();
  await slow.close();
});

test('the NATS server restarts: what was on its way, what is idempotent, what comes meanwhile', async () => {
  const own = await NatsServer.start();
  const [here, there, idle] = await Promise.all([own.connect(), own.connect(), own.connect()]);
  const answer = deferred();
  const idleIsLost = idle.status()[Symbol.asyncIterator]().next();
  let runs = 0;
  const pool = await benchPool({ hostCall: () => (runs++, answer.promise), async: true, size: 4 });
  const service = await serve(there, pool, { name: 'hello', version: '1.0.0' });
  const settings = { timeout: 60_000, retries: 100 };
  const once = remote(here, 'hello', settings);
  const again = remote(here, 'hello', { ...settings, idempotent: true });
  const lost = rejects(once.invoke('call'), { code: 'WAPC_UNREACHABLE', operation: 'call' });
  const repeated = again.invoke('call');
  await until(() => runs === 2);
  await own.kill();
  await lost;
  await idleIsLost;
  // The last on a connection that was lost before it was used.
  const meanwhile = [once, again, remote(idle, 'hello', settings)].map((guest, i) => guest.invoke('echo', `${i}`));
  await rejects(once.invoke('echo', '', { timeout: 100 }), { code: 'WAPC_UNREACHABLE' });
  await own.run();
  answer.resolve('late');
  deepEqual((await Promise.all(meanwhile)).map(text), ['0', '1', '2']);
  equal(text(await repeated), 'late');
  await service.close();
  await pool.close();
  await own.close();
});

for (const [what, { settings, lengths, isClosed }] of Object.entries({
  // The last one comes in pieces.
  'answers once that is back': { lengths: [0, 5, 3_000_000] },
  'answers so though it is closed meanwhile': { lengths: [0, 5], isClosed: true },
  'answers in pieces that its server takes': { lengths: [300_000], settings: 'max_payload: 64KB' },
})) {
  test(`a member whose connection is lost while it computes ${what}`, async () => {
    const own = await NatsServer.start({ settings });
    const proxy = await startProxy(own.port);
    const here = await own.connect();
    const there = await own.connect({ servers: proxy.url });
    const answers = deferred();
    const pool = await benchPool({
      hostCall: (...[, , , length]) => answers.promise.then(() => bytesOf(Number(text(length)))),
      async: true,
      size: lengths.length,
    });
    const service = await serve(there, pool, { name: 'cut', version: '1.0.0' });
    const asked = lengths.map((length) => remote(here, 'cut').invoke('call', String(length)));
    await until(() => pool.stats.busy === lengths.length);
    const told = async (what) => {
      for await (const { type } of there.status()) if (type === what) return;
    };
    const lost = told('disconnect');
    proxy.cut();
    await lost;
    answers.resolve();
    await until(() => pool.stats.busy === 0);
    const closed = isClosed ? service.close() : undefined;
    // Closing takes no longer than that, unless it waits.
    if (isClosed) await told('reconnecting');
    proxy.restore();
    for (const [index, answer] of (await Promise.all(asked)).entries()) {
      equal(Buffer.compare(answer, bytesOf(lengths[index])), 0);
    }
    await closed;
    await service.close();
    await pool.close();
    await there.close();
    await here.close();
    proxy.close();
    await own.close();
  });
}

test('a member that reads too slowly: the NATS server drops its connection, and it comes back', async () => {
  const own = await NatsServer.start({ settings: 'max_pending: 1MB\nwrite_deadline: "100ms"' });
  const here = await own.connect();
  const member = await startMember({ url: own.url, guest: testdata('bench'), name: 'slow' });
  const guest = remote(here, 'slow', { timeout: 60_000, retries: 100, idempotent: true });
  const payload = bytesOf(1 << 18);
  equal((await guest.invoke('echo', payload)).length, payload.length);
  member.pause();
  // More than its socket holds.
  const all = Array.from({ length: 100 }, (_, i) => guest.invoke('echo', payload.subarray(i)));
  // Its time is over during an attempt, or between two that found no member.
  const isInTime = ({ code }) => ['WAPC_TIMEOUT', 'WAPC_UNREACHABLE'].includes(code);
  const once = rejects(remote(here, 'slow', { timeout: 2_000, retries: 100 }).invoke('echo', payload), isInTime);
  await until(() => own.said.includes('Slow Consumer'));
  await once;
  member.resume();
  for (const [i, response] of (await Promise.all(all)).entries()) {
    equal(Buffer.compare(response, payload.subarray(i)), 0, `request ${i}`);
  }
  await member.drain();
  await own.close();
});

test('a NATS server that ends by itself ends the tests that use it', () => {
  const source = `
    const { NatsServer } = await import(${JSON.stringify(new URL('nats/server.js', import.meta.url))});
    const server = await NatsServer.start();
    process.kill(server.pid, 'SIGKILL');
    await new Promise(() => setInterval(() => {}, 1e6));`;
  const { status, stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', source], {
    encoding: 'utf8',
  });
  equal(status, 1);
  match(stderr, /^nats-server has ended with SIGKILL/m);
});
