/** Files and directories of the machine that are open, and how they are opened without following symbolic links. */

import { open } from '../generated/wasi-constants.js';

const { DIRECTORY, READ, WRITE, CREATE, EXCLUSIVE, TRUNCATE } = open;

/** File times and inodes, exactly. */
export const BIGINT = { bigint: true };

/** Opens a file or directory by a path that ends in a name, without following that. `real` is where it is by its path. */
export function openAt(fs, path, how, real = path) {
  const { O_RDONLY, O_WRONLY, O_RDWR, O_CREAT, O_EXCL, O_TRUNC, O_DIRECTORY, O_NOFOLLOW, O_NONBLOCK } = fs.constants;
  if (!hasHandles(fs)) return openByPath(fs, real, how);
  const access = how & WRITE ? (how & READ ? O_RDWR : O_WRONLY) : O_RDONLY;
  const flags = [
    [DIRECTORY, O_DIRECTORY],
    [CREATE, O_CREAT],
    [EXCLUSIVE, O_EXCL],
    [TRUNCATE, O_TRUNC],
  ].reduce((all, [flag, its]) => (how & flag ? all | its : all), access | O_NOFOLLOW);
  // A pipe must not block the thread until somebody comes to its other end.
  return new Opened(fs, fs.openSync(path, how & DIRECTORY ? flags : flags | O_NONBLOCK, 0o666));
}

/** True where names can be looked up in directories that are open, as on Linux. */
const hasHandles = (fs) => (handles ??= fs.existsSync('/proc/self/fd'));
let handles;

/** A file or directory that is open. */
class Opened {
  constructor(fs, fd) {
    this.fs = fs;
    this.fd = fd;
  }

  /** Does something with a name in it: in the very directory, wherever it is moved and whatever takes its place. */
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
 * Opens a file or directory where there are only paths (macOS, Windows): what is opened has to be what its path leads to without a
 * symbolic link, before and after; it is emptied only then.
 */
function openByPath(fs, path, how) {
  if (how & DIRECTORY) return new Directory(fs, path);
  const { O_RDONLY, O_WRONLY, O_RDWR, O_CREAT, O_EXCL, O_NOFOLLOW = 0 } = fs.constants;
  const access = how & WRITE ? (how & READ ? O_RDWR : O_WRONLY) : O_RDONLY;
  const before = fs.lstatSync(path, { ...BIGINT, throwIfNoEntry: false });
  if (before?.isSymbolicLink()) throw failure('ELOOP');
  // Created only as what was not there, so that nothing that took its place meanwhile is opened.
  const created = how & CREATE && (before === undefined || how & EXCLUSIVE) ? O_CREAT | O_EXCL : 0;
  const fd = fs.openSync(path, access | O_NOFOLLOW | created, 0o666);
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

const isSame = (one, other) => one.dev === other.dev && one.ino === other.ino;

const failure = (code) => Object.assign(new Error(code), { code });

/** A directory by its path, which has to lead to the very same one whenever it is used. */
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
    // Windows has more signs that lead elsewhere.
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
