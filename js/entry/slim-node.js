/** The package without its WebAssembly, which is given to it, in Node, Deno and Bun. */

import '../platform/node.js';

export * from '../api/api.js';
export { init } from '../api/init.js';
