import { core } from './core.js';
import { WapcError } from './error.js';
import { HOST, WapcHost } from './host.js';
import { requireRoom } from './sys/room.js';

const MODULE = Symbol('module');

/** A compiled guest: compiled once, instantiated as often as needed. */
export class WapcModule {
  #module;
  #info;

  constructor(token, module) {
    if (token !== MODULE) throw new WapcError('WAPC_ARGUMENT', 'WapcModule: use WapcModule.compile to make one');
    this.#module = module;
  }

  static async compile(source, options) {
    requireRoom();
    const Module = await core();
    return new WapcModule(MODULE, await Module.compile(source, options, false));
  }

  async instantiate(options) {
    requireRoom();
    return new WapcHost(HOST, await this.#module.instantiate(options));
  }

  get info() {
    requireRoom();
    this.#info ??= this.#module.info();
    return this.#info;
  }

  close() {
    requireRoom();
    this.#module.close();
  }

  [Symbol.dispose]() {
    this.close();
  }

  /** The core's module of `source`, compiled where it is not yet: for hosts that exchange their guest. */
  static async of(source) {
    if (!(source instanceof WapcModule)) source = await WapcModule.compile(source);
    return source.#module;
  }
}
