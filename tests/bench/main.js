/** `npm run bench [-- CASE]`: runs the benchmark on this Node, then on one with JSPI, then the page in browsers. */

import { join } from 'node:path';

import { nodeWithJspi } from '../../tools/engines.js';
import { root, run } from '../../tools/run.js';
import { firstUse, inPages, kernels, page } from './page.js';

const [, , ...only] = process.argv;
const script = join(root, 'tests/bench/run.js');
// Drawn, and not a part of all: a picture is to be looked at before it replaces another.
if (only[0] === 'waiting') {
  run(process.execPath, [join(root, 'tests/bench/waiting.js')]);
  process.exit();
}
run(process.execPath, [script, ...only]);
const node = typeof WebAssembly.Suspending === 'function' ? undefined : nodeWithJspi();
if (node !== undefined) run(node, [script, ...only]);
if (only.length === 0) await page();
if (only.length === 0 || only[0] === 'start') await firstUse();
await inPages(only[0]);
if (only.length === 0 || only.some((one) => one.includes('interrupt'))) await kernels();
