/** The package without its WebAssembly, which is given to it, in Node, Deno and Bun. */

import './machine.js';

export * from './api.js';
export { init } from './init.js';
