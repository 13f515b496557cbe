/** WASI with its artifact in it, as it is: for Node, Deno and Bun, where nothing is sent over a wire. */

import { base64 } from '../generated/wasi-inlined.js';
import { compileInlined } from '../loading/inlined.js';

export { Wasi } from '../wasi/wasi.js';

export const compile = () => compileInlined(base64);
