/**
 * `npm run bench:native`: the native host of the waPC project (wapc-rs on wasmtime) beside this one, with the same guest.
 * Builds it first, which takes five minutes once. The native host runs in a process of its own. Both are
 * measured by turns of 20 ms, so that drift of the machine affects both.
 */

import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

import { cache } from '../../tools/cache.js';
import { nodeWithJspi } from '../../tools/engines.js';
import { fail, root, run, step } from '../../tools/run.js';
import { measure, median, sync } from './measure.js';

const guest = join(root, 'testdata/bench.wasm');
const script = fileURLToPath(import.meta.url);

/** How many processes of each Node are measured: JIT compilers decide differently from one to the next. */
const PROCESSES = 5;

/** The cases: each has a name, an operation, the bytes of its payload, and true if the response is written `into` an array. */
const CASES = [
  ['nothing', 'nothing', 0, false],
  ['32 B', 'echo', 32, false],
  ['1 KiB', 'echo', 1024, false],
  ['1 KiB, into', 'echo', 1024, true],
  ['1 MiB', 'echo', 1 << 20, false],
  ['1 MiB, into', 'echo', 1 << 20, true],
  ['host call', 'call', 32, false],
];

/** The native host: a competitor for each operation and length of its payload, and a function that ends it. */
function startNative(program) {
  const { stdin, stdout } = spawn(program, [guest], { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: stdout });
  const by = (operation, length) => async (times) => {
    const done = once(lines, 'line');
    stdin.write(`${operation} ${length} ${times}\n`);
    await done;
  };
  return { by, stop: () => stdin.end() };
}

/** The rounds of all cases in this process, by name: nanoseconds of both hosts. */
async function rounds(program) {
  const { WapcHost } = await import('wapc-host');
  const native = startNative(program);
  const host = await WapcHost.instantiate(await readFile(guest), {
    hostCall: (binding, namespace, operation, payload) => payload,
    async: false,
  });
  const measured = {};
  for (const [name, operation, length, isInto] of CASES) {
    const payload = new Uint8Array(length).fill(42);
    const options = isInto ? { into: new Uint8Array(length) } : undefined;
    const ours = sync(() => host.invokeSync(operation, payload, options));
    measured[name] = await measure({ ours, native: native.by(operation, length) });
  }
  native.stop();
  return measured;
}

function compare() {
  const target = cache('native');
  step('building wapc-rs on wasmtime (five minutes the first time)');
  const manifest = join(root, 'tests/bench/native/Cargo.toml');
  run('cargo', ['build', '--release', '--locked', '--manifest-path', manifest, '--target-dir', target]);
  const program = join(target, 'release/native');
  for (const node of [process.execPath, nodeWithJspi()].filter(Boolean)) {
    const processes = Array.from({ length: PROCESSES }, () => {
      const { status, stdout, stderr, error } = spawnSync(node, [script, 'rounds', program], { encoding: 'utf8' });
      if (status !== 0) fail(error?.message ?? stderr);
      return JSON.parse(stdout);
    });
    const { stdout: version } = spawnSync(node, ['--version'], { encoding: 'utf8' });
    console.log(`\nNode ${version.trim()}, ns for each invocation: medians over ${PROCESSES} processes`);
    console.log(
      `${'invokeSync'.padEnd(14)}${'ours'.padStart(10)}${'native'.padStart(10)}${'native / ours'.padStart(16)}`,
    );
    for (const [name] of CASES) {
      const all = processes.flatMap((measured) => measured[name]);
      const ratio = median(all.map(({ ours, native }) => native / ours)).toFixed(2);
      const [ours, native] = ['ours', 'native'].map((host) => median(all.map((round) => round[host])).toFixed(0));
      console.log(name.padEnd(14) + ours.padStart(10) + native.padStart(10) + ratio.padStart(16));
    }
  }
}

const [, , what, program] = process.argv;
if (what === 'rounds') console.log(JSON.stringify(await rounds(program)));
else compare();
