/** What every entry point exports. */

export { WapcError } from '../base/error.js';
export { WapcHost } from './host.js';
export { WapcModule } from './module.js';
export { WapcPool } from './pool.js';
