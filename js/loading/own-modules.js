/** The small modules that stand between guests and the core, or WASI: compiled when they are first needed. */

import { platform } from '../platform/platform.js';

/**
 * The module of that name.
 * @param {string} name
 * @param {Uint8Array<ArrayBuffer>} bytes which are compiled where the platform has not done so already
 */
export const ownModule = (name, bytes) => (platform.modules[name] ??= new WebAssembly.Module(bytes));

/** The exports of a fresh instance of it. */
export function instantiateOwn(name, bytes, imports) {
  return new WebAssembly.Instance(ownModule(name, bytes), imports).exports;
}
