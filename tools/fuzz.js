/** Guests that the program in tools/fuzz/ generates from seeds. */

import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

import { cache } from './cache.js';
import { root, run, step } from './run.js';

const TARGET = cache('fuzz');
const PROGRAM = join(TARGET, 'release/fuzz');

/** Builds the generator. Cached, since it takes half a minute. */
export function buildGenerator() {
  const isThere = existsSync(PROGRAM);
  if (!isThere) step('building the generator of guests (once, about half a minute)');
  const manifest = join(root, 'tools/fuzz/Cargo.toml');
  const quiet = isThere ? ['--quiet'] : [];
  run('cargo', ['build', '--release', '--locked', '--manifest-path', manifest, '--target-dir', TARGET, ...quiet]);
}

/** Generates the guests of `count` seeds from `from` on: their bytes, in the order of the seeds. */
export const guestsOf = (from, count) => generate('guests', from, count);

/** Generates modules that are no guests, likewise. */
export const modulesOf = (from, count) => generate('modules', from, count);

function generate(kind, from, count) {
  const { status, error, stdout, stderr } = spawnSync(PROGRAM, [kind, from, count], { maxBuffer: 2 ** 31 });
  if (status !== 0) throw error ?? new Error(`the generator failed: ${stderr}`);
  const guests = [];
  for (let at = 0; at < stdout.length;) {
    const length = stdout.readUInt32LE(at);
    guests.push(stdout.subarray(at + 4, at + 4 + length));
    at += 4 + length;
  }
  return guests;
}
