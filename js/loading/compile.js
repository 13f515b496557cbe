/** Compiles modules from their bytes. */

/**
 * Most bytes of a module that is compiled on this thread, which takes it about 1 ms. A page that has another thread
 * compile it hears of the module some milliseconds later.
 */
const MOST_AT_ONCE = 128 * 1024;

/**
 * The module of `bytes`. Rejects with the engine's error.
 * @param {Uint8Array<ArrayBuffer>} bytes
 */
export async function compile(bytes) {
  if (bytes.length <= MOST_AT_ONCE) {
    try {
      return new WebAssembly.Module(bytes);
    } catch (error) {
      // Older browsers refuse modules of more than 4 KB on the main thread of a page.
      if (!(error instanceof RangeError)) throw error;
    }
  }
  return WebAssembly.compile(bytes);
}
