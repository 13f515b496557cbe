/** The suite's environment for Node, and for engines that have its modules. */

import { AsyncLocalStorage } from 'node:async_hooks';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

import { counts } from '../../dist/counts.js';
import { WapcError, WapcHost, WapcModule, WapcPool, features, typed } from '../../dist/node.js';
import { devtools, observe, profile } from '../../dist/observe.js';
import { Wasi } from '../../dist/wasi.js';

/** The path of a guest. */
export const path = (name) => fileURLToPath(new URL(`../../testdata/${name}.wasm`, import.meta.url));

/** Calls `work` with a new directory, which is removed afterwards. */
async function inDirectory(work) {
  const directory = fs.mkdtempSync(join(tmpdir(), 'wapc-suite-'));
  try {
    await work(directory, fs, (script) => spawnSync('sh', ['-c', script], { cwd: directory }));
  } finally {
    fs.rmSync(directory, { recursive: true });
  }
}

/** @type {import('../suite/index.js').Environment} */
export const environment = {
  WapcError,
  WapcHost,
  WapcModule,
  WapcPool,
  features,
  typed,
  observe,
  profile,
  devtools,
  guest: async (name) => new Uint8Array(await readFile(path(name))),
  url: (name) => pathToFileURL(path(name)).href,
  canSuspend: typeof WebAssembly.Suspending === 'function',
  AsyncLocalStorage,
  counts,
  wasiCounts: async () => Wasi.counts(),
  inDirectory,
  hasWorkers: true,
};
