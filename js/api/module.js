/** `WapcModule`. */

import { compile, halfOf, setHalf } from './compile.js';
import { Host } from '../generated/core.js';
import { WapcError } from '../base/error.js';
import { withCallSite } from '../base/call-site.js';
import { instantiateHalf } from './host.js';
import { infoOf } from './info.js';
import { requireRoom } from '../invocation/room.js';

const MODULE = Symbol('module');

/** Makes the `WapcModule` of a core's half. Outside of the class: bundlers rename a class that refers to itself. */
const moduleOf = (half) => new WapcModule(MODULE, half);

/** A compiled guest: compiled once, instantiated as often as needed. */
export class WapcModule {
  constructor(token, half) {
    if (token !== MODULE) throw new WapcError('WAPC_ARGUMENT', 'use WapcModule.compile');
    setHalf(this, half);
  }

  static async compile(source, options) {
    requireRoom();
    return withCallSite(this?.compile, async () => moduleOf(await compile(source, options)));
  }

  async instantiate(options) {
    requireRoom();
    return withCallSite(this.instantiate, () => instantiateHalf(() => Host.instantiate(halfOf(this), options)));
  }

  get name() {
    requireRoom();
    return halfOf(this).guestName;
  }

  get info() {
    requireRoom();
    return infoOf(halfOf(this).module);
  }

  close() {
    requireRoom();
    halfOf(this).close();
  }

  [Symbol.dispose]() {
    this.close();
  }
}
