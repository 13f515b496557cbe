/** WebAssembly inlined in a script as hexadecimal text, which works wherever JavaScript does. */

import { encoder } from '../base/encoding.js';
import { compileOwn } from './compile.js';

/** Compiles a module, whose bytes are `hex`. */
export const compileInlined = (hex) => compileOwn(bytesOf(hex));

/** Decodes hexadecimal text, in lower case, the fastest way available: engines take 0.1 to 0.3 ms for the core. */
function bytesOf(hex) {
  if (typeof Uint8Array.fromHex === 'function') return Uint8Array.fromHex(hex);
  const { Buffer } = globalThis;
  if (Buffer !== undefined) return Buffer.from(hex, 'hex');
  const digits = encoder.encode(hex);
  return new Uint8Array(hex.length / 2).map(
    (_, index) => (valueOf(digits[index * 2]) << 4) | valueOf(digits[index * 2 + 1]),
  );
}

/** The value of a hexadecimal digit. The code of `1` ends with 1, that of `a` too, and only letters are 64 or more. */
const valueOf = (code) => (code & 15) + (code >> 6) * 9;
