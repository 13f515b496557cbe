/** Measures how long the package takes to import, and to use for the first time, in fresh processes. */

import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

import { median } from './measure.js';

const RUNS = 15;
const guest = fileURLToPath(new URL('../../testdata/bench.wasm', import.meta.url));

/** A program that prints both times in milliseconds. */
const program = `
  const began = performance.now();
  const { WapcHost } = await import('wapc-host');
  const imported = performance.now();
  const bytes = (await import('node:fs')).readFileSync(${JSON.stringify(guest)});
  const used = performance.now();
  const host = await WapcHost.instantiate(bytes, { hostCall: (binding, namespace, operation, payload) => payload });
  await host.invoke('echo', new Uint8Array(32));
  console.log(JSON.stringify([imported - began, performance.now() - used]));
`;

/** Prints the medians of several runs. */
export function start() {
  const runs = Array.from({ length: RUNS }, () => {
    const options = { encoding: 'utf8', cwd: fileURLToPath(new URL('../..', import.meta.url)) };
    const { stdout } = spawnSync(process.execPath, ['--input-type=module', '--eval', program], options);
    return JSON.parse(stdout);
  });
  const of = (index) => median(runs.map((run) => run[index])).toFixed(1);
  console.log(`\nimporting the package: ${of(0)} ms; its first use, from instantiate to the first answer: ${of(1)} ms`);
}
