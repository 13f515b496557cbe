/** Compiles guests. What rewrites those that can be interrupted is loaded when the first of them is compiled. */

import { WapcError } from '../base/error.js';
import { once } from '../base/once.js';
import { platform } from '../platform/platform.js';
import { compileForeign } from './compile.js';

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
 * The module of a guest. If it is to be interruptible, it is rewritten; the promise is of the WapcError why it cannot be:
 * WAPC_UNSUPPORTED, WAPC_LIMIT, WAPC_LOAD. Rejects with the engine's error if the guest does not compile.
 * @param {Uint8Array<ArrayBuffer>} guest
 * @param {boolean} isSimple true if it is soon compiled, whatever its code is
 * @param {boolean} interrupts true if it is to be interruptible
 * @public the core imports it
 */
export async function compileGuest(guest, isSimple, interrupts) {
  // An invalid guest is compiled as it came: what the rewriter appends could make a module valid that names its indices.
  if (!interrupts || !WebAssembly.validate(guest)) return compileForeign(guest, isSimple);
  try {
    const { compileRewritten } = await load();
    return noteRewritten(await compileRewritten(guest, WapcError));
  } catch (error) {
    if (!(error instanceof WapcError)) throw error;
    return error;
  }
}
