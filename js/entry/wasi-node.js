/** WASI with its .wasm inlined uncompressed: for Node, Deno and Bun, where its size in transit does not matter. */

import { base64 } from '../generated/wasi-inlined.js';
import { compileInlined } from '../loading/inlined.js';

export { Wasi } from '../wasi/wasi.js';

export const compile = () => compileInlined(base64);
