/** The package in Node, Deno and Bun: the same, guests may be files, and workers are those of `node:worker_threads`. */

import './inlined.js';
import './machine.js';

export * from './api.js';
