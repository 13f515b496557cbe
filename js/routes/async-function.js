/**
 * True for an `async function`. Tested by its tag: minifiers change `constructor.name`.
 * @param {unknown} callback
 */
export function isAsyncFunction(callback) {
  try {
    return Object.prototype.toString.call(callback) === '[object AsyncFunction]';
  } catch {
    // `Symbol.toStringTag` of the caller's function, or a trap of its proxy, threw.
    return false;
  }
}
