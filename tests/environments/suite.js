/**
 * Runs a part of the suite in an engine whose test runner is not used: the tests from one number up to another. Prints the
 * outcomes as JSON on the last line, and each test's name to standard error where `--names` is given.
 */

import process from 'node:process';

import { suite } from '../suite/index.js';
import { environment } from './node.js';

const [, , part, parts, names] = process.argv;
const all = [...suite(environment)];
const [from, to] = [part, Number(part) + 1].map((edge) => Math.floor((all.length * Number(edge)) / Number(parts)));

let passed = 0;
const failed = [];
for (const [name, run] of all.slice(from, to)) {
  if (names === '--names') console.error(name);
  try {
    await run();
    passed++;
  } catch (error) {
    failed.push(`${name}: ${error?.stack ?? error}`);
  }
}
console.log(JSON.stringify({ passed, failed, canSuspend: environment.canSuspend }));
process.exit(0);
