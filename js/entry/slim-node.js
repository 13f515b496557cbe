/** Entry point for Node, Deno and Bun without the WebAssembly: callers pass it to `init`. */

import '../platform/node.js';
import './channels.js';
import './inspect.js';

export * from './exports.js';
export { init } from '../api/init.js';
