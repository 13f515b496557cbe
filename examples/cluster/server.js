/** Serves the guest until it is told to end: `node server.js URL`. */

import { fileURLToPath } from 'node:url';

import { connect } from '@nats-io/transport-node';
import { WapcPool } from 'wapc-host';
import { serve } from 'wapc-host/nats';

const guest = fileURLToPath(new URL('../guests/target/wasm32-unknown-unknown/release/primes.wasm', import.meta.url));

const connection = await connect({ servers: process.argv[2], maxReconnectAttempts: -1 });
// One instance in a worker: requests that arrive meanwhile wait, and a guest that never ends is stopped in time.
const pool = await WapcPool.create(guest, { size: 1, workers: true });
const service = await serve(connection, pool, { name: 'primes', version: '1.0.0', description: 'Counts primes' });
process.send?.(service.id);

// Answers what it has taken, then ends. A second signal ends it at once.
process.once('SIGTERM', async () => {
  await service.close();
  await pool.close();
  await connection.close();
  process.exit();
});
