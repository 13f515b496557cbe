/** `guestStore` over JetStream: versions of guests, and servers that follow them while requests run. */

import { deepEqual, equal, rejects } from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, test } from 'node:test';

import { Objm } from '@nats-io/obj';
import { WapcPool } from 'wapc-host';
import { guestStore, remote, serve } from 'wapc-host/nats';

import { NatsServer } from './nats/server.js';
import { bytesOf, deferred, testdata, until } from './nats/setup.js';

const server = await NatsServer.start({ jetstream: true });
const connection = await server.connect();
after(() => server.close());

/** Begun first: it takes the client of NATS some seconds to notice that the server has forgotten what is watched. */
const restarted = (async () => {
  const own = await NatsServer.start({ jetstream: true });
  const told = [];
  const watch = await guestStore(await own.connect(), 'restarted').watch('a', (bytes) => told.push(...bytes));
  await own.kill('SIGTERM');
  await own.run();
  const other = guestStore(await own.connect(), 'restarted');
  for (const version of [1, 2]) {
    await other.put('a', new Uint8Array([version]));
    await until(() => told.includes(version));
  }
  watch.stop();
  await own.close();
  deepEqual(told, [1, 2]);
})();

const bench = readFileSync(testdata('bench'));
const hello = readFileSync(testdata('hello'));

test('what is put is what is got, to the byte', async () => {
  const store = guestStore(connection, 'guests');
  await rejects(store.get('one'), { code: 'WAPC_UNREACHABLE' });
  const long = bytesOf(3_000_001);
  const names = { one: bench, 'two.wasm': hello, 'ü/ 3 *>': new Uint8Array([1]), long };
  for (const [name, bytes] of Object.entries(names)) await store.put(name, bytes);
  const other = guestStore(await server.connect(), 'guests');
  for (const [name, bytes] of Object.entries(names)) {
    const got = await other.get(name);
    equal(Object.getPrototypeOf(got), Uint8Array.prototype);
    equal(got.buffer.byteLength, got.length);
    equal(Buffer.compare(got, bytes), 0, name);
  }
  await rejects(other.get('none'), { code: 'WAPC_LOAD' });
  for (const changed of [Uint8Array.from(bench), Buffer.from(bench)]) {
    const put = store.put('changed', changed);
    changed.fill(0);
    await put;
    equal(Buffer.compare(await other.get('changed'), bench), 0);
  }
  for (const name of ['', 5, undefined, 'x'.repeat(257), 'Ω', '\ud800']) {
    await rejects(store.get(name), { code: 'WAPC_ARGUMENT' });
    await rejects(store.put(name, bench), { code: 'WAPC_ARGUMENT' });
    await rejects(
      store.watch(name, () => {}),
      { code: 'WAPC_ARGUMENT' },
    );
  }
  for (const guest of [undefined, 'text', 5, new Uint8Array(0), {}])
    await rejects(store.put('a', guest), { code: 'WAPC_ARGUMENT' });
  await rejects(store.watch('one', 5), { code: 'WAPC_ARGUMENT' });
});

test('a bucket that is missing is made by `put` and `watch`, also where `get` has asked for it just before', async () => {
  const [putting, watching] = ['missing-put', 'missing-watch'].map((bucket) => guestStore(connection, bucket));
  const refused = [putting, watching].map((store) => rejects(store.get('a'), { code: 'WAPC_UNREACHABLE' }));
  const put = Promise.all([putting.put('a', hello), putting.put('b', bench)]);
  const watch = await watching.watch('a', () => {});
  watch.stop();
  await Promise.all([...refused, put]);
  equal(Buffer.compare(await putting.get('a'), hello), 0);
  equal(Buffer.compare(await putting.get('b'), bench), 0);
  await rejects(watching.get('a'), { code: 'WAPC_LOAD' });
});

test('a bucket that was deleted after it was opened is made again by `put` and `watch`', async () => {
  const store = guestStore(connection, 'deleted');
  const destroy = async () => (await new Objm(connection).open('deleted')).destroy();
  await store.put('a', hello);
  await destroy();
  await rejects(store.get('a'), { code: 'WAPC_UNREACHABLE' });
  for (const use of [() => store.put('a', bench), async () => (await store.watch('a', () => {})).stop()]) {
    await store.put('a', hello);
    await destroy();
    await use();
  }
  await store.put('a', bench);
  equal(Buffer.compare(await store.get('a'), bench), 0);
});

