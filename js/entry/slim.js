/** Entry point for browsers without the WebAssembly: callers pass it to `init`. */

import '../platform/web.js';

export * from './exports.js';
export { init } from '../api/init.js';
