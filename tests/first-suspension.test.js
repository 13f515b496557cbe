/** The first suspension of a thread, for which the package links what suspends guests: this file has a process of its own. */

import { deepEqual, equal, rejects } from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';

import { WapcHost } from 'wapc-host';

const name = typeof WebAssembly.Suspending === 'function' ? 'bench' : 'asyncify/bench';
const guest = readFileSync(new URL(`../testdata/${name}.wasm`, import.meta.url));
const payload = Uint8Array.of(1, 2, 3);

test('a host call fails where what suspends guests cannot be linked, its promise has a handler, and the next one waits', async () => {
  const unhandled = [];
  const note = (reason) => unhandled.push(reason);
  process.on('unhandledRejection', note);
  const answers = [async () => Promise.reject(new Error('late')), async () => payload];
  const host = await WapcHost.instantiate(guest, { hostCall: () => answers.shift()() });
  const { Instance } = WebAssembly;
  WebAssembly.Instance = function () {
    throw new RangeError('no memory');
  };
  try {
    await rejects(host.invoke('call', payload), { code: 'WAPC_GUEST' });
  } finally {
    WebAssembly.Instance = Instance;
  }
  await setImmediate();
  equal(unhandled.length, 0);
  deepEqual(await host.invoke('call', payload), payload);
  process.off('unhandledRejection', note);
  host.close();
});
