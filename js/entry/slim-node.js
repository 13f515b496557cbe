/** The package without its WebAssembly, which is given to it, in Node, Deno and Bun. */

import '../platform/node.js';
import './channels.js';
import './inspect.js';

export * from './exports.js';
export { init } from '../api/init.js';
