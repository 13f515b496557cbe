/** WASI, with its artifact inlined: a file of its own, loaded when a guest imports WASI. */

import { base64 } from './generated/wasi.js';

export { Wasi } from './wasi/wasi.js';

export const compile = () => WebAssembly.compile(Uint8Array.from(atob(base64), (character) => character.charCodeAt(0)));
