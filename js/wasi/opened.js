/** Open files and directories of the file system, and opening them without following symbolic links. */

import { open } from '../generated/wasi-constants.js';

const { DIRECTORY, READ, WRITE, CREATE, EXCLUSIVE, TRUNCATE } = open;

/** Option of `stat`: exact file times (ns) and inodes. */
export const BIGINT = { bigint: true };

/** Opens a file or directory without following a symbolic link in the last component. `real` is its plain path. */
export function openAt(fs, path, how, real = path) {
  const { O_RDONLY, O_WRONLY, O_RDWR, O_CREAT, O_EXCL, O_TRUNC, O_DIRECTORY, O_NOFOLLOW, O_NONBLOCK } = fs.constants;
  if (!hasHandles(fs)) return openByPath(fs, real, how);
  const access = how & WRITE ? (how & READ ? O_RDWR : O_WRONLY) : O_RDONLY;
  const flags = [
    [DIRECTORY, O_DIRECTORY],
    // O_EXCL without O_CREAT is undefined in POSIX, and creates files in Deno.
    [CREATE, how & EXCLUSIVE ? O_CREAT | O_EXCL : O_CREAT],
    [TRUNCATE, O_TRUNC],
  ].reduce((all, [flag, its]) => (how & flag ? all | its : all), access | O_NOFOLLOW);
  // O_NONBLOCK: opening a pipe must not block the thread until its other end is opened.
  return new Opened(fs, fs.openSync(path, how & DIRECTORY ? flags : flags | O_NONBLOCK, 0o666));
}

/** True if names can be looked up in an open directory through /proc, as on Linux. */
const hasHandles = (fs) => (handles ??= fs.existsSync('/proc/self/fd'));
let handles;

/** An open file or directory. */
class Opened {
  constructor(fs, fd) {
    this.fs = fs;
    this.fd = fd;
  }

  /** Calls `work` with the path of a name in this very directory, even if that is moved or replaced. */
  within(name, work) {
    return work(`/proc/self/fd/${this.fd}/${name}`);
  }

  stat() {
    return this.fs.fstatSync(this.fd, BIGINT);
  }

  setTimes(accessed, modified) {
    this.fs.futimesSync(this.fd, accessed, modified);
  }

  close() {
    this.fs.closeSync(this.fd);
  }
}

/**
 * Opens a file or directory on a platform with paths only (macOS, Windows). The opened file must be the one at its
 * path, not a symbolic link, before and after opening. It is truncated only after that check.
 */
function openByPath(fs, path, how) {
  if (how & DIRECTORY) return new Directory(fs, path);
  // Windows has neither of the last two.
  const { O_RDONLY, O_WRONLY, O_RDWR, O_CREAT, O_EXCL, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = fs.constants;
  const access = how & WRITE ? (how & READ ? O_RDWR : O_WRONLY) : O_RDONLY;
  const before = fs.lstatSync(path, { ...BIGINT, throwIfNoEntry: false });
  if (before?.isSymbolicLink()) throw failure('ELOOP');
  // O_EXCL: creates only a file that did not exist, so nothing that was put there meanwhile is opened.
  const created = how & CREATE && (before === undefined || how & EXCLUSIVE) ? O_CREAT | O_EXCL : 0;
  const fd = fs.openSync(path, access | O_NOFOLLOW | O_NONBLOCK | created, 0o666);
  try {
    const opened = fs.fstatSync(fd, BIGINT);
    if (!isSame(opened, fs.lstatSync(path, BIGINT))) throw failure('ELOOP');
    if (how & TRUNCATE) fs.ftruncateSync(fd);
    return new Opened(fs, fd);
  } catch (error) {
    fs.closeSync(fd);
    throw error;
  }
}

/**
 * Gives a file one more name. Where there are only paths, a symbolic link is made once more instead, and the new name must be
 * of the file that was looked at: macOS links what a symbolic link leads to, which may be outside of the directory.
 */
export function linkAt(fs, path, newPath) {
  if (hasHandles(fs)) return fs.linkSync(path, newPath);
  const file = fs.lstatSync(path, BIGINT);
  if (file.isSymbolicLink()) return fs.symlinkSync(fs.readlinkSync(path), newPath);
  fs.linkSync(path, newPath);
  if (isSame(file, fs.lstatSync(newPath, BIGINT))) return;
  fs.unlinkSync(newPath);
  throw failure('ELOOP');
}

const isSame = (one, other) => one.dev === other.dev && one.ino === other.ino;

const failure = (code) => Object.assign(new Error(code), { code });

/** A directory known by its path, which must lead to the same directory before and after each use. */
class Directory {
  #path;
  #identity;

  constructor(fs, path) {
    this.fs = fs;
    this.#path = path;
    this.#identity = this.stat();
    if (!this.#identity.isDirectory()) throw failure('ENOTDIR');
  }

  within(name, work) {
    // On Windows, `\` and `:` lead elsewhere too.
    if (name !== '' && /[\\:]/.test(name) && globalThis.process?.platform === 'win32') throw failure('EINVAL');
    const path = `${this.#path}/${name}`;
    this.#require();
    const result = work(path, path);
    this.#require();
    return result;
  }

  #require() {
    if (!isSame(this.#identity, this.stat())) throw failure('ENOENT');
  }

  stat() {
    return this.fs.lstatSync(this.#path, BIGINT);
  }

  setTimes(accessed, modified) {
    this.fs.lutimesSync(this.#path, accessed, modified);
  }

  close() {}
}
