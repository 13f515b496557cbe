/**
 * `npm run bench:compare -- OTHER_DIST [CASE]`: compares invocations in this build with those in another one, by turns,
 * on this Node and on one with JSPI. Prints the median of the ratios of times (this / other: above 1 is slower), and its
 * 95% confidence interval. JIT compilers decide differently from process to process, so the turns are spread over many
 * processes. A build's workers are measured in a process of their own: two pools in one process have more threads than
 * there are processors, and the scheduler would decide the result.
 */

import { spawnSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

import { nodeWithJspi } from '../../tools/engines.js';
import { fail } from '../../tools/run.js';
import { awaited, measure, median, sync, together } from './measure.js';

/** The processes that both builds share, and those that each has for its workers. */
const PROCESSES = 12;
const PROCESSES_OF_WORKERS = 16;
/** Milliseconds that a case of workers runs before it is measured: their threads are compiled later than one that is alone. */
const WARM_UP_OF_WORKERS = 1500;
const ROUNDS = 5;
const script = fileURLToPath(import.meta.url);
const own = fileURLToPath(new URL('../../dist', import.meta.url));

const read = (name) => readFile(new URL(`../../testdata/${name}.wasm`, import.meta.url));
const hostCall = (binding, namespace, operation, payload) => payload;
const small = new Uint8Array(32).fill(42);
const kilobyte = new Uint8Array(1024).fill(42);
const large = new Uint8Array(65536).fill(42);
const line = new Uint8Array(64).fill(42);

/** Cases of the thread itself, by name. */
async function inThread({ WapcModule, WapcPool }) {
  const bytes = await read('bench');
  const module = await WapcModule.compile(bytes);
  const host = await module.instantiate({ hostCall, async: false });
  const auto = await module.instantiate({ hostCall });
  const pool = await WapcPool.create(bytes, { hostCall, async: false, size: 10 });
  const writer = await (await WapcModule.compile(await read('wat/lines'))).instantiate({ stdout() {} });
  return {
    '32 B, invokeSync': sync(() => host.invokeSync('echo', small)),
    'one host call, invokeSync': sync(() => host.invokeSync('call', small)),
    '32 B, await invoke': awaited(() => host.invoke('echo', small)),
    '1 KiB, await invoke': awaited(() => host.invoke('echo', kilobyte)),
    "32 B, await invoke, async: 'auto'": awaited(() => auto.invoke('echo', small)),
    '32 B, await invoke of a pool': awaited(() => pool.invoke('echo', small)),
    '100 lines to standard output, invokeSync': sync(() => writer.invokeSync('', line)),
  };
}

/** Cases of a pool of two workers, by name. */
async function inWorkers({ WapcPool }) {
  const pool = await WapcPool.create(await read('bench'), { hostCall, size: 2, min: 2, workers: true });
  const by = (callers, operation, payload) => together(() => ({ run: () => pool.invoke(operation, payload) }), callers);
  return {
    '32 B, 2 workers, 64 callers': by(64, 'echo', small),
    '32 B, 2 workers, 1 caller': by(1, 'echo', small),
    'one host call, 2 workers, 64 callers': by(64, 'call', small),
    '64 KiB, 2 workers, 16 callers': by(16, 'echo', large),
  };
}

/** Measures in this process those cases of the builds whose names contain `only`: the times of each build, by case. */
async function turns({ casesOf, warmUp }, only, builds) {
  const loaded = {};
  for (const build of builds) loaded[build] = await casesOf(await import(pathToFileURL(`${build}/node.js`).href));
  const times = {};
  for (const name of Object.keys(loaded[builds[0]]).filter((name) => name.includes(only))) {
    const competitors = Object.fromEntries(builds.map((build) => [build, loaded[build][name]]));
    const rounds = await measure(competitors, 1, ROUNDS, warmUp);
    times[name] = Object.fromEntries(builds.map((build) => [build, rounds.map((round) => round[build])]));
  }
  return times;
}

/** The times of a process of its own, which measures the `builds`. */
function measured(node, cases, only, builds) {
  const { status, stdout, stderr } = spawnSync(node, [script, cases, only, ...builds], { encoding: 'utf8' });
  if (status !== 0) fail(stderr);
  return JSON.parse(stdout);
}

/** The ratios of each turn of processes, by case. By turns: what is loaded, or runs, first is a little slower for it. */
function ratiosOf(node, other, only, { cases, processes, apart }) {
  const turns = [];
  for (let number = 0; number < processes; number++) {
    const builds = number % 2 === 0 ? [own, other] : [other, own];
    const runs = (apart ? builds.map((build) => [build]) : [builds]).map((some) => measured(node, cases, only, some));
    const names = Object.keys(runs[0]);
    // No case of this kind was asked for.
    if (names.length === 0) return [];
    const ratios = names.map((name) => {
      const { [own]: ours, [other]: theirs } = Object.assign({}, ...runs.map((run) => run[name]));
      return [name, apart ? [median(ours) / median(theirs)] : ours.map((time, round) => time / theirs[round])];
    });
    turns.push(Object.fromEntries(ratios));
  }
  return turns;
}

/** The 95% confidence interval of the median, by bootstrapping over processes. */
function interval(processes) {
  const draws = Array.from({ length: 2000 }, () =>
    median(processes.flatMap(() => processes[Math.floor(Math.random() * processes.length)])),
  ).sort((a, b) => a - b);
  return [draws[50], draws[1949]];
}

function compare(node, other, only) {
  const { stdout: version } = spawnSync(node, ['--version'], { encoding: 'utf8' });
  console.log(`Node ${version.trim()}: the time of this build / of the other`);
  for (const kind of [
    { cases: 'inThread', processes: PROCESSES, apart: false },
    { cases: 'inWorkers', processes: PROCESSES_OF_WORKERS, apart: true },
  ]) {
    const turns = ratiosOf(node, other, only, kind);
    for (const name of Object.keys(turns[0] ?? {})) {
      const ratios = turns.map((turn) => turn[name]);
      const [low, high] = interval(ratios).map((ratio) => ratio.toFixed(3));
      const all = ratios.flat();
      console.log(`${name.padEnd(42)} ${median(all).toFixed(3)}  [${low}, ${high}]  ${all.length} turns`);
    }
  }
}

const [, , ...given] = process.argv;
if (given.length > 2) {
  const [cases, only, ...builds] = given;
  const kinds = {
    inThread: { casesOf: inThread, warmUp: undefined },
    inWorkers: { casesOf: inWorkers, warmUp: WARM_UP_OF_WORKERS },
  };
  process.stdout.write(JSON.stringify(await turns(kinds[cases], only, builds)));
  process.exit();
}
const [other, only = ''] = given;
if (other === undefined) fail('usage: npm run bench:compare -- OTHER_DIST [CASE]');
for (const node of [process.execPath, nodeWithJspi()].filter(Boolean)) compare(node, resolve(other), only);
