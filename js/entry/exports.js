/** The exports of every entry point. */

export { WapcError } from '../base/error.js';
export { features } from '../api/features.js';
export { WapcHost } from '../api/host.js';
export { WapcModule } from '../api/module.js';
export { typed } from '../api/typed.js';
export { WapcPool } from '../pool/pool.js';
