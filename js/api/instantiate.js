/** Instantiates the core. */

import init, { initSync } from '../generated/core.js';
import { openProbes } from '../invocation/room.js';
import { watchStack } from '../invocation/stack.js';

/**
 * Instantiates the core, and returns its raw exports. Synchronously where the engine allows it (older browsers do not):
 * the asynchronous way tests for a `Response`, and accessing that global takes Node 10 ms.
 * @param {WebAssembly.Module} module
 */
export async function instantiate(module) {
  let exports;
  try {
    exports = initSync({ module });
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    exports = await init({ module_or_path: module });
  }
  watchStack(exports);
  await openProbes(exports);
  return exports;
}
