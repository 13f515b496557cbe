/** Recognizes functions that are declared `async`: a host callback of that kind answers with a promise. */

import { tagOf } from '../base/tag.js';

/**
 * True for an `async function`. Tested by its tag: minifiers change `constructor.name`.
 * @param {unknown} callback
 */
export function isAsyncFunction(callback) {
  try {
    return tagOf(callback) === 'AsyncFunction';
  } catch {
    // `Symbol.toStringTag` of the caller's function, or a trap of its proxy, threw.
    return false;
  }
}
