/** WASI, with its artifact inlined: a file of its own, loaded when a guest imports WASI. */

import { bytesOf } from './base64.js';
import { base64 } from './generated/wasi.js';

export { Wasi } from './wasi/wasi.js';

export const compile = () => WebAssembly.compile(bytesOf(base64));
