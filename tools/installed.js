/** npm packages that few commands need: installed into the cache, so that `npm ci` does not bring them. */

import { existsSync, mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { cache } from './cache.js';
import { run, step } from './run.js';

/** Installs npm packages that the repository itself does not need into the cache: their folder. */
export function installed(name, packages) {
  const names = Object.entries(packages).map(([name, version]) => `${name}@${version}`);
  const folder = cache(`${name}-${Object.values(packages).join('-')}`);
  if (!existsSync(join(folder, 'package-lock.json'))) {
    step(`installing ${names.join(', ')} (once)`);
    mkdirSync(folder, { recursive: true });
    run('npm', ['install', '--prefix', folder, '--no-audit', '--no-fund', ...names], { quiet: true });
  }
  return folder;
}

/** Imports an npm package. */
export const load = (folder, name) => {
  const resolved = createRequire(join(folder, 'package.json')).resolve(name);
  return import(pathToFileURL(resolved));
};
