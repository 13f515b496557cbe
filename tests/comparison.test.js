/** The differences from `@wapc/host` besides speed that docs/performance.md lists. */

import { deepEqual, equal, rejects } from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';

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
