/** WASI with its .wasm inlined: a separate file, loaded when a guest imports WASI. */

import { hex } from '../generated/wasi-inlined.js';
import { compileInlined } from '../loading/inlined.js';

export { Wasi } from '../wasi/wasi.js';

export const compile = () => compileInlined(hex);
