/** Measures all cases, or those whose names contain an argument. Absolute times depend on the machine; read the ratios. */

import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { cpus } from 'node:os';

import { WapcModule } from 'wapc-host';

import { pinCaller, unpinCaller } from './cores.js';
import { interrupting } from './interrupting.js';
import { invocations } from './invocations.js';
import { cases as overNats, close as closeNats, costs } from './nats.js';
import { cases as pools, close } from './pools.js';
import { cases as routes } from './routes.js';
import { start } from './start.js';
import { stopping } from './stopping.js';
import { print, row } from './table.js';
import { cases as writes } from './writes.js';

const only = process.argv[2];
const { version } = createRequire(import.meta.url)('@wapc/host/package.json');
console.log(`Node ${process.version}, V8 ${process.versions.v8}, ${cpus().length} x ${cpus()[0].model.trim()}`);
console.log(
  `peer: @wapc/host ${version}, or what the case names; by hand: handwritten.js, bare.js; ns per operation\n`,
);
const bytes = await readFile(new URL('../../testdata/bench.wasm', import.meta.url));
const peer = createRequire(import.meta.url)('@wapc/host');
const all = [
  ...(await invocations({ WapcModule, peer, bytes: new Uint8Array(bytes) })),
  ...routes,
  ...writes,
  ...pools,
  ...overNats,
];
const rows = [];
for (const it of all) {
  if (only !== undefined && !it.label.includes(only)) continue;
  await it.prepare?.();
  if (it.pinned) pinCaller();
  rows.push(await row(it));
  if (it.pinned) unpinCaller();
}
print(rows);
if (only === undefined || only === 'NATS') await costs();
await Promise.all([close(), closeNats()]);
if (only === undefined || only.includes('interrupt')) await interrupting();
if (only === undefined) {
  await stopping();
  start();
}
