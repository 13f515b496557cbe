/**
 * The encoder and decoders of text. Undefined where the engine has none (jest's jsdom), so that the package can be imported
 * there: what uses it first throws WAPC_UNSUPPORTED (`api/core.js`).
 */

const { TextEncoder, TextDecoder } = globalThis;

const decoder = (label, fatal) => TextDecoder && new TextDecoder(label, { fatal, ignoreBOM: true });

export const encoder = TextEncoder && new TextEncoder();
/** Throws a TypeError where bytes are not UTF-8. */
export const strict = decoder('utf-8', true);
/** Puts U+FFFD where bytes are not UTF-8. */
export const lenient = decoder('utf-8', false);
export const utf16 = decoder('utf-16le', false);
