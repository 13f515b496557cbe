/** Running other programs, and saying what is missing. */

import { spawnSync } from 'node:child_process';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository. */
export const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** Ends the process with one line. */
export function fail(message) {
  console.error(`error: ${message}`);
  process.exit(1);
}

/** Whether a program can be started. */
export function has(command, ...args) {
  return spawnSync(command, args.length > 0 ? args : ['--version'], { stdio: 'ignore' }).status === 0;
}

/** Runs a program in sight of the user; ends the process with its failure. */
export function run(command, args, { cwd = root, env, quiet = false } = {}) {
  const stdio = quiet ? ['ignore', 'pipe', 'pipe'] : ['ignore', 'inherit', 'inherit'];
  const { status, error, stdout, stderr } = spawnSync(command, args, { cwd, env: { ...process.env, ...env }, stdio });
  if (error) fail(`${command}: ${error.message}`);
  if (status !== 0) {
    if (quiet) process.stderr.write(Buffer.concat([stdout, stderr]));
    fail(`\`${[command, ...args].join(' ')}\` failed`);
  }
  return quiet ? stdout.toString() : '';
}

/** Says what is about to be done, where it takes a while. */
export function step(message) {
  console.error(`» ${message}`);
}
