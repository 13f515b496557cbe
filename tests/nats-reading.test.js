/** `guestStore` reads guests that are replaced or deleted meanwhile, and over connections that end meanwhile. */

import { deepEqual, equal, rejects } from 'node:assert/strict';
import { after, test } from 'node:test';

import { Objm } from '@nats-io/obj';
import { guestStore } from 'wapc-host/nats';

import { NatsServer } from './nats/server.js';
import { bytesOf, text, until } from './nats/setup.js';

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
 * A connection that waits for `onRequest` before each request, and for `onAnswer` after it. It gives chunks of guests to
 * `onChunk`, which returns false for one that is lost, and calls `onChange` when a change of a guest has come.
 */
async function watched({
  onRequest = async () => {},
  onAnswer = async () => {},
  onChunk = () => true,
  onChange = () => {},
}) {
  const connection = await server.connect();
  const { request, subscribe } = connection;
  connection.request = async (subject, body, ...rest) => {
    await onRequest(subject);
    const answer = await request.call(connection, subject, body, ...rest);
    await onAnswer(body);
    return answer;
  };
  connection.subscribe = (subject, options) => {
    const callback = (error, message) => {
      // Chunks and changes keep the subject that they are stored by.
      if (error || !message.subject.includes('.C.') || onChunk(message, connection)) options.callback(error, message);
      if (message?.subject.includes('.M.')) onChange();
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
  const store = guestStore(other, 'watched');
  await store.put('a', old);
  await until(() => told.length === 1);
  await remove();
  await store.put('a', new Uint8Array([1]));
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

/** A bucket with the guests `one` and `two`, and the link `a` to `one`. */
async function linked(bucket) {
  const store = guestStore(other, bucket);
  const put = (name, byte) => store.put(name, new Uint8Array([byte]));
  await put('one', 1);
  await put('two', 1);
  const objects = await new Objm(other).open(bucket);
  const link = async (name) => objects.link('a', await objects.info(name));
  const move = async (name) => {
    await objects.delete('a');
    await link(name);
  };
  await link('one');
  return { objects, put, move };
}

/**
 * Holds the timers of checks of versions, of which there is one each 30 s: changes alone tell of them. Returns a function
 * that makes the next check of the watch that has begun last.
 */
function holdChecks(context) {
  const { setTimeout } = globalThis;
  const checks = [];
  context.mock.method(globalThis, 'setTimeout', (then, delay, ...rest) => {
    if (delay !== 30_000) return setTimeout(then, delay, ...rest);
    checks.push(then);
    return {};
  });
  return async () => {
    const { length } = checks;
    checks.at(-1)();
    await until(() => checks.length > length, context.signal);
  };
}

/** Milliseconds of a test: it would wait for ever for a version that a watch has missed. */
const timeout = 60_000;

test(
  'watch tells the versions of a guest that a link leads to, and another one that it leads to',
  { timeout },
  async (context) => {
    holdChecks(context);
    const { put, move } = await linked('linking');
    const told = [];
    const watch = await guestStore(other, 'linking').watch('a', ([byte]) => told.push(byte));
    const is = (...bytes) => until(() => told.join() === bytes.join(), context.signal);
    await put('one', 2);
    await is(2);
    await move('two');
    await is(2, 1);
    await put('one', 3);
    await put('two', 4);
    await is(2, 1, 4);
    watch.stop();
  },
);

test('watch tells a version that is put as soon as it has begun, of a link as well', { timeout }, async (context) => {
  holdChecks(context);
  const { put } = await linked('soon');
  const store = guestStore(other, 'soon');
  for (let byte = 2; byte < 12; byte++) {
    const told = [];
    const name = byte % 2 === 0 ? 'a' : 'one';
    const watch = await store.watch(name, ([byte]) => told.push(byte));
    await put('one', byte);
    await until(() => told.length === 1, context.signal);
    watch.stop();
    deepEqual(told, [byte]);
  }
});

test('watch tells a version that is put before it knows where a link leads', { timeout }, async (context) => {
  holdChecks(context);
  const { put, move } = await linked('moved');
  /** Changes by the name of a guest: made when the watch has asked for its version, which is out of date when it comes. */
  const acts = new Map();
  let hasChanged;
  const connection = await watched({
    onAnswer: async (asked) => {
      const [name, act] = [...acts].find(([name]) => text(asked).includes(`.M.${btoa(name)}`)) ?? [];
      if (act === undefined) return;
      acts.delete(name);
      const change = new Promise((resolve) => (hasChanged = resolve));
      await act();
      await change;
      // The watch hears of the change before the next turn of the event loop.
      await new Promise((resolve) => setImmediate(resolve));
    },
    onChange: () => hasChanged?.(),
  });
  const told = [];
  const is = (...bytes) => until(() => told.join() === bytes.join(), context.signal);
  const watch = await guestStore(connection, 'moved').watch('a', ([byte]) => told.push(byte));
  acts.set('one', () => put('one', 2));
  await is(2);
  acts.set('two', () => put('two', 3));
  await move('two');
  await is(2, 3);
  watch.stop();
  equal(acts.size, 0);
});

test('watch tells the versions of a guest in another bucket that a link leads to', { timeout }, async (context) => {
  const check = holdChecks(context);
  const far = guestStore(other, 'far');
  await far.put('one', new Uint8Array([5]));
  const { objects } = await linked('near');
  await objects.link('b', await (await new Objm(other).open('far')).info('one'));
  const told = [];
  const watch = await guestStore(other, 'near').watch('b', ([byte]) => told.push(byte));
  await far.put('one', new Uint8Array([6]));
  // The watch hears of no changes in another bucket: only a check finds the version.
  await check();
  await until(() => told.length === 1, context.signal);
  deepEqual(told, [6]);
  watch.stop();
});

test('a check after a link was moved does not ask for the changes again', { timeout }, async (context) => {
  const check = holdChecks(context);
  const { put, move } = await linked('checked');
  let asked = 0;
  const connection = await watched({
    onRequest: async (subject) => {
      if (/\.CONSUMER\.CREATE\..*\.M\./.test(subject)) asked++;
    },
  });
  const told = [];
  const is = (...bytes) => until(() => told.join() === bytes.join(), context.signal);
  const watch = await guestStore(connection, 'checked').watch('a', ([byte]) => told.push(byte));
  await put('two', 2);
  await move('two');
  await is(2);
  await check();
  await put('two', 3);
  await is(2, 3);
  equal(asked, 1);
  watch.stop();
});

test('an empty object is an empty guest', async () => {
  await storeOf('empty');
  const objects = await new Objm(other).open('empty');
  await objects.putBlob({ name: 'none' }, new Uint8Array(0));
  equal((await guestStore(other, 'empty').get('none')).length, 0);
});
