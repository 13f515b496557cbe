/** Measures all cases, or those whose names contain an argument. Absolute times depend on the machine; read the ratios. */

import { spawnSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';

import { WapcModule } from 'wapc-host';

import { pinCaller, unpinCaller } from './cores.js';
import { interrupting } from './interrupting.js';
import { invocations } from './invocations.js';
import { cases as overNats, close as closeNats, costs } from './nats.js';
import { cases as pools, close } from './pools.js';
import { cases as routes } from './routes.js';
import { simple } from './simple.js';
import { start } from './start.js';
import { stopping } from './stopping.js';
import { print, row } from './table.js';
import { cases as writes } from './writes.js';

/** A part of the names of cases. */
const [, , only] = process.argv;

/** The row of a case, measured in a process of its own. */
function rowApart({ label }) {
  const args = [...process.execArgv, fileURLToPath(new URL('apart.js', import.meta.url)), label];
  const { stdout, stderr, error } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  if (error !== undefined) throw error;
  const printed = stdout.trim().split('\n').at(-1);
  if (!printed?.startsWith('[')) throw new Error(`${label}: ${stderr}`);
  return JSON.parse(printed);
}

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
  if (it.apart) {
    rows.push(rowApart(it));
    continue;
  }
  await it.prepare?.();
  if (it.pinned) pinCaller();
  rows.push(await row(it));
  if (it.pinned) unpinCaller();
}
print(rows);
if (only === undefined || only === 'NATS') await costs();
await Promise.all([close(), closeNats()]);
if (only === undefined || only.includes('interrupt')) await interrupting();
if (only === undefined || only === 'simple') simple();
if (only === undefined) await stopping();
if (only === undefined || only === 'start') start();
