/** Draws a chart of lines as SVG, with logarithmic axes: in the colours of docs/figures, light and dark. */

const [WIDTH, HEIGHT] = [800, 440];
/** Where the axes are. The names of the lines stand to the right. */
const [LEFT, RIGHT, TOP, BOTTOM] = [70, 560, 30, 380];

/** Colours of lines, for light and dark ground, and how they are dashed: colour alone does not tell them apart. */
const STYLES = [
  ['#4b3fbf', '#a79cff', 'none'],
  ['#0f766e', '#5fd4c6', 'none'],
  ['#555e6b', '#a4adba', '3 4'],
  ['#b45309', '#f6b35c', '8 4'],
  ['#b91c1c', '#fca5a5', '8 4 2 4'],
];

/** Vertical distance that two names need. */
const NAME = 22;

const escaped = (text) => text.replace(/[&<>]/g, (sign) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;' })[sign]);
const short = (value) => (value >= 1e6 ? `${value / 1e6} M` : value >= 1e3 ? `${value / 1e3},000` : `${value}`);

/**
 * The chart's text.
 * @param {{ name: string, points: [number, number][] }[]} lines
 * @param {{ x: string, y: string, note: string }} titles of the axes, and what was measured where
 */
export function chart(lines, { x: titleX, y: titleY, note }) {
  const xs = lines[0].points.map(([x]) => x);
  const values = lines.flatMap(({ points }) => points.map(([, y]) => y));
  const [low, high] = [Math.floor(Math.log10(Math.min(...values))), Math.ceil(Math.log10(Math.max(...values)))];
  const along = (value, from, to, first, last) => first + ((value - from) / (to - from)) * (last - first);
  const xOf = (x) => along(Math.log2(x), Math.log2(xs[0]), Math.log2(xs.at(-1)), LEFT, RIGHT);
  const yOf = (y) => along(Math.log10(y), low, high, BOTTOM, TOP);
  const grid = Array.from({ length: high - low + 1 }, (_, step) => 10 ** (low + step));

  const names = lines.map(({ name, points }, at) => ({ name, at, y: yOf(points.at(-1)[1]) + 5 }));
  names.sort((one, other) => one.y - other.y);
  names.forEach((label, at) => {
    if (at > 0) label.y = Math.max(label.y, names[at - 1].y + NAME);
  });

  const path = ({ points }) =>
    points.map(([px, py], at) => `${at ? 'L' : 'M'}${xOf(px).toFixed(1)} ${yOf(py).toFixed(1)}`);
  const told = lines.map(
    ({ name, points }) => `${name}: ${Math.round(points[0][1])} to ${Math.round(points.at(-1)[1])}`,
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-labelledby="title about">
  <title id="title">${escaped(titleY)}, by ${escaped(titleX)}</title>
  <desc id="about">From ${xs[0]} to ${xs.at(-1)} ${escaped(titleX)}: ${escaped(told.join('; '))}.</desc>
  <style>
    svg { --ground: #f6f7f9; --ink: #1a1e24; --quiet: #555e6b; --line: #c3cad4; ${STYLES.map(([light], i) => `--c${i}: ${light}`).join('; ')} }
    @media (prefers-color-scheme: dark) {
      svg { --ground: #15181d; --ink: #e8eaee; --quiet: #a4adba; --line: #4a525f; ${STYLES.map(([, dark], i) => `--c${i}: ${dark}`).join('; ')} }
    }
    text { font: 14px system-ui, sans-serif; fill: var(--ink) }
    .quiet { fill: var(--quiet); font-size: 13px }
    .ground { fill: var(--ground) }
    .grid { stroke: var(--line); stroke-width: 1 }
    .line { fill: none; stroke-width: 2.5 }
    .middle { text-anchor: middle }
    .end { text-anchor: end }
${STYLES.map(([, , dashes], i) => `    .c${i} { stroke: var(--c${i}); stroke-dasharray: ${dashes} }\n    .n${i} { fill: var(--c${i}) }`).join('\n')}
  </style>
  <rect class="ground" width="${WIDTH}" height="${HEIGHT}" rx="14"/>
${grid
  .map(
    (value) =>
      `  <path class="grid" d="M${LEFT} ${yOf(value).toFixed(1)}H${RIGHT}"/><text class="quiet end" x="${LEFT - 8}" y="${(yOf(value) + 5).toFixed(1)}">${short(value)}</text>`,
  )
  .join('\n')}
${xs.map((value) => `  <text class="quiet middle" x="${xOf(value).toFixed(1)}" y="${BOTTOM + 20}">${value}</text>`).join('\n')}
  <text class="quiet" x="${LEFT - 50}" y="18">${escaped(titleY)}</text>
  <text class="quiet middle" x="${(LEFT + RIGHT) / 2}" y="${BOTTOM + 44}">${escaped(titleX)}</text>
  <text class="quiet end" x="${WIDTH - 14}" y="${BOTTOM + 44}">${escaped(note)}</text>
${lines.map((line, at) => `  <path class="line c${at}" d="${path(line).join('')}"/>`).join('\n')}
${names.map(({ name, at, y }) => `  <text class="n${at}" x="${RIGHT + 12}" y="${y.toFixed(1)}">${escaped(name)}</text>`).join('\n')}
</svg>
`;
}
