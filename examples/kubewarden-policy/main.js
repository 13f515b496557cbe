/** Judges the admission requests of files: `npm start [FILE…]`. */

import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

import { loadPolicy } from './judge.js';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const files = process.argv.slice(2);
const policy = await loadPolicy(here('policy/target/wasm32-unknown-unknown/release/namespace_label_policy.wasm'), {
  label: 'team',
});
for (const file of files.length > 0 ? files : ['requests/shop.json', 'requests/scratch.json'].map(here)) {
  const request = JSON.parse(await readFile(file, 'utf8'));
  const { accepted, message } = await policy.judge(request);
  console.log(`${request.name} in ${request.namespace}:`, accepted ? 'admitted' : `refused, ${message}`);
}
policy.close();
