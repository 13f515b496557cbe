/** Counts the primes below a number on all cores: `npm start -- NUMBER`. */

import { fileURLToPath } from 'node:url';

import { WapcPool } from 'wapc-host';

const guest = fileURLToPath(new URL('../guests/target/wasm32-unknown-unknown/release/primes.wasm', import.meta.url));
const decoder = new TextDecoder();
const end = Number(process.argv[2] ?? 1_000_000);
const PARTS = 20;

// One instance for each core, each in a thread of its own.
const pool = await WapcPool.create(guest, { workers: true, limits: { timeout: 60_000 } });

/** The number of primes in one part of the range. */
async function countPart(part) {
  const [from, to] = [part, part + 1].map((bound) => Math.floor((end * bound) / PARTS));
  return Number(decoder.decode(await pool.invoke('count', `${from}..${to}`)));
}

const counts = await Promise.all(Array.from({ length: PARTS }, (_, part) => countPart(part)));
console.log(
  counts.reduce((sum, count) => sum + count),
  'primes below',
  end,
);

// A guest that never ends is stopped with its worker; the pool goes on with a fresh one.
const error = await pool.invoke('spin', '', { timeout: 100 }).catch((error) => error);
console.log(error.code, 'and', pool.stats.replaced, 'instance replaced');
console.log(decoder.decode(await pool.invoke('count', '0..100')), 'primes below 100');
await pool.close();
