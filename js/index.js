/** The package in a browser, and anywhere else without files of its own. */

import { platform } from './platform.js';

// Written out as bundlers look for it: they put the worker where this address finds it.
const startPackaged = () => new Worker(new URL('./worker.js', import.meta.url), { type: 'module' });

// A file of its own: most guests do without.
platform.wasi = () => import('./wasi.js');

if (typeof Worker === 'function') {
  platform.startWorker = (script) => (script === undefined ? startPackaged() : new Worker(script, { type: 'module' }));
}

export { WapcError } from './error.js';
export { WapcHost } from './host.js';
export { WapcModule } from './module.js';
export { WapcPool } from './pool.js';
