/** The documents of the repository, and the fenced blocks in them. */

import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

import { root } from '../../tools/run.js';
import { anchorOf } from '../../tools/site/anchors.js';

const namesIn = (folder) => readdirSync(join(root, folder));
const markdownIn = (folder) => namesIn(folder).filter((name) => name.endsWith('.md'));

/** Each document of the repository: its path, and its text. */
export const documents = [
  ...markdownIn('.'),
  ...['docs', 'examples'].flatMap((folder) => markdownIn(folder).map((name) => `${folder}/${name}`)),
  ...namesIn('examples')
    .map((name) => `examples/${name}/README.md`)
    .filter((path) => existsSync(join(root, path))),
].map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }));

/**
 * The fenced blocks of a text, in their order: `language`, `block`, and `file` where the line before names one, in
 * backticks and with a colon.
 */
export const blocksOf = (text) =>
  [...text.matchAll(/(?:^`([^`\n]+)`:\n\n)?^```(\w+)\n(.*?)^```/gms)].map(([, file, language, block]) => ({
    file,
    language,
    block,
  }));

/** The fenced blocks of a language in all documents: each with the path of its document. */
export const blocks = (wanted) =>
  documents.flatMap(({ path, text }) =>
    blocksOf(text)
      .filter(({ language }) => language === wanted)
      .map((each) => ({ path, ...each })),
  );

/** The expected output of a snippet: its `// prints:` comments. */
export const prints = (snippet) => [...snippet.matchAll(/\/\/ prints: (.*)/g)].map(([, line]) => `${line}\n`).join('');

/** The sections of a text by their headings of the second level. */
export const sectionsOf = (text) =>
  text
    .split(/^## /m)
    .slice(1)
    .map((section) => ({ title: section.slice(0, section.indexOf('\n')), text: section }));

/** The anchors of a document's headings, as forges make them. */
export function anchorsOf(text) {
  const prose = text.replace(/^```.*?^```/gms, '');
  const headings = [...prose.matchAll(/^#+ (.*)$/gm)].map(([, heading]) => heading);
  return headings.map((heading) => anchorOf(heading.replace(/\]\([^)]*\)/g, ']')));
}
