/**
 * The pages of the site: docs/ as it stands in the repository, and a page for every file of the repository that those
 * link to. Links stay relative, so that they lead to the same on the site and on a forge.
 */

import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { dirname, extname, join, relative } from 'node:path';

import { root } from '../run.js';

/** Where the files stand that are not in docs/. */
const ELSEWHERE = 'repository';

const LINK = /(\]\()(?!https?:|#|mailto:)([^)#\s]+)((?:#[^)]*)?\))/g;

/** Languages of code by the extensions of files. */
const LANGUAGES = { '.c': 'c', '.h': 'c', '.js': 'js', '.rs': 'rust', '.ts': 'ts', '.zig': 'zig' };

/** The path of a file's page, from the site's root. */
function pageOf(path) {
  if (path === 'docs/reference/README.md') return 'reference/index.md';
  if (path.startsWith('docs/')) return path.slice('docs/'.length);
  return join(ELSEWHERE, extname(path) === '.md' ? path : `${path}.md`);
}

/** The page of a file that is no document: its text, or the names in a folder. */
function codePage(path) {
  const file = join(root, path);
  const isFolder = statSync(file).isDirectory();
  const text = isFolder ? `${readdirSync(file).join('\n')}\n` : readFileSync(file, 'utf8');
  const fence = '`'.repeat(5);
  return `# ${path}\n\n${fence}${LANGUAGES[extname(path)] ?? 'text'}\n${text}${fence}\n`;
}

/** Links of a text by what `to` makes of their paths. Code is left as it is. */
const mapLinks = (text, to) =>
  text
    .split(/^(```.*?^```)/ms)
    .map((part) => (part.startsWith('```') ? part : part.replace(LINK, (_, a, path, b) => `${a}${to(path)}${b}`)))
    .join('');

/**
 * Writes the pages of the documents, and of all that they link to, into a folder. Fails where a link of a document
 * leads nowhere; those between pages are VitePress's to check.
 * @param {string} folder
 * @param {string[]} documents paths in the repository
 */
export function writePages(folder, documents) {
  const pending = [...documents];
  const seen = new Set(pending);
  for (const path of pending) {
    const page = pageOf(path);
    const write = (text) => {
      mkdirSync(dirname(join(folder, page)), { recursive: true });
      writeFileSync(join(folder, page), text);
    };
    if (extname(path) !== '.md') {
      write(codePage(path));
      continue;
    }
    const to = (link) => {
      const target = join(dirname(path), link).replace(/\/$/, '');
      if (!existsSync(join(root, target))) throw new Error(`${path}: ${link} leads nowhere`);
      if (extname(target) === '.svg') return link;
      if (!seen.has(target)) {
        seen.add(target);
        pending.push(target);
      }
      const linked = relative(dirname(page), pageOf(target));
      return linked.startsWith('.') ? linked : `./${linked}`;
    };
    write(mapLinks(readFileSync(join(root, path), 'utf8'), to));
  }
  cpSync(join(root, 'docs/figures'), join(folder, 'figures'), { recursive: true });
}
