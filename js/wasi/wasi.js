/**
 * The JavaScript half of WASI (`src/wasi/`), one per thread. It gives Rust what only JavaScript can do, with numbers as
 * parameters and results. Rust has checked permissions and memory ranges before each call.
 */

import { encoder } from '../base/encoding.js';
import { WapcError, argumentError } from '../base/error.js';
import { added } from '../generated/wasi-constants.js';
import { isSeenLate, sleepWithinTime } from '../invocation/time-limit.js';
import { Directories } from './directories.js';
import { Process } from './process.js';
import { isOfMachine } from './settings.js';
import { blockBy } from './sleep.js';

export class Wasi {
  #core;
  #rust;
  #shim;
  #provided;
  #ours;
  #imports = [];
  #directories;
  /** Running guests by number. */
  #processes = [];

  /** The instance of this thread; undefined until WASI is loaded. */
  static #made;

  /** Counts what guests of this thread hold, for tests. All 0 until WASI is loaded. */
  static counts() {
    if (Wasi.#made === undefined) return { processes: 0, room: 0, handles: 0 };
    const { wasi_processes, wasi_room_used } = Wasi.#made.#rust;
    return { processes: wasi_processes(), room: wasi_room_used(), handles: Wasi.#made.#directories.count };
  }

  /**
   * @param {WebAssembly.Module} module WASI's .wasm
   * @param {import('../generated/core.js').InitOutput} core the core's raw exports
   * @param {typeof import('../platform/platform.js').platform} platform
   * @param {{ ownModule: Function, importsOf: Function, now: () => number }} ours functions of the package, passed in
   * because this file is bundled separately
   */
  constructor(module, core, platform, ours) {
    this.#core = core;
    this.#directories = new Directories(platform.fs);
    this.#rust = new WebAssembly.Instance(module, { host: this.#host(platform.block ?? blockBy(ours.now)) }).exports;
    const { wasi_shim, wasi_shim_len } = this.#rust;
    this.#ours = ours;
    this.#shim = ours.ownModule('wasi-shim', this.#own(wasi_shim(), wasi_shim_len()));
    this.#provided = new Set(WebAssembly.Module.exports(this.#shim).map(({ name }) => name));
    Wasi.#made = this;
  }

  /** The exports of WASI's .wasm. */
  get exports() {
    return this.#rust;
  }

  provides(name) {
    return this.#provided.has(name);
  }

  /** The imports for guests, with the layout of `wasi_unstable` or the current one. */
  imports(isUnstable) {
    const unstable = isUnstable ? 1 : 0;
    return (this.#imports[unstable] ??= this.#link(unstable));
  }

  #link(unstable) {
    const imports = this.#ours.importsOf(this.#core);
    Object.assign(imports, { wasi: this.#rust, host: { ...imports.host, unstable } });
    return new WebAssembly.Instance(this.#shim, imports).exports;
  }

  /**
   * Registers a guest, and passes its settings to Rust. Throws WAPC_ARGUMENT for a directory that cannot be opened, and
   * WAPC_LIMIT.
   */
  begin(guest, settings, payloadLimit, isInterruptible) {
    const { id } = guest;
    const process = new Process(guest, settings, () => {
      this.#processes[id] = undefined;
      this.#rust.wasi_end(id);
    });
    this.#processes[id] = process;
    try {
      this.#rust.wasi_begin(id, payloadLimit, Number(process.hasOwnClock), Number(isInterruptible));
      this.#passSettings(id, settings);
    } catch (error) {
      process.end();
      throw error;
    }
    return process;
  }

  #passSettings(id, { args = [], env = {}, stdin, preopens = {} }) {
    for (const argument of args) {
      this.#pass(argument);
      this.#rust.wasi_argument(id);
    }
    for (const [name, value] of Object.entries(env)) {
      this.#pass(`${name}=${value}`);
      this.#rust.wasi_variable(id);
    }
    if (stdin !== undefined) {
      this.#pass(stdin);
      this.#require(this.#rust.wasi_stdin(id));
    }
    for (const [name, directory] of Object.entries(preopens)) {
      if (isOfMachine(directory)) this.#preopenDirectory(id, name, directory);
      else this.#preopenTree(id, name, directory);
    }
  }

  #preopenDirectory(id, name, { path, readonly }) {
    let handle;
    try {
      handle = this.#directories.openRoot(path, id);
    } catch (error) {
      throw argumentError(`wasi.preopens['${name}'].path`, `a directory that can be opened (${error.message})`, path);
    }
    this.#pass(name);
    this.#require(this.#rust.wasi_preopen(id, handle, readonly ? 1 : 0));
  }

  #preopenTree(id, name, tree) {
    this.#pass('');
    this.#require(this.#rust.wasi_tree_directory(id));
    this.#fill(id, tree, `wasi.preopens['${name}']`);
    this.#pass(name);
    this.#require(this.#rust.wasi_tree_end(id));
  }

  /** Adds the children of a directory to the one that was added last. `what` names the directory in errors. */
  #fill(id, tree, what) {
    for (const [name, child] of Object.entries(tree)) {
      this.#pass(name);
      const isFile = child instanceof Uint8Array;
      if (isFile) this.#pass(child);
      const answer = isFile ? this.#rust.wasi_tree_file() : this.#rust.wasi_tree_directory(id);
      if (answer === added.NAME_REFUSED)
        throw argumentError(what, 'names of at most 255 bytes, no two alike in UTF-8', name);
      this.#require(answer);
      if (isFile) continue;
      this.#fill(id, child, `${what}['${name}']`);
      this.#rust.wasi_tree_end(id);
    }
  }

  /** Copies a text or bytes to Rust's memory, for the next call. */
  #pass(value) {
    const bytes = typeof value === 'string' ? encoder.encode(value) : value;
    const ptr = this.#rust.wasi_alloc(bytes.length) >>> 0;
    this.#require(ptr);
    this.#own(ptr, bytes.length).set(bytes);
  }

