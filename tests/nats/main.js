/** `npm run test:cluster`: the chaos of chaos.js with 20,000 requests, in this Node and in one with JSPI. */

import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

import { nodeWithJspi } from '../../tools/engines.js';
import { chaos } from './chaos.js';

const TOTAL = 20_000;
const ONCE = '--once';

async function runHere() {
  const begun = performance.now();
  const { wrong, refused, twice, ...counts } = await chaos(TOTAL);
  const bad = [...wrong, ...refused, ...twice];
  const seconds = ((performance.now() - begun) / 1000).toFixed(1);
  console.log(`Node ${process.version}: ${JSON.stringify(counts)} in ${seconds} s`);
  for (const text of bad) console.log(`  wrong: ${text}`);
  const isWhole = counts.requests === TOTAL && counts.answered + counts.lost + refused.length === TOTAL;
  if (bad.length > 0 || !isWhole) process.exitCode = 1;
}

await runHere();
const other = process.argv.includes(ONCE) ? undefined : nodeWithJspi();
if (other !== undefined) {
  const { status } = spawnSync(other, [fileURLToPath(import.meta.url), ONCE], { stdio: 'inherit' });
  if (status !== 0) process.exitCode = 1;
}
