/** Compiles modules from their bytes: on this thread where that is soon done, or on the engine's own threads. */

import { platform } from '../platform/platform.js';

/**
 * Compiles a module of the package, on this thread: of one that the engine's own threads compile, a page is told some
 * milliseconds later. Rejects with the engine's error.
 * @param {Uint8Array<ArrayBuffer>} bytes
 */
export async function compileOwn(bytes) {
  try {
    return new WebAssembly.Module(bytes);
  } catch (error) {
    // Older browsers refuse modules of more than 4 KB on the main thread of a page.
    if (!(error instanceof RangeError)) throw error;
    return WebAssembly.compile(bytes);
  }
}

/**
 * Compiles a guest, on this thread if it is simple. Rejects with the engine's error.
 * @param {Uint8Array<ArrayBuffer>} bytes
 * @param {boolean} isSimple true for a guest that V8 compiles soon, whatever its code is (`src/simple.rs`)
 */
export const compileForeign = (bytes, isSimple) =>
  isSimple && platform.isV8 ? compileOwn(bytes) : WebAssembly.compile(bytes);
