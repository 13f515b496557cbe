/** Loads the core once, on first use. */

import { Module } from '../generated/core.js';
import { instantiate } from './instantiate.js';
import { encoder } from '../base/encoding.js';
import { WapcError } from '../base/error.js';
import { once } from '../base/once.js';
import { platform } from '../platform/platform.js';

const NO_ENCODER =
  "TextEncoder is missing here: in jest's jsdom, set testEnvironmentOptions.customExportConditions to ['node']";

/** @type {import('../generated/core.js').InitOutput | undefined} */
let exports;

/** The core's `Module` class. Loads the core of `given`, if none is loaded. */
export const core = once('the core', async (given = () => platform.core()) => {
  if (encoder === undefined) throw new WapcError('WAPC_UNSUPPORTED', NO_ENCODER);
  // Compiled separately from instantiation: workers receive the module.
  const module = platform.modules.core ?? (await given());
  exports = await instantiate(module);
  // Stored once it was instantiated: a wrong module would fail all later calls of `init` too.
  platform.modules.core = module;
  return Module;
});

/** The core's raw exports; undefined until it is loaded. */
export const rawExports = () => exports;
