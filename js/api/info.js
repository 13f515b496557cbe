/** `ModuleInfo`: what a module imports, exports and was made with. */

import { OWN_EXPORTS } from '../generated/constants.js';
import { Module } from '../generated/core.js';

/**
 * Cached info by module: it never changes.
 * @type {WeakMap<WebAssembly.Module, import('./index.js').ModuleInfo>}
 */
const known = new WeakMap();

/** The imports, exports, WASI version and producers of a module, without what the host has added to it. */
export function infoOf(module) {
  let info = known.get(module);
  if (info === undefined) {
    const { exports, ...others } = Module.infoOf(module);
    info = frozen({ ...others, exports: exports.filter(({ name }) => !OWN_EXPORTS.includes(name)) });
    known.set(module, info);
  }
  return info;
}

/** Freezes a plain object deeply, since all callers share it. */
function frozen(object) {
  for (const value of Object.values(object)) if (typeof value === 'object') frozen(value);
  return Object.freeze(object);
}
