/**
 * The tag of a value, such as `URL`: the same in every realm, an iframe's for instance, where `instanceof` is not. Any object
 * can claim one. Throws what `Symbol.toStringTag` of the value throws.
 * @param {unknown} value
 * @returns {string}
 */
export const tagOf = (value) => Object.prototype.toString.call(value).slice(8, -1);
