/**
 * `npm run bench:native`: the native host of the waPC project (wapc-rs on wasmtime) beside this one, with the same guest.
 * Builds it first, which takes five minutes once. They run in processes of their own, by turns.
 */

import { spawnSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { cache } from '../../tools/cache.js';
import { nodeWithJspi } from '../../tools/engines.js';
import { root, run, step } from '../../tools/run.js';
import { measure, median, sync } from './measure.js';

const guest = join(root, 'testdata/bench.wasm');
const TURNS = 5;

/** The rounds of each operation in this process: nanoseconds, by name. */
async function rounds() {
  const { WapcHost } = await import('wapc-host');
  const host = await WapcHost.instantiate(await readFile(guest), {
    hostCall: (binding, namespace, operation, payload) => payload,
    async: false,
  });
  const measured = {};
  const one = async (name, operation, length, options = undefined) => {
    const payload = new Uint8Array(length).fill(42);
    const times = await measure({ ours: sync(() => host.invokeSync(operation, payload, options)) });
    measured[name] = times.map(({ ours }) => ours);
  };
  const into = (length) => ({ into: new Uint8Array(length) });
  await one('nothing', 'nothing', 0);
  await one('32 B', 'echo', 32);
  await one('1 KiB', 'echo', 1024);
  await one('1 KiB, into', 'echo', 1024, into(1024));
  await one('1 MiB', 'echo', 1 << 20);
  await one('1 MiB, into', 'echo', 1 << 20, into(1 << 20));
  await one('host call', 'call', 32);
  return measured;
}

/** What a program prints. Throws what it says if it fails. */
function output(program, args) {
  const { status, stdout, stderr, error } = spawnSync(program, args, { encoding: 'utf8' });
  if (status !== 0) throw error ?? new Error(stderr);
  return stdout;
}

async function compare() {
  const target = cache('native');
  step('building wapc-rs on wasmtime (five minutes the first time)');
  const manifest = join(root, 'tests/bench/native/Cargo.toml');
  run('cargo', ['build', '--release', '--locked', '--manifest-path', manifest, '--target-dir', target]);
  const native = () =>
    Object.fromEntries(
      output(join(target, 'release/native'), [guest])
        .trim()
        .split('\n')
        .map((line) => line.split('\t'))
        .map(([name, ...times]) => [name, times.map(Number)]),
    );
  const script = fileURLToPath(import.meta.url);
  for (const node of [process.execPath, nodeWithJspi()].filter(Boolean)) {
    const pairs = Array.from({ length: TURNS }, () => [JSON.parse(output(node, [script, 'rounds'])), native()]);
    console.log(`\nNode ${output(node, ['--version']).trim()}, ns for each invocation, median of ${TURNS} turns`);
    console.log(
      `${'invokeSync'.padEnd(14)}${'ours'.padStart(10)}${'native'.padStart(10)}${'native / ours'.padStart(16)}`,
    );
    for (const name of Object.keys(pairs[0][0])) {
      const ours = pairs.map(([one]) => median(one[name]));
      const theirs = pairs.map(([, other]) => median(other[name.replace(', into', '')]));
      const ratio = median(ours.map((ns, turn) => theirs[turn] / ns));
      const cells = [median(ours).toFixed(0).padStart(10), median(theirs).toFixed(0).padStart(10)];
      console.log(name.padEnd(14) + cells.join('') + ratio.toFixed(2).padStart(16));
    }
  }
}

if (process.argv[2] === 'rounds') console.log(JSON.stringify(await rounds()));
else await compare();
