/**
 * Directories of the machine, for guests that were given some; nothing here throws into Rust. Rust walks paths one name at a time and names nothing but
 * names here; each is looked up in a directory that is open, without following symbolic links, so that what becomes of
 * a path or a name meanwhile leads nowhere else. Answers are numbers from 0 on, or an errno below.
 */

/** WASI's numbers of what file systems say. */
const ERRNO = Object.fromEntries(
  Object.entries({
    EACCES: 2,
    EAGAIN: 6,
    EBADF: 8,
    EBUSY: 10,
    EDQUOT: 19,
    EEXIST: 20,
    EFBIG: 22,
    EILSEQ: 25,
    EINVAL: 28,
    EIO: 29,
    EISDIR: 31,
    ELOOP: 32,
    EMFILE: 33,
    EMLINK: 34,
    ENAMETOOLONG: 37,
    ENFILE: 33,
    ENOENT: 44,
    ENOSPC: 51,
    ENOTDIR: 54,
    ENOTEMPTY: 55,
    ENOTSUP: 58,
    ENXIO: 60,
    EPERM: 63,
    EPIPE: 64,
    EROFS: 69,
    ESPIPE: 70,
    ETXTBSY: 74,
    EXDEV: 75,
  }),
);

// How a name is opened, and what is done with it; `src/imports/wasi/sys.rs` has the same.
const DIRECTORY = 1;
const READ = 2;
const WRITE = 4;
const CREATE = 8;
const EXCLUSIVE = 16;
const TRUNCATE = 32;
const CREATE_DIRECTORY = 0;
const REMOVE_DIRECTORY = 1;
const RENAME = 0;

const BIGINT = { bigint: true };

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

export class Directories {
  #fs;
  /** What is open, by handle. */
  #open = [];
  #free = [];
  /** What the last answer that has a length was. */
  held = new Uint8Array(0);

  /** @param {typeof import('node:fs') | undefined} fs */
  constructor(fs) {
    this.#fs = fs;
  }

  /** A text of Rust's. */
  name(bytes) {
    return decoder.decode(bytes);
  }

  /** Opens a directory that a guest is given. Throws what the file system says. */
  openRoot(path) {
    return this.#keep(openAt(this.#fs, this.#fs.realpathSync(path), DIRECTORY));
  }

  #keep(opened) {
    const handle = this.#free.pop() ?? this.#open.length;
    this.#open[handle] = opened;
    return handle;
  }

  close(handle) {
    this.#attempt(() => this.#open[handle].close());
    this.#open[handle] = undefined;
    this.#free.push(handle);
  }

  /** What `work` answers, or the errno of what it throws. */
  #attempt(work) {
    try {
      return work() ?? 0;
    } catch (error) {
      return -(ERRNO[error.code] ?? ERRNO.EIO);
    }
  }

  /** Holds bytes until they are taken: how many there are. */
  #hold(bytes) {
    this.held = bytes;
    return bytes.length;
  }

  open(parent, name, how) {
    return this.#attempt(() =>
      this.#keep(this.#open[parent].within(name, (path, real) => openAt(this.#fs, path, how, real))),
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

  /** The names in a directory: for each inode (8 bytes), kind (4), length of its name (4), and the name. */
  list(handle) {
    return this.#attempt(() => {
      const opened = this.#open[handle];
      const entries = opened.within('', (path) => this.#fs.readdirSync(path, { encoding: 'buffer' })).flatMap(entryOf);
      const encoded = entries.map(({ name, bytes }) => {
        const entry = new Uint8Array(16 + bytes.length);
        const view = new DataView(entry.buffer);
        const look = (path) => this.#fs.lstatSync(path, { ...BIGINT, throwIfNoEntry: false });
        const stat = opened.within(name, look);
        view.setBigUint64(0, stat?.ino ?? 0n, true);
        view.setUint32(8, stat === undefined ? 0 : kindOf(stat), true);
        view.setUint32(12, bytes.length, true);
        entry.set(bytes, 16);
        return entry;
      });
      const all = new Uint8Array(encoded.reduce((length, entry) => length + entry.length, 0));
      encoded.reduce((at, entry) => (all.set(entry, at), at + entry.length), 0);
      return this.#hold(all);
    });
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
        if (what === CREATE_DIRECTORY) this.#fs.mkdirSync(path);
        else if (what === REMOVE_DIRECTORY) this.#fs.rmdirSync(path);
        // Platforms do not agree on what they say of a directory.
        else if (this.#fs.lstatSync(path).isDirectory()) return -ERRNO.EISDIR;
        else this.#fs.unlinkSync(path);
        return 0;
      }),
    );
  }

  relate(from, name, to, newName, how) {
    return this.#attempt(() =>
      this.#open[from].within(name, (path) =>
        this.#open[to].within(newName, (newPath) =>
          how === RENAME ? this.#fs.renameSync(path, newPath) : this.#fs.linkSync(path, newPath),
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

/** Opens a file or directory by a path that ends in a name, without following that. `real` is where it is by its path. */
function openAt(fs, path, how, real = path) {
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

/** Whether names can be looked up in directories that are open, as on Linux. */
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
 * The same where there are only paths (macOS, Windows): what is opened has to be what its path leads to without a
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

function kindOf(stat) {
  if (stat.isFile()) return 4;
  if (stat.isDirectory()) return 3;
  if (stat.isSymbolicLink()) return 7;
  if (stat.isCharacterDevice()) return 2;
  if (stat.isBlockDevice()) return 1;
  return stat.isSocket() ? 6 : 0;
}

/** A name that a guest can say: UTF-8. */
function entryOf(bytes) {
  try {
    return [{ name: decoder.decode(bytes), bytes }];
  } catch {
    return [];
  }
}
