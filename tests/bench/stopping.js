/** Measures how late a guest that computes, or logs, for ever is stopped in a worker. */

import { fileURLToPath } from 'node:url';

import { WapcPool } from 'wapc-host';

const TIMEOUT = 100;
const TIMES = 10;

/** Prints the maximum over some tries, in milliseconds after the timeout. */
export async function stopping() {
  const guest = fileURLToPath(new URL('../../testdata/wat/probe.wasm', import.meta.url));
  const pool = await WapcPool.create(guest, { size: 1, workers: true, limits: { timeout: TIMEOUT }, logger() {} });
  let late = 0;
  for (let i = 0; i < TIMES; i++) {
    for (const operation of ['L', 'M']) {
      const start = performance.now();
      const { code } = await pool.invoke(operation).catch((error) => error);
      if (code !== 'WAPC_TIMEOUT') throw new Error(`it was not stopped, but ended with ${code}`);
      late = Math.max(late, performance.now() - start - TIMEOUT);
      await pool.use(() => {});
    }
  }
  await pool.close();
  console.log(`\na guest that does not end is stopped at most ${late.toFixed(1)} ms late (must be <= 100)`);
}
