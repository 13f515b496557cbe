/** `npm run test:environments`: runs the suite in other engines, and prints a table. */

import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

import { engines } from '../../tools/engines.js';
import { fail, root } from '../../tools/run.js';
import { inWebKit } from './webkit.js';

/** Watchdog: milliseconds after which an engine is taken to hang. */
const PATIENCE = 30 * 60_000;

const table = [['environment', 'JSPI', 'passed', 'failed']];
const all = engines();
if (all.length === 0) fail('npm has these engines for Linux on x64 only');
for (const { name, program, args } of all) {
  const options = { encoding: 'utf8', timeout: PATIENCE };
  const { status, stdout, stderr } = spawnSync(program, [...args, join(root, 'tests/environments/suite.js')], options);
  const outcome = status === 0 ? JSON.parse(stdout.trim().split('\n').at(-1)) : undefined;
  const failed = outcome?.failed ?? [`it ended with ${status}\n${stderr}`];
  for (const failure of failed) console.error(`${name}: ${failure}`);
  if (failed.length > 0) process.exitCode = 1;
  table.push([name, outcome?.canSuspend ? 'yes' : 'no', `${outcome?.passed ?? 0}`, `${failed.length}`]);
}
for (const { name, passed, failed } of await inWebKit()) {
  for (const failure of failed) console.error(`${name}: ${failure}`);
  if (failed.length > 0) process.exitCode = 1;
  table.push([name, 'no', `${passed}`, `${failed.length}`]);
}
const widths = table[0].map((_, column) => Math.max(...table.map((row) => row[column].length)));
for (const row of table) console.log(row.map((cell, i) => cell.padEnd(widths[i])).join('  '));
