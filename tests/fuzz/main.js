/**
 * `npm run fuzz -- --seeds N --from S [--node PATH]`: runs generated guests; `--seed X` shows one of them.
 * `npm run fuzz -- --modules N [--from S] [--node PATH]` compares N modules with the rewritten ones, on this Node and on one
 * with JSPI; `--firefox N` compares them in Firefox.
 */

import { parseArgs } from 'node:util';

import { nodeWithJspi } from '../../tools/engines.js';
import { fail } from '../../tools/run.js';
import { runSeeds } from './batches.js';
import { compareInFirefox, compareInNode } from './rewritten-runs.js';
import { showSeed } from './show.js';
import { summaryOf } from './summary.js';

const text = { type: 'string' };
const { values } = parseArgs({
  options: { seeds: text, from: text, seed: text, node: text, modules: text, firefox: text },
});

/** An option that is a number. */
function number(name, otherwise) {
  const value = values[name] ?? otherwise;
  return /^\d+$/.test(value) ? Number(value) : fail(`--${name}: expected a number, got ${value}`);
}

/** Prints a tally of modules, and fails where one differs. */
function report(engine, { same, skipped, invalid, differences }) {
  console.log(
    `${engine}: ${same} the same, ${skipped} skipped, ${invalid} not known, ${differences.length} differences`,
  );
  for (const difference of differences.slice(0, 20)) console.log(difference);
  if (differences.length > 0) process.exitCode = 1;
}

if (values.modules !== undefined) {
  const [from, count] = [number('from', '0'), number('modules')];
  for (const node of values.node === undefined ? [process.execPath, nodeWithJspi()] : [values.node]) {
    if (node !== undefined) report(node, await compareInNode(node, from, count));
  }
} else if (values.firefox !== undefined) {
  report('Firefox', await compareInFirefox(number('firefox')));
} else if (values.seed !== undefined) {
  await showSeed(number('seed'));
} else {
  const [from, count, node] = [number('from', '0'), number('seeds', '2000'), values.node ?? process.execPath];
  const began = performance.now();
  const half = Math.ceil(count / 2);
  // Two processes at a time.
  const summaries = await Promise.all([runSeeds(node, from, half), runSeeds(node, from + half, count - half)]);
  console.log(summaryOf(summaries, performance.now() - began));
  if (summaries.some(({ differences }) => differences.length > 0)) process.exitCode = 1;
}
