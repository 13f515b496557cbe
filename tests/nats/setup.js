/** What the tests of `wapc-host/nats` share: guests of every kind, and a promise that somebody else settles. */

import { fileURLToPath } from 'node:url';

import { WapcPool } from 'wapc-host';

export const testdata = (name) => fileURLToPath(new URL(`../../testdata/${name}.wasm`, import.meta.url));
export const text = (bytes) => new TextDecoder().decode(bytes);

/** Bytes that no two neighbours of are alike, so that every shift of them shows. */
export function bytesOf(length) {
  const bytes = new Uint8Array(length);
  for (let i = 0; i < length; i++) bytes[i] = i * 7 + (i >> 8) + (i >> 16);
  return bytes;
}

/** A pool of the benchmark's guest: `echo`, `nothing`, `compute`, and `call`, which answers with what the host answers. */
export const benchPool = (options = {}) => WapcPool.create(testdata('bench'), { size: 1, logger() {}, ...options });

/** A promise, and the functions that settle it. */
export function deferred() {
  let resolve, reject;
  const promise = new Promise((...settle) => ([resolve, reject] = settle));
  return { promise, resolve, reject };
}

/**
 * Resolves once `holds` does; looked at between events, as often as they let it. Rejects when `signal` aborts, as that of a
 * test does when its `timeout` is over.
 */
export async function until(holds, signal) {
  while (!(await holds())) {
    signal?.throwIfAborted();
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
