/**
 * Small mutations of Rust, made in its text: rustfmt puts spaces around binary operators and nowhere else. The runner
 * drops those that do not compile.
 */

import { OPERATORS as COMMON } from './operators.js';

const OPERATORS = { ...COMMON, '==': '!=', '!=': '==', '%': '/' };

/** Patterns whose matches are replaced by what `other` returns. */
const PATTERNS = [
  {
    pattern: /(?<= )(?:==|!=|<=?|>=?|<<|>>|&&?|\|\|?|[-+]=?|[*/%])(?= )/g,
    other: (text) => OPERATORS[text],
    what: (text, other) => `${text} -> ${other}`,
  },
  {
    pattern: /(?<![\w.])(?:\d+)(?![\w.])/g,
    other: (text) => `${Number(text) + 1}`,
    what: (text, other) => `${text} -> ${other}`,
  },
  {
    pattern: /\b(?:true|false)\b/g,
    other: (text) => (text === 'true' ? 'false' : 'true'),
    what: (text, other) => `${text} -> ${other}`,
  },
  { pattern: /(?<=[ (])!(?=[a-z(])/g, other: () => '', what: () => '! left out' },
  {
    pattern: /(?<=\bif )(?!let )[^{}\n]+(?= \{)/g,
    other: () => 'true',
    what: (text) => `condition ${text} -> true`,
  },
  {
    pattern: /(?<=\bif )(?!let )[^{}\n]+(?= \{)/g,
    other: () => 'false',
    what: (text) => `condition ${text} -> false`,
  },
  {
    pattern: /(?<=^ +)[a-z_][\w.:]*(?:\(|\.)[^;{}\n=]*\)\??;(?=\n)/gm,
    // A statement that ends a function, or declares something, is no call.
    other: (text) => (/^(?:return|let|use|break|continue)\b/.test(text) ? undefined : ';'),
    what: () => 'call left out',
  },
];

/**
 * All mutations of a file's text.
 * @returns {{ start: number, end: number, text: string, what: string }[]} `text` replaces the characters from `start`
 * to `end`
 */
export function mutationsOfRust(source) {
  const code = masked(source);
  const mutations = [];
  for (const { pattern, other, what } of PATTERNS) {
    for (const { 0: match, index } of code.matchAll(pattern)) {
      const original = source.slice(index, index + match.length);
      const text = other(original);
      if (text !== undefined)
        mutations.push({ start: index, end: index + match.length, text, what: what(original, text) });
    }
  }
  return mutations;
}

/**
 * The text with blanks in place of what is not mutated: comments, strings, characters, attributes, and the tests at the
 * end.
 */
function masked(source) {
  const blank = (text) => text.replace(/[^\n]/g, '\u00a0');
  const code = source.replace(/\/\/.*|"(?:[^"\\]|\\[^])*"|'(?:[^'\\]|\\.)'|^ *#!?\[.*\]$/gm, blank);
  const tests = source.search(/^#\[cfg\(test\)\]\n(?:#\[.*\]\n)*mod \w+ \{/m);
  return tests < 0 ? code : code.slice(0, tests);
}
