/**
 * `npm test`: runs the native tests, then the suite in every engine, the package, the documents' snippets and the
 * types.
 */

import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';

import { nodeWithJspi } from '../tools/engines.js';
import { root, step } from '../tools/run.js';
import { nodeTest } from './report/node-test.js';
import { Summary } from './report/summary.js';

/** Watchdog: milliseconds without any event after which a run is taken to hang. */
const SILENCE = 20 * 60_000;

/** The tests of `wapc-host/nats` that run in Node with JSPI as well: all but the one that takes long. */
const OVER_NATS = ['', '-hostile', '-pieces', '-processes', '-store'].map((name) => `nats${name}`);

/** Test files that run at the same time: many wait for a browser or another program. */
const AT_ONCE = 2;

/** The test files that take longest. */
const LONGEST = ['browser', 'node', 'page', 'fuzz', 'bundlers'];

/** The tests of workers that run in Node with JSPI as well. */
const WITH_WORKERS = ['workers', 'worker-backpressure', 'worker-answers', 'worker-start'];

const summary = new Summary();

/** Runs a program; `count` reads the number of tests from its output. All of the output is shown if it fails. */
function program(where, what, [command, ...args], count) {
  step(`${where}: ${what}`);
  const since = performance.now();
  const options = { cwd: root, encoding: 'utf8', maxBuffer: 1 << 28 };
  const { status, signal, error, stdout, stderr } = spawnSync(command, args, options);
  const ms = performance.now() - since;
  if (status === 0) {
    summary.add(where, what, { ...count(stdout), ms });
  } else {
    const why = error?.message ?? `it ended with ${signal ?? status}`;
    summary.fail(where, what, why, `${stdout ?? ''}${stderr ?? ''}`, ms);
  }
}

/** The counts of `cargo test`, summed over all of its programs. */
function cargoCounts(stdout) {
  const counts = { passed: 0, skipped: 0 };
  for (const [, passed, ignored] of stdout.matchAll(/^test result: ok\. (\d+) passed; 0 failed; (\d+) ignored/gm)) {
    counts.passed += Number(passed);
    counts.skipped += Number(ignored);
  }
  return counts;
}

/** Runs test files in a Node. Tests of other engines are in suites named after them. */
async function inNode(node, where, files) {
  const names = files.map((name) => basename(name, '.test.js')).join(', ');
  step(`${where}: ${names}`);
  let printed = '';
  let failed = 0;
  const on = ({ kind, text, name, file, suite, skipped, ms, error }) => {
    if (kind === 'output') {
      printed += text;
      return;
    }
    const [at, what] = suite === undefined ? [where, names] : [suite, basename(file, '.test.js')];
    if (kind === 'time') {
      summary.add(at, what, { ms });
    } else if (error === undefined) {
      summary.add(at, what, skipped ? { skipped: 1 } : { passed: 1, ms });
    } else {
      failed++;
      // A file that ends early fails under its own name; its output says why.
      summary.fail(at, what, name, name.endsWith(basename(file ?? '.')) ? `${error}\n${printed}` : error, ms);
    }
    printed = '';
  };
  const { status, isHung } = await nodeTest(node, files, { cwd: root, silence: SILENCE, atOnce: AT_ONCE, on });
  if (isHung) summary.fail(where, names, 'it hangs', printed);
  else if (status !== 0 && failed === 0) summary.fail(where, names, `it ended with ${status}`, printed);
}

/** The paths of test files. Those that take longest come first, so that none of them runs alone in the end. */
const inTests = (names) =>
  [...LONGEST.filter((name) => names.includes(name)), ...names.filter((name) => !LONGEST.includes(name))].map((name) =>
    join('tests', `${name}.test.js`),
  );

program('native', 'cargo test', ['cargo', 'test', '--locked', '--quiet'], cargoCounts);
const tsc = join(root, 'node_modules/typescript/bin/tsc');
program('TypeScript', 'types', [process.execPath, tsc, '--project', 'tests/types'], () => ({ passed: 1 }));
const files = readdirSync(join(root, 'tests')).filter((name) => name.endsWith('.test.js'));
const all = files.map((name) => basename(name, '.test.js'));
await inNode(process.execPath, `Node ${process.version}`, inTests(all));
if (typeof WebAssembly.Suspending !== 'function') {
  const node = nodeWithJspi();
  if (node !== undefined) {
    const { stdout } = spawnSync(node, ['--version'], { encoding: 'utf8' });
    const names = ['node', 'observing', 'first-suspension', 'stack-at-first', ...WITH_WORKERS, ...OVER_NATS];
    await inNode(node, `Node ${stdout.trim()}`, inTests(names));
  }
}
process.exitCode = summary.print() > 0 ? 1 : 0;
