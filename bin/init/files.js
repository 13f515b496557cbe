/** The files of a new guest: those of its language, and those that all languages share, with their gaps filled. */

import { readFileSync, readdirSync } from 'node:fs';
import { join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const TEMPLATES = join(ROOT, 'templates');

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
  const content = {
    name: 'guest',
    private: true,
    type: 'module',
    scripts: { build, pretest: 'npm run build', test: 'node --test' },
    devDependencies: { ...dependencies, 'wapc-host': ownVersion() },
  };
  return `${JSON.stringify(content, undefined, 2)}\n`;
}

/** True if this package is an installed one, not a clone. */
export const isInstalled = ROOT.split(sep).includes('node_modules');

/** This package, as a dependency: its version, or the folder of a clone, which may be ahead of what is published. */
function ownVersion() {
  if (!isInstalled) return `file:${ROOT}`;
  return `^${JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')).version}`;
}
