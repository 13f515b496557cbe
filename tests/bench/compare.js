/**
 * `npm run bench:compare -- OTHER_DIST [CASE]`: compares invocations in this build with those in another one, by turns,
 * on this Node and on one with JSPI. Prints the median of the ratios (this / other), and its 95% confidence interval.
 * JIT compilers decide differently from process to process, so the turns are spread over many processes.
 */

import { spawnSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

import { nodeWithJspi } from '../../tools/engines.js';
import { fail } from '../../tools/run.js';
import { awaited, measure, median, sync } from './measure.js';

const PROCESSES = 12;
const script = fileURLToPath(import.meta.url);
const own = fileURLToPath(new URL('../../dist', import.meta.url));

/** The cases of a build, by name. */
async function casesOf(dist) {
  const { WapcModule, WapcPool } = await import(pathToFileURL(`${dist}/node.js`).href);
  const guest = async (name) => readFile(new URL(`../../testdata/${name}.wasm`, import.meta.url));
  const hostCall = (binding, namespace, operation, payload) => payload;
  const bytes = await guest('bench');
  const module = await WapcModule.compile(bytes);
  const host = await module.instantiate({ hostCall, async: false });
  const auto = await module.instantiate({ hostCall });
  const pool = await WapcPool.create(bytes, { hostCall, async: false, size: 10 });
  const writer = await (await WapcModule.compile(await guest('wat/lines'))).instantiate({ stdout() {} });
  const payload = new Uint8Array(32).fill(42);
  const line = new Uint8Array(64).fill(42);
  return {
    '32 B, invokeSync': sync(() => host.invokeSync('echo', payload)),
    'one host call, invokeSync': sync(() => host.invokeSync('call', payload)),
    '32 B, await invoke': awaited(() => host.invoke('echo', payload)),
    '1 KiB, await invoke': awaited(() => host.invoke('echo', kilobyte)),
    "32 B, await invoke, async: 'auto'": awaited(() => auto.invoke('echo', payload)),
    '32 B, await invoke of a pool': awaited(() => pool.invoke('echo', payload)),
    '100 lines to standard output, invokeSync': sync(() => writer.invokeSync('', line)),
    ...casesOfWorkers(() => WapcPool.create(bytes, { hostCall, size: 2, min: 2, workers: true })),
  };
}

/** The cases of a pool of two workers, which `create` makes when one is measured. */
function casesOfWorkers(create) {
  let pool;
  const by = (callers, operation, payload) => async (times) => {
    const { invoke } = (pool ??= await create());
    let left = times;
    const work = async () => {
      while (left-- > 0) await invoke.call(pool, operation, payload);
    };
    await Promise.all(Array.from({ length: callers }, work));
  };
  const small = new Uint8Array(32).fill(42);
  const large = new Uint8Array(65536).fill(42);
  return {
    '32 B, 2 workers, 64 callers': by(64, 'echo', small),
    '32 B, 2 workers, 1 caller': by(1, 'echo', small),
    'one host call, 2 workers, 64 callers': by(64, 'call', small),
    '64 KiB, 2 workers, 16 callers': by(16, 'echo', large),
  };
}

const kilobyte = new Uint8Array(1024).fill(42);

/** Measures all cases, or those whose names contain `only`, in this process: their ratios. `first` is loaded first. */
async function turns(first, second, only) {
  const loaded = { [first]: await casesOf(first), [second]: await casesOf(second) };
  const { [own]: ours, ...others } = loaded;
  const [theirs] = Object.values(others);
  const ratios = {};
  for (const name of Object.keys(ours).filter((name) => name.includes(only))) {
    const rounds = await measure({ ours: ours[name], theirs: theirs[name] }, 1, 5);
    ratios[name] = rounds.map((round) => round.ours / round.theirs);
  }
  return ratios;
}

/** The 95% confidence interval of the median, by bootstrapping over processes. */
function interval(processes) {
  const draws = Array.from({ length: 2000 }, () =>
    median(processes.flatMap(() => processes[Math.floor(Math.random() * processes.length)])),
  ).sort((a, b) => a - b);
  return [draws[50], draws[1949]];
}

function compare(node, other, only) {
  const processes = Array.from({ length: PROCESSES }, (_, number) => {
    // By turns: the build that is loaded first is a little faster or slower for it.
    const builds = number % 2 === 0 ? [own, other] : [other, own];
    const { status, stdout, stderr } = spawnSync(node, [script, only, ...builds], { encoding: 'utf8' });
    if (status !== 0) fail(stderr);
    return JSON.parse(stdout);
  });
  const { stdout: version } = spawnSync(node, ['--version'], { encoding: 'utf8' });
  console.log(`Node ${version.trim()}, ${PROCESSES} processes, this build / the other`);
  for (const name of Object.keys(processes[0])) {
    const ratios = processes.map((process) => process[name]);
    const [low, high] = interval(ratios).map((ratio) => ratio.toFixed(3));
    const all = ratios.flat();
    console.log(`${name.padEnd(42)} ${median(all).toFixed(3)}  [${low}, ${high}]  ${all.length} turns`);
  }
}

const [, , ...given] = process.argv;
if (given.length === 3) {
  const [only, first, second] = given;
  process.stdout.write(JSON.stringify(await turns(first, second, only)));
  process.exit();
}
const [other, only = ''] = given;
if (other === undefined) fail('usage: npm run bench:compare -- OTHER_DIST [CASE]');
for (const node of [process.execPath, nodeWithJspi()].filter(Boolean)) compare(node, resolve(other), only);
