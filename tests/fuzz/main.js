/** `npm run fuzz -- --seeds N --from S [--node PATH]`: runs generated guests; `--seed X` shows one of them. */

import { parseArgs } from 'node:util';

import { fail } from '../../tools/run.js';
import { runSeeds } from './batches.js';
import { showSeed } from './show.js';
import { summaryOf } from './summary.js';

const text = { type: 'string' };
const { values } = parseArgs({ options: { seeds: text, from: text, seed: text, node: text } });

/** An option that is a number. */
function number(name, otherwise) {
  const value = values[name] ?? otherwise;
  return /^\d+$/.test(value) ? Number(value) : fail(`--${name}: expected a number, got ${value}`);
}

if (values.seed !== undefined) {
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
