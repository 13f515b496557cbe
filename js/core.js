/** The core, loaded when it is first needed and once. */

import init, { Module } from './generated/core.js';
import { base64 } from './generated/inlined.js';
import { watchStack } from './sys/stack.js';

/** @type {Promise<typeof Module> | undefined} */
let loaded;

/** The core's `Module` class. A load that fails is tried again by the next caller. */
export function core() {
  loaded ??= load().catch((error) => {
    loaded = undefined;
    throw error;
  });
  return loaded;
}

async function load() {
  const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  watchStack(await init({ module_or_path: bytes }));
  return Module;
}
