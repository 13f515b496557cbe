/** Marks the words of source code: enough for the languages that the page shows. */

const KEYWORDS = {
  js: 'as async await break case catch class const continue default delete do else export extends finally for from function if import in instanceof let new of return static switch this throw try typeof undefined while yield null true false',
  rust: 'as async await break const continue crate dyn else enum extern false fn for if impl in let loop match mod move mut pub ref return self Self static struct super trait true type unsafe use where while',
  ts: 'as assert break case class const continue else export false for from function if import in let new null of return this true type while',
  zig: 'and catch const continue defer else enum error export extern false fn for if import is or orelse pub return struct switch true try union unreachable usingnamespace var void while undefined usize u8 bool',
  c: 'bool break case char const continue do double else enum extern false for if int long NULL return short signed sizeof static struct switch true typedef union unsigned void while size_t define include undef',
  sh: 'npx npm node cd',
};

/** Characters of the longest text that is marked. */
const LONGEST = 20_000;

/** Words of a text that are marked at most, the first ones: ten thousand in one line keep WebKit busy for seconds. */
const MOST = 2000;

// A string or comment without its end goes on to the end of its line, or of the text: a pattern that looked for its end again at each place would
// take a time that grows with the square of the length.
const COMMENT = { sh: '#.*', zig: '\\/\\/.*', json: '(?!)' };
const STRING = `"(?:[^"\\\\\\n]|\\\\.)*"?`;
const QUOTED = { js: "'(?:[^'\\\\\\n]|\\\\.)*'?|`(?:[^`\\\\]|\\\\[^])*`?", sh: "'[^']*'?" };
QUOTED.ts = QUOTED.js;

const patterns = new Map();

function patternOf(language) {
  if (!patterns.has(language)) {
    const comment = COMMENT[language] ?? '\\/\\/.*|\\/\\*[^]*?(?:\\*\\/|$)';
    const strings = [STRING, QUOTED[language]].filter(Boolean).join('|');
    const words = (KEYWORDS[language] ?? 'true false null').replaceAll(' ', '|');
    const pattern = `(?<comment>${comment})|(?<string>${strings})|(?<keyword>(?<![\\w.'])(?:${words})(?!\\w))`;
    patterns.set(language, new RegExp(pattern, 'g'));
  }
  return patterns.get(language);
}

/** The parts of a source: texts, each with its kind, or none. */
function* parts(text, language) {
  if (text.length > LONGEST) return yield [text];
  let at = 0;
  let marks = 0;
  for (const match of text.matchAll(patternOf(language))) {
    if (++marks > MOST) break;
    if (match.index > at) yield [text.slice(at, match.index)];
    yield [match[0], Object.keys(match.groups).find((kind) => match.groups[kind] !== undefined)];
    at = match.index + match[0].length;
  }
  if (at < text.length) yield [text.slice(at)];
  return undefined;
}

/**
 * Nodes of a source, line by line.
 * @returns {Node[][]}
 */
export function highlight(text, language) {
  const lines = [[]];
  for (const [part, kind] of parts(text, language)) {
    part.split('\n').forEach((piece, i) => {
      if (i > 0) lines.push([]);
      if (piece === '') return;
      const node = document.createTextNode(piece);
      if (kind === undefined) return void lines.at(-1).push(node);
      const span = document.createElement('span');
      span.className = kind;
      span.append(node);
      lines.at(-1).push(span);
    });
  }
  return lines;
}
