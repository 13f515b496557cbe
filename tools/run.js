/** Runs other programs, and reports what is missing. */

import { spawnSync } from 'node:child_process';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The root folder of the repository. */
export const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** Ends the process with one line. */
export function fail(message) {
  console.error(`error: ${message}`);
  process.exit(1);
}

/** True where a program can be started. */
export function has(command, ...args) {
  return spawnSync(command, args.length > 0 ? args : ['--version'], { stdio: 'ignore' }).status === 0;
}

/** Runs a program and shows its output; ends the process if it fails. */
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

/** Announces a step that takes a while. */
export function step(message) {
  console.error(`» ${message}`);
}
