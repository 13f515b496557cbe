/** Runs the command line as a process. */

import { spawn, spawnSync } from 'node:child_process';
import { join } from 'node:path';

import { root } from '../../tools/run.js';

export const TOOL = join(root, 'bin/wapc-host.js');

/** The path of a guest of testdata/. */
export const guest = (name) => join(root, 'testdata', `${name}.wasm`);

/**
 * Runs it to its end.
 * @param {string[]} args
 * @param {{ cwd?: string, input?: string | Uint8Array, stdio?: any, node?: string[] }} [options] `input` is all of
 * standard input
 * @returns {{ status: number | null, stdout: string, stderr: string, bytes: Buffer }}
 */
export function command(args, { cwd = root, input = '', stdio, node = [] } = {}) {
  const options = { cwd, input, stdio, maxBuffer: 1 << 28 };
  const { status, stdout, stderr } = spawnSync(process.execPath, [...node, TOOL, ...args], options);
  return { status, stdout: `${stdout ?? ''}`, stderr: `${stderr ?? ''}`, bytes: stdout };
}

/** Starts it, with pipes for all of its streams. */
export const start = (args, options) => spawn(process.execPath, [TOOL, ...args], options);

/** Resolves to the exit code and the signal of a process. */
export const ended = (child) =>
  new Promise((resolve) => child.once('close', (code, signal) => resolve({ code, signal })));

/** Resolves once a stream has given some bytes. */
export const first = (stream) => new Promise((resolve) => stream.once('data', resolve));