  /** Throws WAPC_LIMIT if Rust returned 0: out of room. */
  #require(answer) {
    if (answer === 0) throw new WapcError('WAPC_LIMIT', 'there is no room for what guests are given through `wasi`');
  }

  /** A view of Rust's own memory. */
  #own(ptr, length) {
    return new Uint8Array(this.#rust.memory.buffer, ptr >>> 0, length);
  }

  /** The imports of WASI's .wasm. Pointers and lengths arrive as signed numbers. */
  #host(blockFor) {
    const processes = this.#processes;
    const directories = this.#directories;
    const text = (ptr, length) => directories.name(this.#own(ptr, length));
    return {
      memory_len: (id) => processes[id].memoryLength(),
      load_u32: (id, ptr) => processes[id].load(ptr >>> 0),
      store_u32: (id, ptr, value) => processes[id].store(ptr >>> 0, value),
      read: (id, ptr, length, to) => this.#own(to, length).set(processes[id].view(ptr >>> 0, length)),
      write: (id, ptr, length, from) => processes[id].view(ptr >>> 0, length).set(this.#own(from, length)),
      random: (id, ptr, length) => processes[id].fillRandomly(ptr >>> 0, length >>> 0),
      emit: (id, stream, ptr, length) => processes[id].emit(stream, ptr >>> 0, length >>> 0),
      emit_own: (id, stream, from, length) => processes[id].emitFrom(this.#own(from, length), stream, 0, length),
      over_limit: (id, length) => this.#core.wasi_over_limit(id, length),
      clock: (id, monotonic) => processes[id].clock(monotonic),
      realtime: (id) => processes[id]?.lastTime ?? Date.now(),
      monotonic: () => performance.now(),
      is_late: (id) => Number(isSeenLate(processes[id].guest)),
      suspend: (id, milliseconds) => processes[id].guest.suspension.sleep(milliseconds),
      block: (id, milliseconds) => (sleepWithinTime(processes[id].guest, milliseconds, blockFor) ? 1 : 0),
      take: (to) => {
        const held = directories.take();
        this.#own(to, held.length).set(held);
      },
      open: (parent, name, length, how) => directories.open(parent, text(name, length), how),
      close: (handle) => directories.close(handle),
      close_all: (id) => directories.closeAllOf(id),
      stat: (handle, name, length, to) =>
        directories.stat(handle, text(name, length), new BigUint64Array(this.#rust.memory.buffer, to >>> 0, 8)),
      set_times: (handle, name, length, accessed, modified) =>
        directories.setTimes(handle, text(name, length), accessed, modified),
      list: (handle) => directories.list(handle),
      inodes: (handle, entries, length) => directories.setInodes(handle, this.#own(entries, length)),
      read_link: (parent, name, length) => directories.readLink(parent, text(name, length)),
      make_link: (parent, name, length, target, targetLength) =>
        directories.makeLink(parent, text(name, length), text(target, targetLength)),
      change: (parent, name, length, what) => directories.change(parent, text(name, length), what),
      relate: (from, name, length, to, newName, newLength, how) =>
        directories.relate(from, text(name, length), to, text(newName, newLength), how),
      read_file: (handle, id, ptr, length, position) =>
        directories.read(handle, processes[id].view(ptr >>> 0, length), position),
      write_file: (handle, id, ptr, length, position) =>
        directories.write(handle, processes[id].view(ptr >>> 0, length), position),
      set_len: (handle, length) => directories.setLength(handle, length),
      sync: (handle) => directories.sync(handle),
    };
  }
}
