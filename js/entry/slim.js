/** The package without its WebAssembly, which is given to it, in a browser. */

import '../platform/web.js';

export * from './exports.js';
export { init } from '../api/init.js';
