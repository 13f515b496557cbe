/** Instantiates the core. */

import { attach, imports } from '../generated/core.js';
import { openProbes } from '../invocation/room.js';
import { watchStack } from '../invocation/stack.js';

/**
 * Instantiates the core, and returns its raw exports. Synchronously where the engine allows it: older browsers refuse that
 * on the main thread of a page.
 * @param {WebAssembly.Module} module
 */
export async function instantiate(module) {
  const given = imports();
  let instance;
  try {
    instance = new WebAssembly.Instance(module, given);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    instance = await WebAssembly.instantiate(module, given);
  }
  const exports = /** @type {any} */ (attach(instance, module));
  watchStack(exports);
  await openProbes(exports);
  return exports;
}
