/** `limits.interrupt`: what it costs, and how late it ends a guest. */

import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { WapcHost } from 'wapc-host';

import { root } from '../../tools/run.js';
import { ENDLESS, guestOf } from '../suite/interrupting/endless.js';
import { kernelRatios } from './kernels.js';
import { median } from './measure.js';
import { realModules } from './modules.js';

const read = (path) => readFileSync(join(root, path));
const ratioOf = (number) => number.toFixed(2);

/** Processes that measure what JIT compilers decide differently from one to the next. */
const PROCESSES = 9;

/** Runs a script of this folder in some processes, one after the other: what each prints, which is JSON. */
const inProcesses = (script) =>
  Array.from({ length: PROCESSES }, () =>
    JSON.parse(execFileSync(process.execPath, [join(root, 'tests/bench', script)], { encoding: 'utf8' })),
  );

/** The middle one of some ratios, and their range. */
const middleOf = (ratios) =>
  `${ratioOf(median(ratios))} (${ratioOf(Math.min(...ratios))} to ${ratioOf(Math.max(...ratios))} ` +
  `in ${PROCESSES} processes)`;

/** Prints what short invocations cost. */
function short() {
  const all = inProcesses('interrupt-short.js');
  for (const [index, what] of ['echo 32 B', 'one host call, 32 B'].entries()) {
    const ratios = middleOf(all.map((ratios) => ratios[index]));
    console.log(`limits.interrupt, ${what}, invokeSync, against the plain guest: ${ratios}, must be <= 1.12`);
  }
}

/** Prints what short invocations, programs that compute, real modules, and rewriting cost, and how late endless guests end. */
export async function interrupting() {
  console.log();
  short();
  const kernels = await kernelRatios(WapcHost, read('testdata/kernels.wasm'));
  const shown = kernels.map(([name, ratio]) => `${name} ${ratioOf(ratio)}`).join(', ');
  console.log(`limits.interrupt, against the plain guest: ${shown} (mean must be <= 1.25)`);
  rewriting();
  for (const [name, ratio] of await realModules()) {
    console.log(`limits.interrupt, ${name}: ${ratioOf(ratio)} (must be <= 1.35)`);
  }
  await lateness();
}

/** Prints how long rewriting takes, against validating the same bytes, and how much larger modules become. */
function rewriting() {
  const all = inProcesses('interrupt-rewriting.js');
  for (const [index, { name, growth }] of all[0].entries()) {
    const ratios = middleOf(all.map((modules) => modules[index].ratio));
    const perMebibyte = median(all.map((modules) => modules[index].perMebibyte));
    console.log(
      `rewriting ${name}, against validating it: ${ratios}, must be <= 3; ${perMebibyte.toFixed(1)} ms a MiB; ` +
        `${growth.toFixed(0)}% larger (must be <= 30)`,
    );
  }
}

const DEADLINE = 50;

/** Prints the latest end of each endless guest after a deadline, over some tries. */
async function lateness() {
  let [latest, slowest] = [0, ''];
  for (const [what, { mayTrap = false, ...parts }] of Object.entries(ENDLESS)) {
    // V8 11 loses locals over a wait, so that it counts too little.
    if (mayTrap) continue;
    const source = guestOf(parts);
    if (!WebAssembly.validate(source)) continue;
    const host = await WapcHost.instantiate(source, { async: false, limits: { interrupt: true, timeout: DEADLINE } });
    // The first time, the engine compiles the guest.
    for (let turn = 0; turn < 6; turn++) {
      const start = performance.now();
      try {
        host.invokeSync('e');
      } catch (error) {
        if (error.code !== 'WAPC_TIMEOUT') throw error;
      }
      const late = performance.now() - start - DEADLINE;
      if (turn > 0 && late > latest) [latest, slowest] = [late, what];
    }
    host.close();
  }
  console.log(`an endless guest ends at most ${latest.toFixed(1)} ms after its deadline (${slowest}; 15 is the aim)`);
}
