import { compile, setHalf } from './compile.js';
import { Host } from '../generated/core.js';
import { WapcError } from '../base/error.js';
import { HOST, WapcHost } from './host.js';
import { requireRoom } from '../invocation/room.js';

const MODULE = Symbol('module');

/** A compiled guest: compiled once, instantiated as often as needed. */
export class WapcModule {
  #module;
  #info;

  constructor(token, module) {
    if (token !== MODULE) throw new WapcError('WAPC_ARGUMENT', 'WapcModule: use WapcModule.compile to make one');
    this.#module = module;
    setHalf(this, module);
  }

  static async compile(source, options) {
    requireRoom();
    return new WapcModule(MODULE, await compile(source, options));
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
}
