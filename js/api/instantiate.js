import init, { initSync } from '../generated/core.js';
import { openProbes } from '../invocation/room.js';
import { watchStack } from '../invocation/stack.js';

/**
 * Instantiates the core: its raw exports. At once where that is allowed, which older browsers do not: the other way looks
 * whether it was given a `Response`, and asking for that takes Node 10 ms.
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
