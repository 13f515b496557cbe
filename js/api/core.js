/** Loads the core once, on first use. */

import { Module } from '../generated/core.js';
import { instantiate } from './instantiate.js';
import { encoder } from '../base/encoding.js';
import { WapcError, messageOf } from '../base/error.js';
import { platform } from '../platform/platform.js';

/** @type {Promise<typeof Module> | undefined} */
let loaded;
/** @type {import('../generated/core.js').InitOutput | undefined} */
let exports;

/** The core's `Module` class. After a failed load, the next call tries again. */
export function core() {
  loaded ??= load().catch((error) => {
    loaded = undefined;
    throw error;
  });
  return loaded;
}

/** The core's raw exports; undefined until it is loaded. */
export const rawExports = () => exports;

async function load() {
  if (encoder === undefined) throw new WapcError('WAPC_UNSUPPORTED', 'TextEncoder is missing here');
  // Compiled separately from instantiation: workers receive the module.
  platform.modules.core ??= await compile();
  exports = await instantiate(platform.modules.core);
  return Module;
}

async function compile() {
  try {
    return await platform.core();
  } catch (error) {
    if (error instanceof WapcError) throw error;
    throw new WapcError('WAPC_LOAD', `could not load the core: ${messageOf(error)}`, { cause: error });
  }
}
