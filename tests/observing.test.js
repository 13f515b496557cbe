/** The diagnostics channels of Node: the events of tests/suite/observing.js, as messages. */

import { deepEqual, equal, rejects } from 'node:assert/strict';
import { AsyncLocalStorage } from 'node:async_hooks';
import { channel, tracingChannel } from 'node:diagnostics_channel';
import { createRequire } from 'node:module';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { WapcHost, WapcPool } from 'wapc-host';
import { observe } from 'wapc-host/observe';

const hello = fileURLToPath(new URL('../testdata/hello.wasm', import.meta.url));
const PARTS = ['start', 'end', 'asyncStart', 'asyncEnd', 'error'];
const state = () => globalThis[Symbol.for('wapc-host.observers')];
const hostCall = (binding, namespace, operation, payload) => payload;

const host = await WapcHost.instantiate(hello, { hostCall, async: false, logger() {} });
after(() => host.close());

/** The parts of a channel that had messages while `act` ran. */
async function partsOf(kind, act) {
  const seen = [];
  const handlers = Object.fromEntries(PARTS.map((part) => [part, () => seen.push(part)]));
  const traced = tracingChannel(`wapc-host:${kind}`);
  traced.subscribe(handlers);
  try {
    await act();
  } finally {
    traced.unsubscribe(handlers);
  }
  return seen;
}

test('the parts of each channel, in their order', async () => {
  const asynchronous = ['start', 'end', 'asyncStart', 'asyncEnd'];
  deepEqual(await partsOf('invoke', () => host.invoke('echo', 'a')), asynchronous);
  deepEqual(await partsOf('invoke', () => host.invokeSync('echo', 'a')), ['start', 'end']);
  deepEqual(await partsOf('hostcall', () => host.invokeSync('echo', 'a')), ['start', 'end']);
  const nope = () => host.invoke('nope').catch(() => {});
  deepEqual((await partsOf('invoke', nope)).includes('error'), true);
  const create = async () => (await WapcHost.instantiate(hello)).close();
  deepEqual(await partsOf('compile', create), asynchronous);
  deepEqual(await partsOf('instantiate', create), asynchronous);
});

test('a channel is watched while any of its parts has a subscriber or a store, and no longer', async () => {
  for (const kind of ['compile', 'instantiate', 'invoke', 'hostcall']) {
    const traced = tracingChannel(`wapc-host:${kind}`);
    for (const part of PARTS) {
      const listener = () => {};
      traced[part].subscribe(listener);
      equal(state().hasSubscribers, true, `${kind} ${part}`);
      traced[part].unsubscribe(listener);
      equal(state().hasSubscribers, false, `${kind} ${part}`);
    }
    const store = new AsyncLocalStorage();
    traced.start.bindStore(store);
    equal(state().hasSubscribers, true);
    traced.start.unbindStore(store);
    equal(state().hasSubscribers, false);
  }
});

test('a bound store is seen by host callbacks, also by those that run later', async () => {
  const store = new AsyncLocalStorage();
  const { start } = tracingChannel('wapc-host:invoke');
  start.bindStore(store, ({ operation, invocation }) => `${operation} ${invocation}`);
  const seen = [];
  const pool = await WapcPool.create(hello, {
    size: 1,
    logger() {},
    hostCall: async (binding, namespace, operation, payload, { invocation }) => {
      await undefined;
      seen.push(store.getStore() === `echo ${invocation.id}`);
      return payload;
    },
    workers: typeof WebAssembly.Suspending !== 'function',
  });
  await Promise.all([1, 2, 3].map((value) => pool.invoke('echo', `${value}`)));
  start.unbindStore(store);
  deepEqual(seen, [true, true, true]);
  await pool.close();
});

test('stores bound to both channels: each host call is in its invocation, and its callback in the host call', async () => {
  const store = new AsyncLocalStorage();
  const starts = ['invoke', 'hostcall'].map((kind) => tracingChannel(`wapc-host:${kind}`).start);
  for (const start of starts) start.bindStore(store, ({ kind }) => `${store.getStore() ?? ''}/${kind}`);
  const seen = [];
  const tell = (binding, namespace, operation, payload) => {
    seen.push(store.getStore());
    return payload;
  };
  // By default a host keeps the stack of an invocation that was not suspended for the next one.
  const hosts = [{}, { async: false }, { async: true, hostCall: async (...call) => tell(...call) }];
  for (const options of hosts) {
    const own = await WapcHost.instantiate(hello, { hostCall: tell, ...options });
    for (let i = 0; i < 3; i++) {
      await own.invoke('nope').catch(() => {});
      await own.invoke('echo', 'a');
    }
    await Promise.all([1, 2, 3].map(() => own.invoke('echo', 'a')));
    own.close();
  }
  for (const start of starts) start.unbindStore(store);
  deepEqual(seen, Array(18).fill('/invoke/hostcall'));
});

test('a subscriber that throws changes nothing for the invocation', async () => {
  const planned = new Error('planned');
  const uncaught = [];
  const catchIt = (error) => uncaught.push(error);
  process.setUncaughtExceptionCaptureCallback(catchIt);
  const boom = () => {
    throw planned;
  };
  const { start } = tracingChannel('wapc-host:invoke');
  start.subscribe(boom);
  const stop = observe(boom);
  try {
    equal(Buffer.from(await host.invoke('echo', 'a')).toString(), 'a');
    await rejects(host.invoke('nope'), { code: 'WAPC_GUEST' });
    await new Promise((resolve) => setImmediate(resolve));
    equal(uncaught.length >= 2 && uncaught.every((error) => error === planned), true);
  } finally {
    stop();
    start.unsubscribe(boom);
    process.setUncaughtExceptionCaptureCallback(null);
  }
});

test('pools publish, and copies of the package share their observers', async () => {
  const published = [];
  const listener = (event) => published.push(event);
  channel('wapc-host:pool').subscribe(listener);
  const copy = createRequire(import.meta.url)('wapc-host');
  const kinds = [];
  const stop = observe(({ kind }) => kinds.push(kind));
  const pool = await copy.WapcPool.create(hello, { name: 'copy', size: 1 });
  const [{ host: id, ...told }] = published;
  deepEqual(told, { kind: 'created', guest: 'copy', reason: undefined });
  equal(typeof id, 'number');
  stop();
  channel('wapc-host:pool').unsubscribe(listener);
  deepEqual(kinds, ['compile', 'instantiate', 'created']);
  equal(state().hasSubscribers, false);
  await pool.close();
});
