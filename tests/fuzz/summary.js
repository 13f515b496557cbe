/** What many seeds came to, on a screen. */

/** Differences of one kind that are told in full, and kinds. */
const TOLD = 2;
const KINDS = 15;

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
  const lines = [...kinds].slice(0, KINDS).flatMap(([kind, all]) => [
    `${kind}: ${all.length}, seeds ${all
      .slice(0, 12)
      .map(({ seed }) => seed)
      .join(' ')}`,
    ...all.slice(0, TOLD).map(({ seed, detail }) => `  ${seed}: ${detail.replaceAll('\n', '\n    ').slice(0, 400)}`),
  ]);
  return kinds.size > KINDS ? [...lines, `and ${kinds.size - KINDS} other kinds`] : lines;
}
