/** Writes a folder whole or not at all. */

import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';

import { UsageError } from '../arguments/usage-error.js';
import { Failure } from '../output/failure.js';

/**
 * Writes files into a folder that is not there, or is empty.
 * @param {string} folder
 * @param {Map<string, string>} files by their paths
 * @throws {UsageError} the folder is not empty, or is no folder
 */
export function writeFolder(folder, files) {
  checkEmpty(folder);
  try {
    write(resolve(folder), files);
  } catch (error) {
    throw new Failure(error.code, `init: ${folder} cannot be written: ${error.message}`, { cause: error });
  }
}

function write(target, files) {
  // On the folder's disk, where files are renamed in place of copied. Inside of a folder that is there: it may be a mount
  // point, or its parent read-only.
  const place = existsSync(target) ? target : dirname(target);
  mkdirSync(place, { recursive: true });
  const draft = mkdtempSync(join(place, '.wapc-host-'));
  try {
    for (const [path, text] of files) {
      mkdirSync(dirname(join(draft, path)), { recursive: true });
      writeFileSync(join(draft, path), text);
    }
    publish(draft, target);
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
}

function checkEmpty(folder) {
  if (folder === '') throw new UsageError('init: expected a folder, got ""; "." is this one. Nothing was written');
  if (!existsSync(folder)) {
    if (!isLink(folder)) return;
    throw new UsageError(
      `init: expected a new folder, and ${folder} is a link to what is not there. Nothing was written`,
    );
  }
  if (!statSync(folder).isDirectory()) throw new UsageError(`init: expected a new folder, and ${folder} is a file`);
  const [first] = readdirSync(folder);
  if (first === undefined) return;
  const found = `${folder} is not empty: ${JSON.stringify(first)} is in it`;
  throw new UsageError(`init: expected a new or empty folder, and ${found}. Nothing was written`);
}

function isLink(path) {
  try {
    return lstatSync(path).isSymbolicLink();
  } catch {
    // Not there, or below a file.
    return false;
  }
}

/** Moves what was written to its place; an empty folder stays the one that it is, since a shell may be in it. */
function publish(draft, target) {
  if (!existsSync(target)) {
    renameSync(draft, target);
    // Temporary folders are their owner's alone.
    chmodSync(target, 0o777 & ~process.umask());
    return;
  }
  const moved = [];
  try {
    for (const name of readdirSync(draft)) {
      renameSync(join(draft, name), join(target, name));
      moved.push(name);
    }
  } catch (error) {
    for (const name of moved) rmSync(join(target, name), { recursive: true });
    throw error;
  }
}
