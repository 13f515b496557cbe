/** Compiles guests that can be interrupted: what rewrites them is loaded when the first of them is compiled. */

import { WapcError, messageOf } from '../base/error.js';
import { platform } from '../platform/platform.js';

/** @type {ReturnType<typeof platform.interrupt> | undefined} */
let loaded;

/**
 * The module of a guest that is rewritten so that it can be interrupted. Rejects with a CompileError if it is not valid,
 * WAPC_UNSUPPORTED, WAPC_LIMIT, WAPC_LOAD.
 * @param {Uint8Array<ArrayBuffer>} guest
 * @public the core imports it
 */
export async function compileInterruptible(guest) {
  // As it came: what the rewriter appends could make an invalid module valid that names its indices.
  if (!WebAssembly.validate(guest)) return WebAssembly.compile(guest);
  loaded ??= load().catch((error) => {
    loaded = undefined;
    throw error;
  });
  const { compileRewritten } = await loaded;
  return compileRewritten(guest, WapcError);
}

async function load() {
  try {
    return await platform.interrupt();
  } catch (error) {
    if (error instanceof WapcError) throw error;
    const message = `could not load what \`limits.interrupt\` needs: ${messageOf(error)}`;
    throw new WapcError('WAPC_LOAD', message, { cause: error });
  }
}
