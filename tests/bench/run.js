/** Measures all cases, or those whose names contain an argument. Absolute times depend on the machine; read the ratios. */

import { createRequire } from 'node:module';
import { cpus } from 'node:os';

import { pinCaller, unpinCaller } from './cores.js';
import { cases as interruptible, interrupting } from './interrupting.js';
import { cases as invocations } from './invocations.js';
import { measure, median } from './measure.js';
import { cases as overNats, close as closeNats, costs } from './nats.js';
import { cases as pools, close } from './pools.js';
import { cases as routes } from './routes.js';
import { start } from './start.js';
import { stopping } from './stopping.js';
import { cases as writes } from './writes.js';

/**
 * @typedef {object} Case
 * @property {string} label
 * @property {Record<string, (times: number) => unknown>} competitors by column: ours, peer, byHand
 * @property {(ns: Record<string, number>) => number} ratio the ratio that `target` applies to
 * @property {string} target
 * @property {number} [per] operations in one
 * @property {() => Promise<unknown>} [prepare] starts what takes long to start: it is no part of any round
 * @property {number} [turns] rounds, of a case that takes long
 * @property {boolean} [pinned] whether the caller gets a core of its own: for cases whose workers run on the other
 */

const only = process.argv[2];
const { version } = createRequire(import.meta.url)('@wapc/host/package.json');
console.log(`Node ${process.version}, V8 ${process.versions.v8}, ${cpus().length} x ${cpus()[0].model.trim()}`);
console.log(
  `peer: @wapc/host ${version}, or what the case names; by hand: handwritten.js, bare.js; ns per operation\n`,
);
const table = [['case', 'ours', 'peer', 'by hand', 'ratio', 'must be']];
const all = [...invocations, ...routes, ...(await interruptible()), ...writes, ...pools, ...overNats];
for (const { label, competitors, ratio, target, per, turns, prepare, pinned } of all) {
  if (only !== undefined && !label.includes(only)) continue;
  await prepare?.();
  if (pinned) pinCaller();
  const rounds = await measure(competitors, per, turns);
  if (pinned) unpinCaller();
  const cell = (name) => (competitors[name] === undefined ? '' : median(rounds.map((round) => round[name])).toFixed(0));
  // The median of the rounds' ratios: drift between rounds affects neither.
  table.push([label, cell('ours'), cell('peer'), cell('byHand'), median(rounds.map(ratio)).toFixed(2), target]);
}
const widths = table[0].map((_, column) => Math.max(...table.map((row) => row[column].length)));
for (const row of table)
  console.log(row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i]))).join('  '));
if (only === undefined || only === 'NATS') await costs();
await Promise.all([close(), closeNats()]);
if (only === undefined || only.includes('interrupt')) await interrupting();
if (only === undefined) {
  await stopping();
  start();
}
