/**
 * A part of `npm run test:environments`: runs the suite in other engines, and prints a table. By itself, with an argument, in
 * those whose name begins so: `node tests/environments/run.js Bun`.
 */

import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

import { engines } from '../../tools/engines.js';
import { fail, root, step } from '../../tools/run.js';
import { inWebKit } from './webkit.js';

/** Watchdog: milliseconds after which an engine is taken to hang in one part. */
const PATIENCE = 15 * 60_000;

/**
 * Each engine runs the suite in so many processes, one after the other: memories that Bun has not collected yet make each
 * new one take up to a second.
 */
const PARTS = 6;

/**
 * KiB of the stack: V8 uses one of 1 MiB by itself. With the 8 MiB of a main thread Bun takes 40 times as long for
 * tests at the stack's end.
 */
const STACK = 2048;

const only = process.argv[2] ?? '';
const isAsked = ({ name }) => name.startsWith(only);
const script = join(root, 'tests/environments/suite.js');

/** The outcomes of all parts, or the first that did not come to its end as a failure. */
function runIn({ program, args }) {
  const sum = { passed: 0, failed: [], canSuspend: false };
  for (let part = 0; part < PARTS; part++) {
    const command = [STACK, program, ...args, script, part, PARTS].map(String);
    const { status, signal, stdout, stderr } = spawnSync('sh', ['-c', 'ulimit -s "$0" && exec "$@"', ...command], {
      encoding: 'utf8',
      timeout: PATIENCE,
    });
    if (status !== 0) {
      sum.failed.push(`part ${part + 1} of ${PARTS} ended with ${status ?? signal}\n${stderr}`);
      continue;
    }
    const { passed, failed, canSuspend } = JSON.parse(stdout.trim().split('\n').at(-1));
    sum.passed += passed;
    sum.failed.push(...failed);
    sum.canSuspend = canSuspend;
  }
  return sum;
}

const table = [['environment', 'JSPI', 'passed', 'failed']];
const add = (name, { passed, failed, canSuspend = false }) => {
  for (const failure of failed) console.error(`${name}: ${failure}`);
  if (failed.length > 0) process.exitCode = 1;
  table.push([name, canSuspend ? 'yes' : 'no', `${passed}`, `${failed.length}`]);
};

const all = engines();
if (all.length === 0) fail('npm has these engines for Linux on x64 only');
for (const engine of all.filter(isAsked)) {
  step(`running the suite in ${engine.name}`);
  add(engine.name, runIn(engine));
}
if (isAsked({ name: 'WebKitGTK' })) for (const outcome of await inWebKit()) add(outcome.name, outcome);
const widths = table[0].map((_, column) => Math.max(...table.map((row) => row[column].length)));
for (const row of table) console.log(row.map((cell, i) => cell.padEnd(widths[i])).join('  '));
