import { core } from './core.js';
import { Host } from './generated/core.js';
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
    return new WapcHost(HOST, await Host.instantiate(this.#module, options));
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

  /** The core's half of a module: for pools that are made of it. */
  static of(module) {
    return module.#module;
  }

  /**
   * The core's module of a guest that is to take over, compiled where it is not yet.
   * @param {import('./index.js').GuestSource | WapcModule} source
   * @param {import('./index.js').ReplaceOptions | undefined} options
   * @param {{ memoryLimit: number | undefined, demandsIntegrity: boolean }} replaced the host (the core's, or of a worker)
   */
  static async successor(source, options, { memoryLimit, demandsIntegrity }) {
    if (!(source instanceof WapcModule)) {
      return (await core()).compileSuccessor(source, options, memoryLimit, demandsIntegrity);
    }
    source.#module.admitSuccessor(options, memoryLimit, demandsIntegrity);
    return source.#module;
  }
}
