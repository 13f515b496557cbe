// Makes a worker of Node's in a program whose only types are Node's.

import { Worker } from 'node:worker_threads';

import { WapcPool } from 'wapc-host';

export const pool = WapcPool.create('guest.wasm', { workers: { factory: () => new Worker('worker.js') } });
