import { Module } from '../generated/core.js';

/**
 * What was read of each module: it never changes.
 * @type {WeakMap<WebAssembly.Module, import('./index.js').ModuleInfo>}
 */
const known = new WeakMap();

/** Imports, exports, WASI and producers of a module. */
export function infoOf(module) {
  let info = known.get(module);
  if (info === undefined) known.set(module, (info = frozen(Module.infoOf(module))));
  return info;
}

/** A plain object with all that is in it, which nobody changes any more: everybody gets the same. */
function frozen(object) {
  for (const value of Object.values(object)) if (typeof value === 'object') frozen(value);
  return Object.freeze(object);
}
