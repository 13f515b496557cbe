/**
 * Text encoder and decoders. Without global ones, as in jest with jsdom, they are Node's. Undefined if the engine has
 * neither, so that the package can still be imported: its first use throws WAPC_UNSUPPORTED (`api/core.js`).
 */

const platform = globalThis.TextEncoder === undefined ? globalThis.process?.getBuiltinModule?.('util') : globalThis;

export const TextDecoder = platform?.TextDecoder;

const decoder = (label, fatal) => TextDecoder && new TextDecoder(label, { fatal, ignoreBOM: true });

export const encoder = platform && new platform.TextEncoder();
/** Throws a TypeError for malformed UTF-8. */
export const strict = decoder('utf-8', true);
/** Decodes malformed UTF-8 to U+FFFD. */
export const lenient = decoder('utf-8', false);
export const utf16 = decoder('utf-16le', false);
