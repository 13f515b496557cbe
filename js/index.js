/** The package in a browser, and anywhere else without files of its own. */

export { WapcError } from './error.js';
export { WapcHost } from './host.js';
export { WapcModule } from './module.js';
