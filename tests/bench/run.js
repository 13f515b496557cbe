/** `npm run bench`: invocations against `@wapc/host` and a bound written by hand. Absolute times depend on the machine; read the ratios. */

import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { cpus } from 'node:os';

import { WapcModule } from 'wapc-host';

import { handwritten } from './handwritten.js';
import { awaited, measure, median, sync } from './measure.js';

const require = createRequire(import.meta.url);
const peer = require('@wapc/host');

const bytes = await readFile(new URL('../../testdata/bench.wasm', import.meta.url));
const compiled = await WebAssembly.compile(bytes);
const module = await WapcModule.compile(compiled);
const hostCall = (binding, namespace, operation, payload) => payload;

const ours = await module.instantiate({ hostCall, async: false });
const auto = await module.instantiate({ hostCall });
const theirs = await peer.instantiate(bytes, hostCall);
const bound = handwritten(compiled, hostCall);
const suspends = typeof WebAssembly.Suspending === 'function';

const payloads = { 'no payload': 0, '32 B': 32, '1 KiB': 1024, '1 MiB': 1 << 20 };
for (const [name, length] of Object.entries(payloads)) payloads[name] = new Uint8Array(length).fill(42);

const invoke = (host, operation, payload) => awaited(() => host.invoke(operation, payload));
const invokeSync = (host, operation, payload) => sync(() => host.invokeSync(operation, payload));
const byHand = (operation, payload) => sync(() => bound(operation, payload));

/** [case, competitors, which ratio it is held to, operations in one] */
const cases = [];
const against = (label, competitors, ratio, target, per) => cases.push({ label, competitors, ratio, target, per });

for (const [label, operation, size, target] of [
  ['no payload, no response, await invoke', 'nothing', 'no payload', '>= 3'],
  ['echo 32 B, await invoke', 'echo', '32 B', '>= 3'],
  ['one host call, 32 B, await invoke', 'call', '32 B', '>= 2.5'],
  ['echo 1 KiB, await invoke', 'echo', '1 KiB', '>= 2'],
  ['echo 1 MiB, await invoke', 'echo', '1 MiB', '>= 0.95'],
]) {
  const payload = payloads[size];
  const competitors = { ours: invoke(ours, operation, payload), peer: invoke(theirs, operation, payload) };
  against(label, competitors, (ns) => ns.peer / ns.ours, target);
  if (suspends) {
    const withJspi = { ours: invoke(auto, operation, payload), peer: invoke(theirs, operation, payload) };
    against(`${label}, async: 'auto'`, withJspi, (ns) => ns.peer / ns.ours, '>= 1');
  }
}
against(
  'each of 100 host calls, 32 B, invokeSync',
  {
    ours: invokeSync(ours, 'calls', payloads['32 B']),
    peer: invoke(theirs, 'calls', payloads['32 B']),
    byHand: byHand('calls', payloads['32 B']),
  },
  (ns) => ns.peer / ns.ours,
  '>= 1.5',
  100,
);
against(
  'echo 32 B, invokeSync',
  { ours: invokeSync(ours, 'echo', payloads['32 B']), byHand: byHand('echo', payloads['32 B']) },
  (ns) => ns.byHand / ns.ours,
  '>= 0.77',
);
against(
  'instantiate: a module, against bytes',
  {
    ours: awaited(async () => (await module.instantiate({ hostCall, async: false })).close()),
    peer: awaited(() => peer.instantiate(bytes, hostCall)),
  },
  (ns) => ns.peer / ns.ours,
  '>= 1',
);

const only = process.argv[2];
console.log(`Node ${process.version}, V8 ${process.versions.v8}, ${cpus().length} x ${cpus()[0].model.trim()}`);
console.log(
  `peer: @wapc/host ${require('@wapc/host/package.json').version}; byHand: tests/bench/handwritten.js; ns per operation\n`,
);
const table = [['case', 'ours', 'peer', 'by hand', 'ratio', 'must be']];
for (const { label, competitors, ratio, target, per } of cases) {
  if (only !== undefined && !label.includes(only)) continue;
  const rounds = await measure(competitors, per);
  const cell = (name) => (competitors[name] === undefined ? '' : median(rounds.map((round) => round[name])).toFixed(0));
  // The ratio of each round, and the median of those: what drifts between rounds is in neither.
  table.push([label, cell('ours'), cell('peer'), cell('byHand'), median(rounds.map(ratio)).toFixed(2), target]);
}
const widths = table[0].map((_, column) => Math.max(...table.map((row) => row[column].length)));
for (const row of table)
  console.log(row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i]))).join('  '));
