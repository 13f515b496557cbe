/** Rows as lines, in columns as wide as what they hold. */

import { onOneLine } from './printable.js';

/**
 * @param {string[][]} texts the cells of each row, which may be a guest's
 * @param {{ right?: number[] }} [options] `right`: columns whose cells stand to the right
 * @returns {string[]} indented
 */
export function table(texts, { right = [] } = {}) {
  const rows = texts.map((row) => row.map(onOneLine));
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  const cell = (text, column) => (right.includes(column) ? text.padStart(widths[column]) : text.padEnd(widths[column]));
  return rows.map((row) => `  ${row.map(cell).join('  ')}`.trimEnd());
}
