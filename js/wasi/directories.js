/**
 * Directories of the machine, for guests that were given some. Rust walks paths one name at a time and names nothing but
 * names here; each is looked up in a directory that is open, without following symbolic links, so that what becomes of
 * a path or a name meanwhile leads nowhere else. Answers are numbers from 0 on, or an errno below: nothing throws.
 */

import { encoder, strict } from '../base/encoding.js';
import { entriesIn, kindOf } from './entries.js';
import { change, errno, open, relate } from '../generated/wasi-constants.js';
import { BIGINT, openAt } from './opened.js';

export class Directories {
  #fs;
  /** The open files and directories, by handle. */
  #open = [];
  #free = [];
  /** The handles of each guest that has some, by its number. */
  #owned = new Map();
  /** The guest that each handle belongs to. */
  #owners = [];
  /** The bytes of the last answer that has a length, until they are taken. */
  held = new Uint8Array(0);

  /** @param {typeof import('node:fs') | undefined} fs */
  constructor(fs) {
    this.#fs = fs;
  }

  /** How many handles there are. */
  get count() {
    return this.#open.length - this.#free.length;
  }

  /** A text of Rust's. */
  name(bytes) {
    return strict.decode(bytes);
  }

  /** Opens a directory that a guest is given. Throws what the file system says. */
  openRoot(path, owner) {
    return this.#keep(openAt(this.#fs, this.#fs.realpathSync(path), open.DIRECTORY), owner);
  }

  #keep(opened, owner) {
    const handle = this.#free.pop() ?? this.#open.length;
    this.#open[handle] = opened;
    this.#owners[handle] = owner;
    if (!this.#owned.has(owner)) this.#owned.set(owner, new Set());
    this.#owned.get(owner).add(handle);
    return handle;
  }

  close(handle) {
    const opened = this.#open[handle];
    if (opened === undefined) return;
    this.#open[handle] = undefined;
    this.#owned.get(this.#owners[handle])?.delete(handle);
    this.#free.push(handle);
    this.#attempt(() => opened.close());
  }

  /** Closes what a guest still has open when it ends. */
  closeAllOf(owner) {
    for (const handle of this.#owned.get(owner) ?? []) this.close(handle);
    this.#owned.delete(owner);
  }

  /** The answer of `work`, or the errno of its error, below 0. */
  #attempt(work) {
    try {
      return work() ?? 0;
    } catch (error) {
      return -(errno[error.code] ?? errno.EIO);
    }
  }

  /** Holds bytes until they are taken: how many there are. */
  #hold(bytes) {
    this.held = bytes;
    return bytes.length;
  }

  open(parent, name, how) {
    return this.#attempt(() =>
      this.#keep(
        this.#open[parent].within(name, (path, real) => openAt(this.#fs, path, how, real)),
        this.#owners[parent],
      ),
    );
  }

  stat(handle, name, to) {
    return this.#attempt(() => {
      const opened = this.#open[handle];
      const stat = name === '' ? opened.stat() : opened.within(name, (path) => this.#fs.lstatSync(path, BIGINT));
      to.set([stat.dev, stat.ino, BigInt(kindOf(stat)), stat.nlink, stat.size]);
      to.set([stat.atimeNs, stat.mtimeNs, stat.ctimeNs], 5);
    });
  }

  /** Seconds; what is not a number stays as it is. */
  setTimes(handle, name, accessed, modified) {
    return this.#attempt(() => {
      const opened = this.#open[handle];
      const set = (stat, write) =>
        write(
          Number.isNaN(accessed) ? Number(stat.atimeNs) / 1e9 : accessed,
          Number.isNaN(modified) ? Number(stat.mtimeNs) / 1e9 : modified,
        );
      if (name === '') set(opened.stat(), (a, m) => opened.setTimes(a, m));
      else
        opened.within(name, (path) =>
          set(this.#fs.lstatSync(path, BIGINT), (a, m) => this.#fs.lutimesSync(path, a, m)),
        );
    });
  }

  /** The names in a directory: how many there are (4 bytes), the kind of each (1), and the names with a NUL in between. */
  list(handle) {
    return this.#attempt(() => {
      const entries = this.#open[handle].within('', (path) => entriesIn(this.#fs, path));
      const names = encoder.encode(entries.map(({ name }) => name).join('\0'));
      const all = new Uint8Array(4 + entries.length + names.length);
      new DataView(all.buffer).setUint32(0, entries.length, true);
      entries.forEach(({ kind }, index) => (all[4 + index] = kind));
      all.set(names, 4 + entries.length);
      return this.#hold(all);
    });
  }

  /** Sets the inodes of those entries (WASI's `dirent`) that have none yet; 0 stays with names that are gone. */
  setInodes(handle, entries) {
    return this.#attempt(() => {
      const opened = this.#open[handle];
      const view = new DataView(entries.buffer, entries.byteOffset, entries.length);
      for (let at = 0, next; at < entries.length; at = next) {
        next = at + 24 + view.getUint32(at + 16, true);
        if (view.getBigUint64(at + 8, true) !== 0n) continue;
        const name = strict.decode(entries.subarray(at + 24, next));
        view.setBigUint64(at + 8, this.#inode(opened, name), true);
      }
    });
  }

  #inode(opened, name) {
    try {
      return opened.within(name, (path) => this.#fs.lstatSync(path, BIGINT)).ino;
    } catch {
      return 0n;
    }
  }

  readLink(parent, name) {
    return this.#attempt(() =>
      this.#hold(
        this.#open[parent].within(name, (path) => new Uint8Array(this.#fs.readlinkSync(path, { encoding: 'buffer' }))),
      ),
    );
  }

  makeLink(parent, name, target) {
    return this.#attempt(() => this.#open[parent].within(name, (path) => this.#fs.symlinkSync(target, path)));
  }

  change(parent, name, what) {
    return this.#attempt(() =>
      this.#open[parent].within(name, (path) => {
        if (what === change.CREATE_DIRECTORY) this.#fs.mkdirSync(path);
        else if (what === change.REMOVE_DIRECTORY) this.#fs.rmdirSync(path);
        // Platforms do not agree on what they say of a directory.
        else if (this.#fs.lstatSync(path).isDirectory()) return -errno.EISDIR;
        else this.#fs.unlinkSync(path);
        return 0;
      }),
    );
  }

  relate(from, name, to, newName, how) {
    return this.#attempt(() =>
      this.#open[from].within(name, (path) =>
        this.#open[to].within(newName, (newPath) =>
          how === relate.RENAME ? this.#fs.renameSync(path, newPath) : this.#fs.linkSync(path, newPath),
        ),
      ),
    );
  }

  /** Reads straight into a guest's memory. */
  read(handle, view, position) {
    return this.#attempt(() => this.#fs.readSync(this.#open[handle].fd, view, 0, view.length, position));
  }

  /** Writes straight from it; at the end where the position is below 0. */
  write(handle, view, position) {
    return this.#attempt(() => {
      const { fd } = this.#open[handle];
      const at = position < 0 ? this.#fs.fstatSync(fd).size : position;
      return this.#fs.writeSync(fd, view, 0, view.length, at);
    });
  }

  setLength(handle, length) {
    return this.#attempt(() => this.#fs.ftruncateSync(this.#open[handle].fd, length));
  }

  sync(handle) {
    return this.#attempt(() => this.#fs.fsyncSync(this.#open[handle].fd));
  }
}
