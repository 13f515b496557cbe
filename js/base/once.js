/** Loading on first use. */

import { WapcError, messageOf } from './error.js';

/**
 * A function that loads on its first call, and gives what was loaded from then on. After a failure the next call tries
 * again.
 * @template T, Given
 * @param {string} what is loaded, for the message of WAPC_LOAD: any error but a WapcError becomes the cause of one
 * @param {(given: Given) => Promise<T>} load
 * @returns {(given?: Given) => Promise<T>}
 */
export function once(what, load) {
  /** @type {Promise<T> | undefined} */
  let loaded;
  /** @param {any} given */
  const attempt = async (given) => {
    try {
      return await load(given);
    } catch (error) {
      if (error instanceof WapcError) throw error;
      const message = messageOf(error);
      // Chromium's text names 'unsafe-eval', which allows more, and Firefox's nothing.
      // The error is known by its name: where WebAssembly is switched off, its class is missing.
      const isForbidden = error?.name === 'CompileError' && /-eval|CSP/.test(message);
      const advice = isForbidden ? "; allow 'wasm-unsafe-eval' in script-src" : '';
      throw new WapcError('WAPC_LOAD', `could not load ${what}: ${message}${advice}`, { cause: error });
    }
  };
  return (given) =>
    (loaded ??= attempt(given).catch((error) => {
      loaded = undefined;
      throw error;
    }));
}
