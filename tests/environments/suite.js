/** The suite in an engine that has no test runner that we know: prints its outcome as JSON, on the last line. */

import { readFile } from 'node:fs/promises';
import process from 'node:process';
import { fileURLToPath, pathToFileURL } from 'node:url';

import { WapcError, WapcHost, WapcModule, WapcPool } from '../../dist/node.js';
import { suite } from '../suite/index.js';

const path = (name) => fileURLToPath(new URL(`../../testdata/${name}.wasm`, import.meta.url));
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

let passed = 0;
const failed = [];
for (const [name, run] of suite(environment)) {
  try {
    await run();
    passed++;
  } catch (error) {
    failed.push(`${name}: ${error?.stack ?? error}`);
  }
}
console.log(JSON.stringify({ passed, failed, canSuspend: environment.canSuspend }));
process.exit(0);
