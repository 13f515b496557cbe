/** The package without its WebAssembly, which is given to it, in a browser. */

import '../platform/web.js';

export * from '../api/api.js';
export { init } from '../api/init.js';
