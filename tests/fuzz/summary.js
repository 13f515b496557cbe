/** Summarizes the results of many seeds on one screen. */

/** The number of kinds of differences shown, and the characters shown of the first of each. */
const KINDS = 15;
const LENGTH = 240;

export function summaryOf(summaries, milliseconds) {
  const sum = (of) => summaries.reduce((total, summary) => total + of(summary), 0);
  const codes = {};
  for (const summary of summaries) {
    for (const [code, times] of Object.entries(summary.codes)) codes[code] = (codes[code] ?? 0) + times;
  }
  const outcomes = Object.entries(codes).sort(([, a], [, b]) => b - a);
  const differences = summaries.flatMap((summary) => summary.differences);
  return [
    `${sum(({ seeds }) => seeds)} seeds, ${sum(({ valid }) => valid)} valid guests, ${Math.round(milliseconds / 1000)} s`,
    `outcomes: ${outcomes.map(([code, times]) => `${code} ${times}`).join(', ')}`,
    ...byKind(differences),
    `${differences.length} differences`,
  ].join('\n');
}

function byKind(differences) {
  const kinds = new Map();
  for (const difference of differences) kinds.set(difference.kind, [...(kinds.get(difference.kind) ?? []), difference]);
  const lines = [...kinds].slice(0, KINDS).flatMap(([kind, all]) => {
    const [{ seed, detail }] = all;
    const seeds = [...new Set(all.map((difference) => difference.seed))].slice(0, 12).join(' ');
    return [`${kind}: ${all.length}, seeds ${seeds}`, `  ${seed}: ${detail.replace(/\s+/g, ' ').slice(0, LENGTH)}`];
  });
  return kinds.size > KINDS ? [...lines, `and ${kinds.size - KINDS} other kinds`] : lines;
}
