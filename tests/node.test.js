/** The suite in Node, and what only Node has: guests in files. */

import { deepEqual, equal, rejects } from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';

import { WapcError, WapcHost, WapcModule, WapcPool } from 'wapc-host';

import { suite } from './suite/index.js';

const path = (name) => fileURLToPath(new URL(`../testdata/${name}.wasm`, import.meta.url));
const environment = {
  WapcError,
  WapcHost,
  WapcModule,
  WapcPool,
  guest: async (name) => new Uint8Array(await readFile(path(name))),
  url: (name) => pathToFileURL(path(name)).href,
  canSuspend: typeof WebAssembly.Suspending === 'function',
  hasWorkers: true,
};

for (const [name, run] of suite(environment)) test(name, run);

test('a guest in a file: a path, relative too, and a file: URL', async () => {
  const relative = path('hello').slice(process.cwd().length + 1);
  for (const source of [path('hello'), relative, pathToFileURL(path('hello'))]) {
    const module = await WapcModule.compile(source);
    deepEqual(module.info.wasi, 'none');
    module.close();
  }
  await rejects(WapcModule.compile('no/such/file.wasm'), { code: 'WAPC_LOAD' });
});

test('a refused promise that rejects later does not end the process', async () => {
  const unhandled = [];
  const listen = (reason) => unhandled.push(reason);
  process.on('unhandledRejection', listen);
  const host = await WapcHost.instantiate(path('hello'), {
    async: false,
    hostCall: () => Promise.reject(new Error('late')),
  });
  await rejects(host.invoke('echo', 'x'), { code: 'WAPC_ASYNC' });
  await new Promise(setImmediate);
  process.off('unhandledRejection', listen);
  equal(unhandled.length, 0);
  host.close();
});
