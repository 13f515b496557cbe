/** Reads payloads: from an argument, a file, standard input. */

import { createReadStream, fstatSync, statSync } from 'node:fs';

import { UsageError } from '../arguments/usage-error.js';
import { printError } from '../output/streams.js';

/** The most bytes of a payload: the package's default of `limits.payload`. */
const MOST = 2 ** 28;
/** Milliseconds after which a command that got nothing says what it waits for. */
const PATIENCE = 2_000;

/**
 * Reads the payload of an invocation.
 * @param {string | undefined} argument text; `@FILE`; `@@…` for text that begins with `@`; `-` for standard input.
 * Without one it is standard input, unless that is a terminal: then it is empty.
 * @returns {Promise<{ bytes: Uint8Array, from: string }>} `from` says in messages where it comes from
 */
export async function readPayload(argument) {
  if (argument === undefined)
    return process.stdin.isTTY ? { bytes: Buffer.alloc(0), from: 'PAYLOAD' } : standardInput();
  if (argument === '-') return standardInput();
  if (argument.startsWith('@@')) return { bytes: Buffer.from(argument.slice(1)), from: 'PAYLOAD' };
  if (argument.startsWith('@')) return fileOf(argument.slice(1));
  return { bytes: Buffer.from(argument), from: 'PAYLOAD' };
}

async function fileOf(path) {
  if (path === '')
    throw new UsageError('PAYLOAD: expected a file after "@", got nothing; the text "@" is written "@@"');
  const from = `the file ${path}`;
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory())
    throw new UsageError(`PAYLOAD: expected a file after "@", and ${path} is a directory`);
  try {
    return { bytes: await all(createReadStream(path), from), from };
  } catch (error) {
    if (error instanceof UsageError) throw error;
    const otherwise = 'text that begins with "@" is written with "@@"';
    throw new UsageError(`PAYLOAD: ${from} cannot be read (${error.code}); ${otherwise}`, { cause: error });
  }
}

async function standardInput() {
  const from = 'standard input';
  // Node reads a directory as an empty payload.
  if (fstatSync(0).isDirectory())
    throw new UsageError(`PAYLOAD: expected a file or a pipe at ${from}, got a directory`);
  const hint = "wapc-host: reading the payload from standard input; '' as PAYLOAD is an empty one\n";
  const timer = setTimeout(() => printError(hint), PATIENCE);
  process.stdin.once('data', () => clearTimeout(timer));
  try {
    return { bytes: await all(process.stdin, from), from };
  } finally {
    clearTimeout(timer);
  }
}

/** All bytes of a stream. */
async function all(stream, from) {
  const chunks = [];
  let length = 0;
  for await (const chunk of stream) {
    length += chunk.length;
    if (length > MOST) throw new UsageError(`PAYLOAD: ${from} has more than ${MOST} bytes, the most of a payload`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, length);
}
