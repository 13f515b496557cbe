/** Compiles guests that can be interrupted: what rewrites them is loaded when the first of them is compiled. */

import { WapcError } from '../base/error.js';
import { once } from '../base/once.js';
import { platform } from '../platform/platform.js';

const load = once('what `limits.interrupt` needs', () => platform.interrupt());

/**
 * The modules that were rewritten. What a module exports says nothing: guests choose that.
 * @type {WeakSet<WebAssembly.Module>}
 */
const rewritten = new WeakSet();

/** True for a module that was rewritten so that it can be interrupted. */
export const isRewritten = (module) => rewritten.has(module);

/** Notes that a module was rewritten: here, or on the thread that has sent it. */
export function noteRewritten(module) {
  rewritten.add(module);
  return module;
}

/**
 * The module of a guest that is rewritten so that it can be interrupted, or the WapcError why it cannot be:
 * WAPC_UNSUPPORTED, WAPC_LIMIT, WAPC_LOAD. Rejects with the engine's error if it does not compile.
 * @param {Uint8Array<ArrayBuffer>} guest
 * @public the core imports it
 */
export async function compileInterruptible(guest) {
  // As it came: what the rewriter appends could make an invalid module valid that names its indices.
  if (!WebAssembly.validate(guest)) return WebAssembly.compile(guest);
  try {
    const { compileRewritten } = await load();
    return noteRewritten(await compileRewritten(guest, WapcError));
  } catch (error) {
    if (!(error instanceof WapcError)) throw error;
    return error;
  }
}
