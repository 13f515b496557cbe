/** Text, traps and outcomes, as `reference.js` needs them. */

export const NOTHING = new Uint8Array(0);

const encoder = new TextEncoder();
export const encode = (text) => encoder.encode(text);

/** Makes a decoder that copies first: decoders refuse shared memory. */
const decoder = (encoding, fatal) => {
  const made = new TextDecoder(encoding, { fatal, ignoreBOM: true });
  return (bytes) => made.decode(bytes.slice());
};
/** UTF-8; throws a TypeError where it is broken. */
export const strict = decoder('utf-8', true);
/** UTF-8, with U+FFFD where it is broken. */
export const lenient = decoder('utf-8', false);
export const utf16 = decoder('utf-16le', false);

/** `(module (func (export "trap") unreachable))` */
const TRAP = [1, 4, 1, 96, 0, 0, 3, 2, 1, 0, 7, 8, 1, 4, 116, 114, 97, 112, 0, 0, 10, 5, 1, 3, 0, 0, 11];
const module = new WebAssembly.Module(Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0, ...TRAP));

/** Throws an error that no guest can catch. */
export const { trap } = new WebAssembly.Instance(module).exports;

/** The outcome of a function: `{ result }` or `{ thrown: { error } }`. */
export function attempt(work) {
  try {
    return { result: work() };
  } catch (error) {
    return { thrown: { error } };
  }
}
