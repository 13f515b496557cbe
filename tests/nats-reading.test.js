/** `guestStore` reads guests that are replaced or deleted meanwhile, and over connections that end meanwhile. */

import { deepEqual, equal, rejects } from 'node:assert/strict';
import { after, test } from 'node:test';

import { Objm } from '@nats-io/obj';
import { guestStore } from 'wapc-host/nats';

import { NatsServer } from './nats/server.js';
import { bytesOf, until } from './nats/setup.js';

const server = await NatsServer.start({ jetstream: true });
const other = await server.connect();
after(() => server.close());

/** Of many chunks. */
const old = bytesOf(4 << 20);
const next = bytesOf(300_000).reverse();

/** A bucket with the guest `a` as it was at first; `put` and `remove` change it over a connection of their own. */
async function storeOf(bucket) {
  const store = guestStore(other, bucket);
  await store.put('a', old);
  const objects = await new Objm(other).open(bucket);
  return { put: () => store.put('a', next), remove: () => objects.delete('a') };
}

/**
 * A connection that waits for `onRequest` before each request, and gives chunks of guests to `onChunk`, which returns
 * false for one that is lost.
 */
async function watched({ onRequest = async () => {}, onChunk = () => true }) {
  const connection = await server.connect();
  const { request, subscribe } = connection;
  connection.request = async (subject, ...rest) => {
    await onRequest(subject);
    return request.call(connection, subject, ...rest);
  };
  connection.subscribe = (subject, options) => {
    const callback = (error, message) => {
      // Chunks keep the subject that they are stored by.
      if (error || !message.subject.includes('.C.') || onChunk(message, connection)) options.callback(error, message);
    };
    return subscribe.call(connection, subject, { ...options, callback });
  };
  return connection;
}

/** Resolves when a connection has no other subscription than that for answers to requests. */
const untilClosed = (connection) => until(() => connection.protocol.subscriptions.size() <= 1);

/** Runs `act` between the look-up of a guest and the reading of its chunks, once. */
function beforeChunks(act) {
  let isDone = false;
  const onRequest = async (subject) => {
    if (isDone || !/\.CONSUMER\.CREATE\..*\.C\./.test(subject)) return;
    isDone = true;
    await act();
  };
  return { onRequest };
}

/** Runs `act` after the first chunk of a guest; those that come before it has ended are lost. */
function amongChunks(act) {
  let isDone = false;
  let count = 0;
  const onChunk = () => {
    if (++count === 1) void act().then(() => (isDone = true));
    return isDone || count === 1;
  };
  return { onChunk };
}

for (const [when, hooks] of Object.entries({ before: beforeChunks, among: amongChunks })) {
  test(`a guest that is replaced ${when} its chunks is read anew, one that is deleted is WAPC_LOAD`, async () => {
    const { put, remove } = await storeOf(when);
    const connection = await watched(hooks(put));
    equal(Buffer.compare(await guestStore(connection, when).get('a'), next), 0);
    await untilClosed(connection);
    const second = await watched(hooks(remove));
    await rejects(guestStore(second, when).get('a'), { code: 'WAPC_LOAD' });
    await untilClosed(second);
  });
}

test('chunks that are not those of the version are WAPC_UNREACHABLE, unless it was replaced', async () => {
  const { put } = await storeOf('spoilt');
  let isSpoilt = false;
  const onChunk = ({ data }) => {
    if (!isSpoilt) data[0] ^= 1;
    return (isSpoilt = true);
  };
  const connection = await watched({ onChunk });
  await rejects(guestStore(connection, 'spoilt').get('a'), { code: 'WAPC_UNREACHABLE' });
  await untilClosed(connection);
  isSpoilt = false;
  let looks = 0;
  // The first finds it, the second asks whether it is still there.
  const onRequest = async (subject) => {
    if (subject.includes('.STREAM.MSG.GET.') && ++looks === 2) await put();
  };
  const second = await watched({ onChunk, onRequest });
  equal(Buffer.compare(await guestStore(second, 'spoilt').get('a'), next), 0);
  await untilClosed(second);
});

test('a connection that is closed while a guest is read is WAPC_UNREACHABLE', async () => {
  await storeOf('closed');
  const connection = await watched({
    onChunk: (message, connection) => {
      void connection.close();
      return true;
    },
  });
  await rejects(guestStore(connection, 'closed').get('a'), { code: 'WAPC_UNREACHABLE' });
});

test('watch tells the version that replaces one while that is read, and the next', async () => {
  const { put, remove } = await storeOf('watched');
  const connection = await watched(beforeChunks(put));
  const told = [];
  const watch = await guestStore(connection, 'watched').watch('a', (guest) => told.push(guest.length));
  await until(() => told.length === 1);
  await remove();
  await guestStore(other, 'watched').put('a', new Uint8Array([1]));
  await until(() => told.length === 2);
  watch.stop();
  await untilClosed(connection);
  deepEqual(told, [next.length, 1]);
});

test('a watch whose guest cannot be looked up has no subscription left', async () => {
  await storeOf('unseen');
  let looks = 0;
  // The first is of the changes, the second asks for the version.
  const onRequest = async (subject) => {
    if (subject.includes('.STREAM.MSG.GET.') && ++looks === 2) throw new Error('not now');
  };
  const connection = await watched({ onRequest });
  await rejects(
    guestStore(connection, 'unseen').watch('a', () => {}),
    { code: 'WAPC_UNREACHABLE' },
  );
  equal(looks, 2);
  await untilClosed(connection);
});

test('watch tells the versions of a guest that a link leads to, and another one that it leads to', async (context) => {
  const near = guestStore(other, 'linking');
  const put = (store, name, byte) => store.put(name, new Uint8Array([byte]));
  await put(near, 'one', 1);
  await put(near, 'two', 1);
  const objects = await new Objm(other).open('linking');
  await objects.link('a', await objects.info('one'));
  const told = [];
  const watch = await near.watch('a', ([byte]) => told.push(byte));
  // By then the watch has read the version that is there, which it does not tell.
  await near.get('a');
  const is = (...bytes) => until(() => told.join() === bytes.join());
  await put(near, 'one', 2);
  await is(2);
  await objects.delete('a');
  await objects.link('a', await objects.info('two'));
  await is(2, 1);
  await put(near, 'one', 3);
  await put(near, 'two', 4);
  await is(2, 1, 4);
  // Of what is in another bucket there are no changes: its version is asked for each 30 s.
  const { setTimeout } = globalThis;
  context.mock.method(globalThis, 'setTimeout', (then, delay) => setTimeout(then, delay === 30_000 ? 50 : delay));
  const far = guestStore(other, 'linked');
  await put(far, 'one', 5);
  await objects.link('b', await (await new Objm(other).open('linked')).info('one'));
  const second = await near.watch('b', ([byte]) => told.push(byte));
  await put(far, 'one', 6);
  await is(2, 1, 4, 6);
  for (const one of [watch, second]) one.stop();
});

test('an empty object is an empty guest', async () => {
  await storeOf('empty');
  const objects = await new Objm(other).open('empty');
  await objects.putBlob({ name: 'none' }, new Uint8Array(0));
  equal((await guestStore(other, 'empty').get('none')).length, 0);
});
