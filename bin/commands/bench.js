/** `wapc-host bench`: measures an operation of a guest, on this thread and in workers. */

import { availableParallelism } from 'node:os';
import { basename } from 'node:path';

import { WapcHost, WapcModule, WapcPool } from 'wapc-host';

import { MOST_WORKERS, count, milliseconds } from '../arguments/units.js';
import { measure } from '../bench/measure.js';
import { progressBar } from '../bench/progress.js';
import { textOf } from '../bench/text.js';
import { GUEST_OPTIONS, hostOptions } from '../guest/options.js';
import { print } from '../output/streams.js';
import { readPayload } from '../payload/input.js';

export const usage = 'GUEST OPERATION [PAYLOAD] [options]';
export const about = `Invokes the operation again and again, one invocation at a time on this thread, then one on each of N
workers at once, and says how many invocations a second that makes and how long they take. PAYLOAD is as in
wapc-host run. Log lines and output of the guest are dropped. An invocation that fails ends it. Where the engine has
no JSPI, a guest whose host calls an async function answers is in a worker in place of this thread.`;
export const examples = [
  'guest.wasm hello waPC --echo',
  'guest.wasm hello @name.txt --echo --workers 4 --time 10 --json',
];
export const positionals = { least: 2, names: ['GUEST', 'OPERATION', 'PAYLOAD'] };
export const options = {
  workers: { type: 'string', value: 'N', help: 'workers, as many as processors without it' },
  time: { type: 'string', value: 'S', help: 'seconds of each measurement (or 500ms, 1m), 3 without it' },
  json: { type: 'boolean', help: 'prints JSON, latencies in microseconds' },
  ...GUEST_OPTIONS,
};

export async function run(values, [guest, operation, payload]) {
  const time = milliseconds('time', values.time ?? '3', 's');
  const workers =
    values.workers === undefined ? availableParallelism() : count('workers', values.workers, MOST_WORKERS);
  const silent = { logger() {}, stdout() {}, stderr() {} };
  const host = { ...(await hostOptions(values, guest)), ...silent };
  const { bytes } = await readPayload(payload);
  const module = await WapcModule.compile(guest, host);
  const pool = await WapcPool.create(module, { size: workers, workers: true });
  try {
    // The first in a worker, where the timeout holds whatever the guest does.
    const bytesOut = (await pool.invoke(operation, bytes)).length;
    const results = await compare({ module, pool, workers, time, operation, bytes });
    const bench = { guest: basename(guest), operation, bytesIn: bytes.length, bytesOut, seconds: time / 1000, results };
    await print(values.json ? `${JSON.stringify(bench, undefined, 2)}\n` : textOf(bench));
  } finally {
    pool.destroy();
  }
}

/** True for a host that runs its guest in a worker: without JSPI those do whose callback is an async function. */
function isInWorker(host) {
  try {
    // Refused before a guest on this thread runs: it takes no timeout, or the time is over.
    host.invokeSync('', undefined, { timeout: 0 });
  } catch (error) {
    return error.code === 'WAPC_UNSUPPORTED';
  }
  return false;
}

/** The measurements: on this thread, and in the workers of a pool. */
async function compare({ module, pool, workers, time, operation, bytes }) {
  const alone = await WapcHost.instantiate(module);
  const ways = [
    { where: isInWorker(alone) ? 'alone, in a worker' : 'on this thread', lanes: 1, target: alone },
    { where: workers === 1 ? '1 worker' : `${workers} workers`, lanes: workers, target: pool },
  ];
  const results = [];
  for (const { where, lanes, target } of ways) {
    const bar = progressBar(where);
    const invoke = () => target.invoke(operation, bytes);
    try {
      results.push({ where, ...(await measure(invoke, { lanes, time, onProgress: bar.show })) });
    } finally {
      bar.clear();
    }
  }
  alone.close();
  return results;
}
