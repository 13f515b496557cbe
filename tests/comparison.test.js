/** The differences from `@wapc/host` and from Extism's SDK besides speed that docs/comparison.md lists. */

import { deepEqual, equal, notEqual, rejects } from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';

import createPlugin from '@extism/extism';
import peer from '@wapc/host';

import { string, words, wordsOf } from './suite/assert.js';

const PAGE = 65536;
const call = words(512, 1, 512, 1, 512, 1, 512, 1);
const bytes = await readFile(new URL('../testdata/wat/probe.wasm', import.meta.url));
const probe = (hostCall) => peer.instantiate(bytes, hostCall);
const NOTHING = new Uint8Array(0);

test('a range outside the memory: writes throw, reads are cut short', async () => {
  const host = await probe(() => NOTHING);
  await rejects(host.invoke('q', words(PAGE, 0)), RangeError);
  equal((await host.invoke('s', words(PAGE - 1, 10))).length, 1);
});

test('error texts that are not ASCII: their length is in UTF-16', async () => {
  const host = await probe(() => {
    throw 'üü';
  });
  equal(wordsOf(await host.invoke('h', call))[2], 2);
});

test('no response: the last one answers', async () => {
  const host = await probe(() => NOTHING);
  equal(string(await host.invoke('2', new TextEncoder().encode('last'))), 'last');
  equal(string(await host.invoke('n', NOTHING)), 'last');
});

test('a callback that returns a promise: answered with nothing', async () => {
  const host = await probe(() => Promise.resolve(new Uint8Array(4)));
  deepEqual(wordsOf(await host.invoke('h', call)), [1, 0, 0]);
});

test('after a trap: the broken instance goes on', async () => {
  const host = await probe(() => NOTHING);
  await rejects(host.invoke('?', NOTHING), WebAssembly.RuntimeError);
  equal(wordsOf(await host.invoke('c', NOTHING))[0], 2);
});

test('WASI: a guest that needs more than writing does not link', async () => {
  const guest = await readFile(new URL('../testdata/c/hello.wasm', import.meta.url));
  await rejects(peer.instantiate(guest, () => NOTHING));
});

describe('Extism', () => {
  const path = fileURLToPath(new URL('../testdata/wat/extism-greeter.wasm', import.meta.url));
  const shouting = (context, offset) => context.store(context.read(offset).text().toUpperCase());
  const plugin = (upper, options) =>
    createPlugin({ wasm: [{ path }] }, { functions: { 'extism:host/user': { upper } }, ...options });
  const later = async (context, offset) => shouting(context, offset);

  test('a host function that returns a promise: the conversion to BigInt fails, but for a worker', async () => {
    const inThread = await plugin(later);
    await rejects(inThread.call('shout', 'waPC'), SyntaxError);
    const inWorker = await plugin(later, { runInWorker: true });
    equal((await inWorker.call('shout', 'waPC')).text(), 'WAPC');
    await inWorker.close();
  });

  test('two invocations at once, in a worker: the second fails', async () => {
    const inWorker = await plugin(shouting, { runInWorker: true });
    const outcomes = await Promise.allSettled([inWorker.call('echo', 'a'), inWorker.call('echo', 'b')]);
    deepEqual(
      outcomes.map(({ status }) => status),
      ['fulfilled', 'rejected'],
    );
    await inWorker.close();
  });

  test('after a trap: the broken instance goes on', async () => {
    const trapping = await plugin(shouting);
    await rejects(trapping.call('trap', ''), WebAssembly.RuntimeError);
    const { memory } = (await trapping.getInstance()).exports;
    notEqual(new Uint32Array(memory.buffer)[0], 0);
    equal((await trapping.call('echo', 'on it goes')).text(), 'on it goes');
  });

  test('errors: they have no code', async () => {
    const failing = await plugin(shouting);
    await rejects(failing.call('nothing', ''), ({ code }) => code === undefined);
  });
});
