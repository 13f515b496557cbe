/** The files of a new guest: those of its language, and those that all languages share, with their gaps filled. */

import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const TEMPLATES = fileURLToPath(new URL('../../templates', import.meta.url));
const PACKAGE = new URL('../../package.json', import.meta.url);

/**
 * The files by their paths.
 * @param {string} name of the language
 * @param {import('./languages.js').Language} language
 * @returns {Map<string, string>}
 */
export function filesOf(name, language) {
  const files = new Map([...templates('shared'), ...templates(name)]);
  files.set('package.json', packageJson(language));
  for (const [path, text] of files) files.set(path, filled(text, language));
  // npm leaves files of that name out of packages.
  files.set('.gitignore', files.get('gitignore'));
  files.delete('gitignore');
  return files;
}

/** The files of a folder of templates: pairs of path and text. */
function templates(folder) {
  const base = join(TEMPLATES, folder);
  return pathsIn(base).map((path) => [path, readFileSync(join(base, path), 'utf8')]);
}

/** The files below a folder, by their paths in it. */
function pathsIn(base) {
  return readdirSync(base, { withFileTypes: true }).flatMap((entry) => {
    if (entry.isFile()) return [entry.name];
    return pathsIn(join(base, entry.name)).map((path) => join(entry.name, path));
  });
}

/** Fills the gaps, such as `{{title}}`. */
const filled = (text, values) => text.replace(/\{\{(\w+)\}\}/g, (gap, key) => values[key]);

/** @param {import('./languages.js').Language} language */
function packageJson({ build, dependencies }) {
  const { version } = JSON.parse(readFileSync(PACKAGE, 'utf8'));
  const content = {
    name: 'guest',
    private: true,
    type: 'module',
    scripts: { build, pretest: 'npm run build', test: 'node --test' },
    devDependencies: { ...dependencies, 'wapc-host': `^${version}` },
  };
  return `${JSON.stringify(content, undefined, 2)}\n`;
}
