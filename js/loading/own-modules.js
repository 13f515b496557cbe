/** The package's small modules between guests and the core or WASI, compiled on first use. */

import { platform } from '../platform/platform.js';

/**
 * The module of a name.
 * @param {string} name
 * @param {Uint8Array<ArrayBuffer>} bytes compiled unless the platform has the module already
 */
export const ownModule = (name, bytes) => (platform.modules[name] ??= new WebAssembly.Module(bytes));

/** The bytes of a module that the core exports: `variant` is for those of which it has several. */
export const bytesIn = (core, name, variant) =>
  new Uint8Array(core.memory.buffer, core[`${name}_module`](variant), core[`${name}_module_len`](variant));

/** The exports of a new instance of that module. */
export function instantiateOwn(name, bytes, imports) {
  return new WebAssembly.Instance(ownModule(name, bytes), imports).exports;
}
