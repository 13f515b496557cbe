/** `npm test`: the native tests, then the suite in every engine, the package, the README and the types. */

import { readdirSync } from 'node:fs';
import { join } from 'node:path';

import { root, run, step } from '../tools/run.js';

step('native tests');
run('cargo', ['test', '--locked', '--quiet']);
step('types');
run(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '--project', 'tests/types']);
step('Node, Chromium, the package, the README');
const tests = readdirSync(join(root, 'tests')).filter((name) => name.endsWith('.test.js'));
run(process.execPath, ['--test', ...tests.map((name) => join('tests', name))]);
