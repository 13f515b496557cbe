/** WebAssembly inlined in a script as Base64, which works wherever JavaScript does. */

import { WapcError } from '../base/error.js';
import { compileOwn } from './compile.js';

const NO_BROWSER =
  "DecompressionStream is missing here: in jest's jsdom, set testEnvironmentOptions.customExportConditions to ['node']";

/** Compiles an uncompressed module: no other form is ready to run sooner. */
export const compileInlined = (base64) => compileOwn(bytesOf(base64));

/** Compiles a gzipped module. Gzipped before the Base64 encoding, since Base64 compresses badly in transit. */
export async function compileGzipped(base64) {
  if (typeof DecompressionStream !== 'function') throw new WapcError('WAPC_UNSUPPORTED', NO_BROWSER);
  return compileOwn(await decompress(bytesOf(base64)));
}

/** Decompresses gzip. A writer and a reader take Chromium half as long as a Blob, a pipe and a Response do. */
async function decompress(gzipped) {
  const { writable, readable } = new DecompressionStream('gzip');
  const writer = writable.getWriter();
  // Where decompressing fails, these two promises reject like `read` below, which is the one that is reported.
  Promise.allSettled([writer.write(gzipped), writer.close()]);
  // A gzip file ends with the length of its content.
  const end = new DataView(gzipped.buffer, gzipped.byteOffset + gzipped.length - 4);
  const bytes = new Uint8Array(end.getUint32(0, true));
  const reader = readable.getReader();
  for (let at = 0, read; !(read = await reader.read()).done; at += read.value.length) bytes.set(read.value, at);
  return bytes;
}

/** Decodes Base64 the fastest way available: `atob` takes 5 ms for the core, the others less than 1 ms. */
function bytesOf(base64) {
  if (typeof Uint8Array.fromBase64 === 'function') return Uint8Array.fromBase64(base64);
  const { Buffer } = globalThis;
  if (Buffer !== undefined) return Buffer.from(base64, 'base64');
  const text = atob(base64);
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}
