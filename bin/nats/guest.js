/** The guest of `wapc-host serve`: of a file, or of a bucket, whose new versions it follows. */

import { createHash } from 'node:crypto';

import { WapcPool } from 'wapc-host';
import { guestStore } from 'wapc-host/nats';

import { onOneLine } from '../output/printable.js';
import { printError } from '../output/streams.js';

const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex');

/**
 * Makes a pool of a guest in a file.
 * @param {string} source
 * @param {import('wapc-host').PoolOptions} options
 */
export async function ofFile(source, options) {
  return { pool: await WapcPool.create(source, options), data: () => ({}), stop() {} };
}

/**
 * Makes a pool of a guest in a bucket, and lets each new version take over. One that does not leaves the guest in place,
 * which is said on standard error and in STATS.
 * @param {any} connection
 * @param {string} bucket
 * @param {string} name of the guest
 * @param {import('wapc-host').PoolOptions} options
 */
export async function ofStore(connection, bucket, name, options) {
  const store = guestStore(connection, bucket);
  const first = await store.get(name);
  const told = { sha256: sha256(first), refused: undefined };
  const pool = await WapcPool.create(first, { name, ...options });
  const replace = async (guest) => {
    const digest = sha256(guest);
    try {
      await pool.replace(guest);
      Object.assign(told, { sha256: digest, refused: undefined });
      await printError(`${name} of ${bucket} was replaced: SHA-256 ${digest}\n`);
    } catch (error) {
      const message = `${error.code ?? error.name}: ${error.message}`;
      told.refused = { sha256: digest, error: message };
      await printError(
        `${onOneLine(`${message} (the new version of ${name}, SHA-256 ${digest}; the one before stays)`)}\n`,
      );
    }
  };
  const watch = await store.watch(name, (guest) => void replace(guest));
  return { pool, data: () => told, stop: () => watch.stop() };
}
