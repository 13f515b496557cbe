import { Module } from '../generated/core.js';

/**
 * What was read of each module: it never changes.
 * @type {WeakMap<WebAssembly.Module, import('./index.js').ModuleInfo>}
 */
const known = new WeakMap();

/** Imports, exports, WASI and producers of a module. */
export function infoOf(module) {
  let info = known.get(module);
  if (info === undefined) known.set(module, (info = Module.infoOf(module)));
  return info;
}
