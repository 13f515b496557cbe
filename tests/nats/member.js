/**
 * A process that serves a guest, as `startMember` starts it. Its settings are its argument, in JSON; it is told what to
 * do by messages, and says `{ ready: ID }`, `{ ran: PAYLOAD }` for each host call that it answers itself, and
 * `{ replaced: true }`.
 */

import { connect } from '@nats-io/transport-node';
import { WapcPool } from 'wapc-host';
import { remote, serve } from 'wapc-host/nats';

const { url, name, guest, calls, pool: options, ...settings } = JSON.parse(process.argv[2]);
const say = (message) => void process.send?.(message);
const connection = await connect({ servers: url, reconnectTimeWait: 50, maxReconnectAttempts: -1 });

const answer = (binding, namespace, operation, payload) => {
  say({ ran: new TextDecoder().decode(payload.subarray(0, 40)) });
  return payload;
};
/** Host calls go to another service, where there is one. */
const hostCall = calls === undefined ? answer : { '*': remote(connection, calls) };
const pool = await WapcPool.create(guest, { size: 2, logger() {}, hostCall, ...options });
const service = await serve(connection, pool, { name, version: '1.0.0', ...settings });

const ACTS = {
  async drain() {
    await service.close();
    await connection.drain();
    process.exit(0);
  },
  async replace({ guest }) {
    await pool.replace(guest);
    say({ replaced: true });
  },
};
process.on('message', (/** @type {any} */ message) => ACTS[message.act](message));
process.on('disconnect', () => process.exit(1));
say({ ready: service.id });
