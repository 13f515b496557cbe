/** `npm run check`: formatting, lints and types. Runs all of them before it fails. */

import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

import { cache } from './cache.js';
import { root } from './run.js';
import { sizes } from './sizes.js';

const bin = (name, script) => [process.execPath, join(root, 'node_modules', name, script)];
const core = ['--target', 'wasm32-unknown-unknown', '--lib', '--bins'];

const generator = ['--manifest-path', 'tools/fuzz/Cargo.toml'];

const checks = [
  ['cargo', 'fmt', '--all', '--check'],
  ['cargo', 'fmt', ...generator, '--check'],
  ['cargo', 'clippy', '--quiet', '--locked', '--all-targets', '--', '-D', 'warnings'],
  ['cargo', 'clippy', '--quiet', '--locked', ...core, '--', '-D', 'warnings'],
  ['cargo', 'clippy', '--quiet', '--locked', ...generator, '--target-dir', cache('fuzz'), '--', '-D', 'warnings'],
  [...bin('eslint', 'bin/eslint.js'), '--max-warnings', '0', '.'],
  [...bin('prettier', 'bin/prettier.cjs'), '--check', '--log-level', 'warn', '.'],
  [...bin('typescript', 'bin/tsc'), '--project', 'js'],
  [...bin('typescript', 'bin/tsc'), '--project', 'bin'],
  [...bin('typescript', 'bin/tsc'), '--project', 'tests/types'],
  // Apart: the typings of NATS do not compile with `exactOptionalPropertyTypes`.
  [...bin('typescript', 'bin/tsc'), '--project', 'tests/types/nats.tsconfig.json'],
  // The generated glue is ignored by git, and imports parts of js/.
  [...bin('knip', 'bin/knip.js'), '--no-gitignore'],
  [process.execPath, 'tools/circles.js'],
  [process.execPath, 'tools/licences.js'],
  [process.execPath, 'tools/docs.js', 'check'],
];

const failed = checks.filter(([command, ...args]) => {
  const { status } = spawnSync(command, args, { cwd: root, stdio: 'inherit' });
  return status !== 0;
});
for (const command of failed) console.error(`failed: ${command.join(' ')}`);
const measured = await sizes();
const over = measured.filter(({ isOver }) => isOver);
for (const { text } of over) console.error(`over its limit: ${text}`);
const count = failed.length + over.length;
console.log(`${checks.length + measured.length - count} passed, ${count} failed`);
process.exitCode = count > 0 ? 1 : 0;
