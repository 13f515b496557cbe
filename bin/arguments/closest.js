/** Suggestions for names that were misspelt. */

/**
 * A sentence that suggests the name that was meant, with a space after it; empty where none is near.
 * @param {string} name as it was written
 * @param {string[]} names those that there are
 * @param {string} [prefix] of names, for the message
 */
export function closest(name, names, prefix = '') {
  const near = names.map((other) => [distance(name.toLowerCase(), other), other]).sort(([a], [b]) => a - b);
  const [edits, meant] = near[0] ?? [Infinity, ''];
  const isNear = edits < meant.length && edits <= Math.max(1, Math.floor(meant.length / 3));
  return isNear ? `Did you mean ${prefix}${meant}? ` : '';
}

/** Edits between two words: insertions, deletions, replacements, and swaps of neighbours. */
function distance(a, b) {
  const rows = Array.from({ length: a.length + 1 }, (_, i) => [i, ...Array(b.length).fill(0)]);
  for (let j = 1; j <= b.length; j++) rows[0][j] = j;
  for (let i = 1; i <= a.length; i++) {
    for (let j = 1; j <= b.length; j++) {
      const isSame = a[i - 1] === b[j - 1];
      rows[i][j] = Math.min(rows[i - 1][j] + 1, rows[i][j - 1] + 1, rows[i - 1][j - 1] + (isSame ? 0 : 1));
      const isSwapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (isSwapped) rows[i][j] = Math.min(rows[i][j], rows[i - 2][j - 2] + 1);
    }
  }
  return rows[a.length][b.length];
}
