/** Loads WASI when the first guest that imports it is compiled. */

import { once } from '../base/once.js';
import { WASI_MODULES } from '../generated/constants.js';
import { platform } from '../platform/platform.js';
import { ownModule } from '../loading/own-modules.js';
import { importsOf } from '../invocation/shims.js';
import { watchStack } from '../invocation/stack.js';

/**
 * The engine's clock. One that a test has put in its place by the time of the first guest with WASI stands still while the
 * thread is blocked.
 */
const now = performance.now.bind(performance);

/**
 * WASI for a guest; undefined if it does not import WASI.
 * @public the core imports it
 * @param {WebAssembly.Module} guest
 * @param {import('../generated/core.js').InitOutput} core the core's raw exports
 */
export async function loadWasi(guest, core) {
  const imported = new Set(WebAssembly.Module.imports(guest).map(({ module }) => module));
  const names = WASI_MODULES.filter((name) => imported.has(name));
  if (names.length === 0) return undefined;
  return new WasiOf(await load(core), names);
}

const load = once('WASI', async (/** @type {import('../generated/core.js').InitOutput} */ core) => {
  const { Wasi, compile } = await platform.wasi();
  const module = platform.modules.wasi ?? (await compile());
  const wasi = new Wasi(module, core, platform, { ownModule, importsOf, now });
  // Stored once it was instantiated: a wrong module would fail all later calls of `init` too.
  platform.modules.wasi = module;
  watchStack(wasi.exports);
  return wasi;
});

/** WASI for one guest, under the module names that it imports. */
class WasiOf {
  #wasi;
  #names;

  constructor(wasi, names) {
    this.#wasi = wasi;
    this.#names = names;
  }

  /** True if WASI provides this function of `module`. */
  provides(module, name) {
    return this.#names.includes(module) && this.#wasi.provides(name);
  }

  /** Adds WASI to the imports of an instance, and applies its settings. Throws WAPC_ARGUMENT. */
  link(imports, guest, settings, payloadLimit, isInterruptible) {
    guest.wasi = this.#wasi.begin(guest, settings, payloadLimit, isInterruptible);
    for (const name of this.#names) {
      imports[name] = this.#wasi.imports(name === 'wasi_unstable');
    }
  }
}
