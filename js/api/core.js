/** The core, loaded when it is first needed and once. */

import { Module } from '../generated/core.js';
import { instantiate } from './instantiate.js';
import { encoder } from '../base/encoding.js';
import { WapcError, messageOf } from '../base/error.js';
import { platform } from '../platform/platform.js';

/** @type {Promise<typeof Module> | undefined} */
let loaded;
/** @type {import('../generated/core.js').InitOutput | undefined} */
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
  if (encoder === undefined) throw new WapcError('WAPC_UNSUPPORTED', 'TextEncoder is missing here');
  // Apart from instantiating it: workers get the module.
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
