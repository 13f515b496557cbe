import { compile, halfOf, setHalf } from './compile.js';
import { Host } from '../generated/core.js';
import { WapcError } from '../base/error.js';
import { HOST, WapcHost } from './host.js';
import { requireRoom } from '../invocation/room.js';

const MODULE = Symbol('module');

/** A compiled guest: compiled once, instantiated as often as needed. */
export class WapcModule {
  #info;

  constructor(token, half) {
    if (token !== MODULE) throw new WapcError('WAPC_ARGUMENT', 'WapcModule: use WapcModule.compile to make one');
    setHalf(this, half);
  }

  static async compile(source, options) {
    requireRoom();
    return new WapcModule(MODULE, await compile(source, options));
  }

  async instantiate(options) {
    requireRoom();
    return new WapcHost(HOST, await Host.instantiate(halfOf(this), options));
  }

  get info() {
    requireRoom();
    this.#info ??= halfOf(this).info();
    return this.#info;
  }

  close() {
    requireRoom();
    halfOf(this).close();
  }

  [Symbol.dispose]() {
    this.close();
  }
}
