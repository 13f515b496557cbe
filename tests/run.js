/** `npm test`: the native tests, then the suite in every engine, the package, the README and the types. */

import { readdirSync } from 'node:fs';
import { join } from 'node:path';

import { nodeWithJspi } from '../tools/engines.js';
import { root, run, step } from '../tools/run.js';

step('native tests');
run('cargo', ['test', '--locked', '--quiet']);
step('types');
run(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '--project', 'tests/types']);
step('Node, Chromium, Firefox, the package, the README');
const tests = readdirSync(join(root, 'tests')).filter((name) => name.endsWith('.test.js'));
run(process.execPath, ['--test', ...tests.map((name) => join('tests', name))]);

if (typeof WebAssembly.Suspending !== 'function') {
  const node = nodeWithJspi();
  if (node !== undefined) {
    step('a Node with JSPI');
    run(node, [
      '--test',
      '--test-reporter=tap',
      ...['node', 'workers', 'worker-ahead', 'worker-start'].map((name) => join('tests', `${name}.test.js`)),
    ]);
  }
}
