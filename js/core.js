/** The core, loaded when it is first needed and once. */

import init, { Module } from './generated/core.js';
import { base64 } from './generated/inlined.js';
import { platform } from './platform.js';
import { watchStack } from './sys/stack.js';

/** @type {Promise<typeof Module> | undefined} */
let loaded;
/** @type {WebAssembly.Exports | undefined} */
let exports;

/** The core's `Module` class. A load that fails is tried again by the next caller. */
export function core() {
  loaded ??= load().catch((error) => {
    loaded = undefined;
    throw error;
  });
  return loaded;
}

/** The core's raw exports, once it is loaded. */
export const rawExports = () => exports;

async function load() {
  const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  // Apart from instantiating it: workers get the module.
  const module = await WebAssembly.compile(bytes);
  exports = await init({ module_or_path: module });
  platform.core = module;
  watchStack(exports);
  return Module;
}
