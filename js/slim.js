/** The package without its WebAssembly, which is given to it, in a browser. */

import './web.js';

export * from './api.js';
export { init } from './init.js';
