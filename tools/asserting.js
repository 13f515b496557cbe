/**
 * `npm run test:asserting`: the Node tests with a debug build, which asserts after each invocation that nothing in the
 * core is still borrowed and that all counts are right (`assert_in_order` in `src/`). It is built in a copy, so that
 * dist/ stays unchanged.
 */

import { join } from 'node:path';

import { nodeTest } from '../tests/report/node-test.js';
import { nodeWithJspi } from './engines.js';
import { Workspace } from './mutants/workspace.js';
import { fail, step } from './run.js';

const ASSERTIONS = { CARGO_PROFILE_RELEASE_DEBUG_ASSERTIONS: 'true', CARGO_PROFILE_RELEASE_OVERFLOW_CHECKS: 'true' };
const FILES = ['node', 'workers', 'wasi'].map((name) => join('tests', `${name}.test.js`));
/** Watchdog: milliseconds without a finished test after which a run is taken to hang. */
const SILENCE = 10 * 60_000;

step('building a copy of the repository, with assertions');
const workspace = new Workspace();
if (!workspace.build(ASSERTIONS)) fail('the copy could not be built');

let [passed, failed] = [0, 0];
const on = ({ kind, name, error, skipped }) => {
  if (kind !== 'test' || skipped) return;
  if (error === undefined) {
    passed++;
    return;
  }
  failed++;
  console.error(`failed: ${name}\n${error}`);
};
for (const node of [process.execPath, nodeWithJspi()].filter(Boolean)) {
  const { status } = await nodeTest(node, FILES, { cwd: workspace.path, silence: SILENCE, on });
  if (status !== 0 && failed === 0) failed++;
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;
