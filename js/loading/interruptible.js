/** Compiles guests that can be interrupted: what rewrites them is loaded when the first of them is compiled. */

import { WapcError, messageOf } from '../base/error.js';
import { platform } from '../platform/platform.js';

/** @type {ReturnType<typeof platform.interrupt> | undefined} */
let loaded;

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
    loaded ??= load();
    const { compileRewritten } = await loaded;
    return noteRewritten(await compileRewritten(guest, WapcError));
  } catch (error) {
    if (!(error instanceof WapcError)) throw error;
    // The next one tries again.
    if (error.code === 'WAPC_LOAD') loaded = undefined;
    return error;
  }
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
