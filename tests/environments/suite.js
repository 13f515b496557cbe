/** Runs the suite in an engine whose test runner is not used: prints the outcomes as JSON on the last line. */

import process from 'node:process';

import { suite } from '../suite/index.js';
import { environment } from './node.js';

let passed = 0;
const failed = [];
for (const [name, run] of suite(environment)) {
  try {
    await run();
    passed++;
  } catch (error) {
    failed.push(`${name}: ${error?.stack ?? error}`);
  }
}
console.log(JSON.stringify({ passed, failed, canSuspend: environment.canSuspend }));
process.exit(0);
