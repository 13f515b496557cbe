/** The examples in a folder of their own, installed by the commands of their READMEs. */

import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { cache } from '../../tools/cache.js';
import { root } from '../../tools/run.js';

const IGNORED = /\/(node_modules|target|dist|package-lock\.json|greeter\.wasm)$/;

/** A folder like a clone after `npm run build`, with its examples; what cargo makes is kept in the cache. */
export function cloned() {
  const scratch = mkdtempSync(join(tmpdir(), 'wapc-examples-'));
  for (const name of ['package.json', 'dist']) symlinkSync(join(root, name), join(scratch, name));
  cpSync(join(root, 'examples'), join(scratch, 'examples'), {
    recursive: true,
    filter: (source) => !IGNORED.test(source),
  });
  for (const crates of ['guests', 'kubewarden-policy/policy']) {
    const kept = cache('examples-target', crates);
    mkdirSync(kept, { recursive: true });
    symlinkSync(kept, join(scratch, 'examples', crates, 'target'));
  }
  return { folder: (name) => join(scratch, 'examples', name), remove: () => rmSync(scratch, { recursive: true }) };
}

/** Runs a command in an example: what it printed, and its status. */
export function run(folder, command, args, env = {}) {
  const options = { cwd: folder, encoding: 'utf8', env: { ...process.env, ...env } };
  const { status, stdout, stderr } = spawnSync(command, args, options);
  return { status, stdout, stderr };
}

/** Installs an example; packages of the registry are taken from a folder where they are installed already. */
export function install(folder, packages = {}) {
  for (const [name, from] of Object.entries(packages)) {
    if (!existsSync(join(from, 'node_modules', name))) throw new Error(`${from} has no ${name}`);
    mkdirSync(dirname(join(folder, 'node_modules', name)), { recursive: true });
    symlinkSync(join(from, 'node_modules', name), join(folder, 'node_modules', name));
  }
  // `npm install` would replace what was linked.
  if (Object.keys(packages).length > 0) symlinkSync(dirname(dirname(folder)), join(folder, 'node_modules/wapc-host'));
  else {
    const { status, stderr } = run(folder, 'npm', ['install', '--offline', '--no-audit', '--no-fund', '--silent']);
    if (status !== 0) throw new Error(stderr);
  }
}

/** Arguments of npm that start an example and print nothing of npm's own. */
export const quiet = ['start', '--silent', '--'];
