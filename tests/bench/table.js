/** Measures cases, and prints them as a table. For every engine. */

import { measure, median } from './measure.js';

/**
 * @typedef {object} Case
 * @property {string} label
 * @property {Record<string, (times: number) => unknown>} competitors by column: ours, peer, byHand
 * @property {(ns: Record<string, number>) => number} ratio the ratio that `target` applies to
 * @property {string} target
 * @property {number} [per] operations in one
 * @property {() => Promise<unknown>} [prepare] starts what takes long to start: it is no part of any round
 * @property {number} [turns] rounds, of a case that takes long
 * @property {number} [warmUp] ms that each competitor runs before it is measured, of a case whose threads take long to
 *   be compiled
 * @property {boolean} [apart] whether it is measured in a process of its own: what other cases leave behind changes it
 * @property {boolean} [pinned] whether the caller gets a core of its own: for cases whose workers run on the other
 */

const COLUMNS = ['ours', 'peer', 'byHand'];

/** Measures a case: a row of the table. */
export async function row({ label, competitors, ratio, target, per, turns, warmUp }) {
  const rounds = await measure(competitors, per, turns, warmUp);
  const cell = (name) => (competitors[name] === undefined ? '' : median(rounds.map((round) => round[name])).toFixed(0));
  // The median of the rounds' ratios: drift between rounds affects neither.
  return [label, ...COLUMNS.map(cell), median(rounds.map(ratio)).toFixed(2), target];
}

/** Prints rows with their head. */
export function print(rows) {
  const table = [['case', 'ours', 'peer', 'by hand', 'ratio', 'must be'], ...rows];
  const widths = table[0].map((_, column) => Math.max(...table.map((row) => row[column].length)));
  for (const row of table) {
    console.log(row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i]))).join('  '));
  }
}
