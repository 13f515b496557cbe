/**
 * `npm run bench -- waiting`: invocations of 32 bytes a second against how many callers wait at the same time, in-thread, in
 * two workers, with Extism's SDK, and of bare workers. Prints a table, and draws docs/figures/waiting.svg.
 */

import { readFile, writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';

import createPlugin from '@extism/extism';
import { WapcPool } from 'wapc-host';

import { transfers } from './bare.js';
import { chart } from './chart.js';
import { measure, median, together } from './measure.js';

const WAITING = [1, 2, 4, 8, 16, 32, 64, 128, 256];
const payload = new Uint8Array(32).fill(42);
const guest = await readFile(new URL('../../testdata/bench.wasm', import.meta.url));
const plugin = fileURLToPath(new URL('../../testdata/wat/extism-echo.wasm', import.meta.url));

/** What `count` plug-ins do, each one call at a time, as they have to: callers wait for the next that is free. */
async function extism(count, runInWorker) {
  const options = { useWasi: false, runInWorker };
  const plugins = await Promise.all(
    Array.from({ length: count }, () => createPlugin({ wasm: [{ path: plugin }] }, options)),
  );
  const free = [...plugins];
  const waiting = [];
  let calls = 0;
  const run = async () => {
    const one = free.pop() ?? (await new Promise((resolve) => waiting.push(resolve)));
    const { buffer, byteOffset, length } = await one.call('echo', payload);
    // Its blocks of memory, two a call, have addresses of 15 bits, and are freed by `reset` alone.
    if (++calls % 8192 === 0) await one.reset();
    const next = waiting.shift();
    if (next === undefined) free.push(one);
    else next(one);
    return new Uint8Array(buffer, byteOffset, length);
  };
  return { run, close: () => Promise.all(plugins.map((one) => one.close())) };
}

const hostCall = (binding, namespace, operation, bytes) => bytes;
const pooled = async (options) => {
  const pool = await WapcPool.create(guest, { hostCall, ...options });
  return { run: () => pool.invoke('echo', payload), close: () => pool.close() };
};

const competitors = {
  'wapc-host, in-thread': await pooled({ size: 2, async: false }),
  'wapc-host, 2 workers': await pooled({ size: 2, min: 2, workers: true }),
  'two bare workers (messages)': await transfers(payload.length),
  'Extism 1.0.3, in-thread': await extism(1, false),
  'Extism 1.0.3, 2 workers': await extism(2, true),
};

const lines = Object.keys(competitors).map((name) => ({ name, points: [] }));
for (const waiting of WAITING) {
  const runs = Object.fromEntries(
    Object.entries(competitors).map(([name, { run }]) => [name, together(() => ({ run }), waiting)]),
  );
  const rounds = await measure(runs, 1, 9);
  for (const { name, points } of lines) points.push([waiting, 1e9 / median(rounds.map((round) => round[name]))]);
}
for (const { close } of Object.values(competitors)) await close();

console.log(`\nNode ${process.version}: invocations of 32 bytes a second`);
const cells = (first, rest) => first.padEnd(30) + rest.map((cell) => `${cell}`.padStart(9)).join('');
console.log(cells('callers that wait', WAITING));
for (const { name, points } of lines)
  console.log(
    cells(
      name,
      points.map(([, value]) => value.toPrecision(2) * 1),
    ),
  );

const figure = new URL('../../docs/figures/waiting.svg', import.meta.url);
// Without the marks of trade that some processors name themselves with.
const processor = cpus()[0]
  .model.replaceAll(/\(R\)|\(TM\)| Processor/g, '')
  .trim();
const machine = `Node ${process.versions.node}, ${cpus().length} cores of an ${processor}`;
await writeFile(figure, chart(lines, { x: 'callers that wait', y: 'invocations a second, 32 bytes', note: machine }));
console.log(`drawn: ${fileURLToPath(figure)}`);
process.exit();
