/** Rows as lines, in columns as wide as what they hold. */

/**
 * @param {string[][]} rows
 * @param {{ right?: number[] }} [options] `right`: columns whose cells stand to the right
 * @returns {string[]} indented
 */
export function table(rows, { right = [] } = {}) {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  const cell = (text, column) => (right.includes(column) ? text.padStart(widths[column]) : text.padEnd(widths[column]));
  return rows.map((row) => `  ${row.map(cell).join('  ')}`.trimEnd());
}
