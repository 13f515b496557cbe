/** Python interpreters with one package each, kept in the cache. */

import { join } from 'node:path';

import { cache } from './cache.js';
import { debian } from './debian.js';
import { has, run, step } from './run.js';

/**
 * The path of an interpreter that has a package; installs it where it is missing.
 * @param {string} name of its folder in the cache
 * @param {string} requirement as pip takes it, with an exact version
 * @param {string} module that the package brings
 */
export function python(name, requirement, module) {
  const folder = cache(`${name}-${requirement.split('==')[1]}`);
  const interpreter = join(folder, 'bin/python');
  if (has(interpreter, '-c', `import ${module}`)) return interpreter;
  step(`installing ${requirement} (once)`);
  if (!has('python3', '-c', 'import venv, ensurepip')) debian('Python', ['python3', 'python3-venv']);
  run('python3', ['-m', 'venv', folder]);
  run(interpreter, ['-m', 'pip', 'install', '--quiet', requirement]);
  return interpreter;
}
