/**
 * `npm run mutants [-- --sample N --seed S --only PART_OF_A_PATH … --verbose]`: how many small mutations of `js/` and
 * `src/` are noticed by the tests that need no browser. Prints each mutation that no test notices; with --verbose also
 * the others, each with the test that noticed it.
 *
 * No existing tool: Stryker's command runner mutates only JavaScript, leaves no calls out, changes no numbers and takes
 * no sample; cargo-mutants runs only `cargo test`, and most of the core is tested by the suite.
 */

import { readFileSync, readdirSync } from 'node:fs';
import { join, sep } from 'node:path';
import { parseArgs } from 'node:util';

import { nodeWithJspi } from '../engines.js';
import { fail, root, step } from '../run.js';
import { mutationsOfJavaScript } from './javascript.js';
import { randomFrom, shuffled } from './random.js';
import { mutationsOfRust } from './rust.js';
import { Workspace } from './workspace.js';

/** The test files in the order in which they are run, the fast ones first. */
const TESTS = ['workers', 'worker-backpressure', 'worker-start', 'worker-answers', 'wasi', 'wasi-by-path', 'node'].map(
  (name) => `tests/${name}.test.js`,
);

/** Files that only browsers, bundlers, workerd or native tests load, and generated ones. */
const LEFT =
  /^js\/(generated\/|entry\/(?!exports|node|wasi|interrupt|worker-node)|platform\/web\.js|api\/init\.js)|^src\/(wasi\/sys\/native\.rs|(limit_memory|interrupt\/rewriter)\/tests)/;

const { values: given } = parseArgs({
  options: {
    sample: { type: 'string', default: '150' },
    seed: { type: 'string' },
    verbose: { type: 'boolean', default: false },
    only: { type: 'string', multiple: true, default: [''] },
  },
});
const sample = Number(given.sample);
const seed = given.seed === undefined ? Math.floor(Math.random() * 2 ** 32) : Number(given.seed);
if (!Number.isSafeInteger(sample) || sample < 1)
  fail(`--sample: expected a whole number from 1 on, got ${given.sample}`);
if (!Number.isSafeInteger(seed)) fail(`--seed: expected a whole number, got ${given.seed}`);

const mutations = [...allOf('js', '.js', mutationsOfJavaScript), ...allOf('src', '.rs', mutationsOfRust)];
if (mutations.length === 0) fail(`--only ${given.only.join(', ')}: no file with mutations has that in its path`);
const drawn = shuffled(mutations, randomFrom(seed));

const nodes = [process.execPath];
const withJspi = typeof WebAssembly.Suspending === 'function' ? undefined : nodeWithJspi();
if (withJspi !== undefined) nodes.push(withJspi);

step('building a copy of the repository, and testing it as it is');
const workspace = new Workspace();
if (!workspace.build()) fail('the copy could not be built');
const failing = await failureOf('js/');
if (failing !== undefined) fail(`the tests fail without any mutation: ${failing}`);

console.log(`seed ${seed}: ${Math.min(sample, drawn.length)} of ${drawn.length} mutations`);
let [tried, noticed] = [0, 0];
/** How many mutations each test was the first to notice: a flaky test stands out. */
const noticedBy = new Map();
for (const mutation of drawn) {
  if (tried === sample) break;
  const outcome = await workspace.withMutation(mutation, () => attempt(mutation));
  if (outcome === undefined) continue;
  tried++;
  if (outcome.failure === undefined) {
    console.log(`not noticed: ${describe(mutation)}`);
  } else {
    noticed++;
    if (given.verbose) console.log(`noticed: ${describe(mutation)}\n    by: ${outcome.failure}`);
    noticedBy.set(outcome.failure, (noticedBy.get(outcome.failure) ?? 0) + 1);
  }
  if (tried % 10 === 0) step(`${noticed} of ${tried}`);
}
for (const [test, count] of [...noticedBy].sort(([, a], [, b]) => b - a)) console.log(`${count} by: ${test}`);
console.log(`${noticed} of ${tried} noticed`);

/** The mutations of all files below a folder. */
function* allOf(folder, extension, mutationsOf) {
  const names = readdirSync(join(root, folder), { recursive: true }).sort();
  for (const name of names) {
    const file = [folder, ...name.split(sep)].join('/');
    if (!file.endsWith(extension) || LEFT.test(file) || !given.only.some((part) => file.includes(part))) continue;
    const source = readFileSync(join(root, file), 'utf8');
    for (const mutation of mutationsOf(source)) yield { file, source, ...mutation };
  }
}

/** Tests a mutation: the failure that it causes, if any; undefined where it cannot be built. */
async function attempt({ file }) {
  return workspace.build() ? { failure: await failureOf(file) } : undefined;
}

async function failureOf(file) {
  if (file.startsWith('src/') && !workspace.passesNatively()) return 'cargo test';
  for (const node of nodes) {
    const failure = await workspace.failureIn(node, TESTS);
    if (failure !== undefined) return failure;
  }
  return undefined;
}

/** The place of a mutation, the change, and the line that it changes. */
function describe({ file, source, start, what }) {
  const before = source.slice(0, start).split('\n');
  const line = source.split('\n')[before.length - 1].trim();
  return `${file}:${before.length}:${before.at(-1).length + 1}: ${what.replace(/\s+/g, ' ')}\n    ${line}`;
}