test('watch tells each new version once, from the one that was got', async () => {
  const store = guestStore(connection, 'watched');
  const told = [];
  const early = await store.watch('a', (bytes) => told.push(['early', ...bytes]));
  await store.put('a', new Uint8Array([1]));
  await until(() => told.length === 1);
  const other = guestStore(connection, 'watched');
  deepEqual([...(await other.get('a'))], [1]);
  await store.put('a', new Uint8Array([2]));
  // Put between `get` and `watch`: told as well.
  const late = await other.watch('a', (bytes) => told.push(['late', ...bytes]));
  await until(() => told.length === 3);
  await store.put('b', new Uint8Array([9]));
  early.stop();
  early.stop();
  await store.put('a', new Uint8Array([3]));
  await until(() => told.length === 4);
  late.stop();
  await store.put('a', new Uint8Array([4]));
  await connection.flush();
  const sorted = (list) => list.map(String).sort();
  deepEqual(
    sorted(told),
    sorted([
      ['early', 1],
      ['early', 2],
      ['late', 2],
      ['late', 3],
    ]),
  );
});

test('watch goes on after the NATS server has restarted', () => restarted);

test('watch goes on after its bucket was deleted and created again', async (context) => {
  const { setTimeout } = globalThis;
  let checks = 0;
  let delayOfChecks = 50;
  // The version is checked each 30 s.
  context.mock.method(globalThis, 'setTimeout', (then, delay) => {
    if (delay !== 30_000) return setTimeout(then, delay);
    checks++;
    return setTimeout(then, delayOfChecks);
  });
  const told = [];
  const store = guestStore(connection, 'anew');
  const watch = await store.watch('a', (bytes) => told.push(...bytes));
  for (const version of [1, 2, 3]) {
    await store.put('a', new Uint8Array([version]));
    await until(() => told.includes(version));
  }
  await (await new Objm(connection).open('anew')).destroy();
  const anew = guestStore(connection, 'anew');
  await anew.put('a', new Uint8Array([4]));
  await until(() => told.includes(4));
  delayOfChecks = 30_000;
  const before = checks;
  await until(() => checks > before);
  // Only changes that were asked for again tell of version 5 in time.
  await anew.put('a', new Uint8Array([5]));
  await until(() => told.includes(5));
  watch.stop();
  deepEqual(told, [1, 2, 3, 4, 5]);
});

test('servers follow a new version while requests run: none is refused, none goes to the old one after', async () => {
  const store = guestStore(connection, 'followed');
  await store.put('guest', bench);
  const failures = [];
  const members = await Promise.all(
    [1, 2].map(async () => {
      const own = await server.connect();
      const ownStore = guestStore(own, 'followed');
      const options = { size: 2, logger() {}, hostCall: (binding, namespace, operation, payload) => payload };
      const pool = await WapcPool.create(await ownStore.get('guest'), options);
      let replaced = deferred();
      const watch = await ownStore.watch('guest', (guest) => {
        pool.replace(guest).then(
          () => replaced.resolve(),
          (error) => (failures.push(error.code), replaced.resolve()),
        );
      });
      const service = await serve(own, pool, { name: 'followed', version: '1.0.0' });
      return {
        changed: async () => (await replaced.promise, (replaced = deferred())),
        async close() {
          watch.stop();
          await service.close();
          await pool.close();
        },
      };
    }),
  );
  const guest = remote(connection, 'followed');
  let isOver = false;
  let isNew = false;
  const counts = { old: 0, new: 0, late: 0 };
  // The benchmark's guest knows `nothing`, the other one fails it with a text of its own.
  const versionOf = () =>
    guest.invoke('nothing', 'x').then(
      () => 'old',
      ({ code, message }) => (code === 'WAPC_GUEST' && message.includes('nothing') ? 'new' : `${code}: ${message}`),
    );
  const lanes = Array.from({ length: 20 }, async () => {
    while (!isOver) {
      const wasNew = isNew;
      const version = await versionOf();
      counts[version] = (counts[version] ?? 0) + 1;
      if (wasNew && version === 'old') counts.late++;
    }
  });
  await until(() => counts.old > 100);
  await store.put('guest', hello);
  await Promise.all(members.map((member) => member.changed()));
  isNew = true;
  const { new: before } = counts;
  await until(() => counts.new > before + 100);
  // One that is none leaves the one that is there.
  await store.put('guest', new Uint8Array([1, 2, 3]));
  await Promise.all(members.map((member) => member.changed()));
  const { new: then } = counts;
  await until(() => counts.new > then + 100);
  isOver = true;
  await Promise.all(lanes);
  deepEqual(Object.keys(counts).sort(), ['late', 'new', 'old']);
  equal(counts.late, 0);
  deepEqual(failures, ['WAPC_COMPILE', 'WAPC_COMPILE']);
  await Promise.all(members.map((member) => member.close()));
});

test('a server without JetStream is WAPC_UNREACHABLE', async () => {
  const plain = await NatsServer.start();
  const store = guestStore(await plain.connect(), 'guests');
  await rejects(store.put('a', bench), { code: 'WAPC_UNREACHABLE' });
  await rejects(store.get('a'), { code: 'WAPC_UNREACHABLE' });
  await rejects(
    store.watch('a', () => {}),
    { code: 'WAPC_UNREACHABLE' },
  );
  await plain.close();
});
