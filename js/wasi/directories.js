/**
 * Directories of the file system, for guests that have preopens. Rust walks paths one component at a time and passes
 * only names to this class. Each name is looked up in an open directory without following symbolic links, so renaming
 * or replacing part of a path meanwhile cannot lead outside. Results are numbers from 0 on, or a negative errno. Only
 * `openRoot` throws.
 */

import { NOTHING } from '../base/bytes.js';
import { encoder, strict } from '../base/encoding.js';
import { entriesIn, kindOf } from './entries.js';
import { change, errno, open, relate } from '../generated/wasi-constants.js';
import { BIGINT, linkAt, openAt } from './opened.js';

export class Directories {
  #fs;
  /** Open files and directories by handle. */
  #open = [];
  #free = [];
  /** Handles of each guest by its number. */
  #owned = new Map();
  /** The owner (guest number) of each handle. */
  #owners = [];
  /** Bytes of the last result that is a length, until Rust takes them. */
  #held = NOTHING;

  /** @param {typeof import('node:fs') | undefined} fs */
  constructor(fs) {
    this.#fs = fs;
  }

  /** Number of open handles. */
  get count() {
    return this.#open.length - this.#free.length;
  }

  /** Decodes a text from Rust's memory. */
  name(bytes) {
    return strict.decode(bytes);
  }

  /** Opens a preopened directory. Throws the file system's error. */
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

  /** Closes all handles of a guest that ends. */
  closeAllOf(owner) {
    for (const handle of this.#owned.get(owner) ?? []) this.close(handle);
    this.#owned.delete(owner);
  }

  /** The result of `work` (undefined becomes 0), or the negative errno of its error. */
  #attempt(work) {
    try {
      return work() ?? 0;
    } catch (error) {
      return -(errno[error.code] ?? errno.EIO);
    }
  }

  /** Holds bytes until Rust takes them. Returns their length. */
  #hold(bytes) {
    this.#held = bytes;
    return bytes.length;
  }

  /** Takes the bytes of the last result that is a length. */
  take() {
    const held = this.#held;
    this.#held = NOTHING;
    return held;
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

  /** Sets file times in seconds. NaN leaves a time unchanged. */
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

  /**
   * Lists a directory: the number of entries (4 bytes), the kind of each (1 byte), and the names separated by NUL.
   * Returns the length of the list.
   */
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

  /** Fills in the inodes of `dirent` entries that have none. Entries that are gone keep 0. */
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
        // Checked explicitly: platforms disagree on the error of unlinking a directory.
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
          how === relate.RENAME ? this.#fs.renameSync(path, newPath) : linkAt(this.#fs, path, newPath),
        ),
      ),
    );
  }

  /** Reads directly into guest memory. */
  read(handle, view, position) {
    return this.#attempt(() => this.#fs.readSync(this.#open[handle].fd, view, 0, view.length, position));
  }

  /** Writes directly from guest memory. A negative position appends. */
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
