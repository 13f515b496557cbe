/**
 * Prints what rewriting a module for `limits.interrupt` takes, as JSON: for each module its name, the ratio to validating
 * the same bytes, the time (ms a MiB), and by how much it grows (%). A process of its own, as in interrupt-short.js.
 */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { rewrite } from '../../js/interrupt/rewriter.js';
import { root } from '../../tools/run.js';
import { measure, median, sync } from './measure.js';
import { modulesOfOthers } from './modules.js';

const dist = (name) => readFileSync(join(root, 'dist', name));
const rewriter = new WebAssembly.Module(dist('interrupt.wasm'));

const results = [];
for (const [name, bytes] of [['core', dist('core.wasm')], ...modulesOfOthers()]) {
  const rewritten = () => rewrite(new WebAssembly.Instance(rewriter).exports, bytes).bytes;
  const cases = { rewriting: sync(rewritten), validating: sync(() => WebAssembly.validate(bytes)) };
  const rounds = await measure(cases, 1, 11);
  results.push({
    name,
    ratio: median(rounds.map(({ rewriting, validating }) => rewriting / validating)),
    perMebibyte: (median(rounds.map(({ rewriting }) => rewriting)) / bytes.length) * (2 ** 20 / 1e6),
    growth: (rewritten().length / bytes.length - 1) * 100,
  });
}
console.log(JSON.stringify(results));
