/**
 * The encoder and decoders of text: Node's own where there are no global ones, as in jest with jsdom. Undefined where there are
 * none at all, so that the package can be imported there: its first use throws WAPC_UNSUPPORTED (`api/core.js`).
 */

const platform = globalThis.TextEncoder === undefined ? globalThis.process?.getBuiltinModule?.('util') : globalThis;

export const TextDecoder = platform?.TextDecoder;

const decoder = (label, fatal) => TextDecoder && new TextDecoder(label, { fatal, ignoreBOM: true });

export const encoder = platform && new platform.TextEncoder();
/** Throws a TypeError where bytes are not UTF-8. */
export const strict = decoder('utf-8', true);
/** Puts U+FFFD where bytes are not UTF-8. */
export const lenient = decoder('utf-8', false);
export const utf16 = decoder('utf-16le', false);
