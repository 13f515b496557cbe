/** WASI with its .wasm inlined and gzipped: a separate file, loaded when a guest imports WASI. */

import { base64 } from '../generated/wasi-gzipped.js';
import { compileGzipped } from '../loading/inlined.js';

export { Wasi } from '../wasi/wasi.js';

export const compile = () => compileGzipped(base64);
