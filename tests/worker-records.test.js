/**
 * What scripts of the caller's can write to the memory that workers share with this thread: nothing of it throws out of the
 * package, keeps this thread, or leaves an invocation unsettled.
 */

import { equal } from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';

import { WapcPool } from 'wapc-host';

import { CAPACITY, CHUNK, HOST_CALL, LINE, RESPONSE } from '../js/worker/rings/layout.js';

const guest = fileURLToPath(new URL('../testdata/wat/relay.wasm', import.meta.url));
const layout = new URL('../js/worker/rings/layout.js', import.meta.url);

/** A worker that writes records when it is offered an invocation: words at offsets, and the end of what it has written. */
const WRITES = `
  import { parentPort, workerData } from 'node:worker_threads';
  import { OFFERED, Rings, WRITTEN } from ${JSON.stringify(layout.href)};
  parentPort.on('message', ([kind, ...rest]) => {
    if (kind !== 'start') return;
    const rings = new Rings(rest[3].rings);
    parentPort.postMessage(['loaded']);
    parentPort.postMessage(['done', 65536, undefined]);
    // Nobody is told of what is offered but a worker that says it waits.
    while (Atomics.load(rings.words, OFFERED) === 0) Atomics.wait(rings.words, OFFERED, 0, 1);
    for (const [offset, ...words] of workerData.records) rings.words.set(words, rings.recordAt(offset));
    Atomics.store(rings.words, WRITTEN, workerData.end);
    parentPort.postMessage(['written']);
  });`;
const url = new URL(`data:text/javascript,${encodeURIComponent(WRITES)}`);

const UNKNOWN = 5;
for (const [what, records, end, code] of [
  ['a record of no kind, which has no bytes', [[0, 0, 1, UNKNOWN, 0]], 32, 'WAPC_TIMEOUT'],
  ['a record of no kind', [[0, 32, 1, UNKNOWN, 0]], 32, 'WAPC_TIMEOUT'],
  ['a record that is longer than what was written', [[0, 64, 1, RESPONSE, 0]], 32, 'WAPC_TIMEOUT'],
  ['a record of a length that is no multiple of 16', [[0, 40, 1, RESPONSE, 0]], 64, 'WAPC_TIMEOUT'],
  [
    'a record that goes beyond the end',
    [
      [0, CAPACITY - 16, 1, UNKNOWN, 0],
      [CAPACITY - 16, 16, 1, RESPONSE, 100],
    ],
    CAPACITY,
    'WAPC_TIMEOUT',
  ],
  ['more than the ring holds', [[0, 32, 1, UNKNOWN, 0]], 0x7fff_fff0, 'WAPC_TIMEOUT'],
  ['less than nothing', [[0, 32, 1, UNKNOWN, 0]], -32, 'WAPC_TIMEOUT'],
  ['names of negative lengths', [[0, 32, 1, HOST_CALL, 0, -5, -1, -2]], 32, 'WAPC_TIMEOUT'],
  ['a name that is not UTF-8', [[0, 48, 1, HOST_CALL, 0, 4, 0, 0, 0, -1]], 48, 'WAPC_TRAP'],
  ['a line that is longer than its record', [[0, 48, 1, LINE, -1]], 48, 'WAPC_TIMEOUT'],
  ['output of a stream that is none', [[0, 48, 1, CHUNK, 4, 7]], 48, 'WAPC_TIMEOUT'],
  ['a response that is longer than its record', [[0, 48, 1, RESPONSE, -1, 1]], 48, undefined],
]) {
  for (const into of [undefined, new Uint8Array(64)]) {
    test(`a worker writes ${what}${into === undefined ? '' : ', with `into`'}`, async () => {
      const factory = () => new Worker(url, { workerData: { records, end } });
      const hostCall = () => undefined;
      const pool = await WapcPool.create(guest, { size: 1, workers: { factory }, hostCall, logger() {}, stderr() {} });
      const timeout = code === 'WAPC_TIMEOUT' ? 200 : 60_000;
      const outcome = await pool.invoke('echo', 'text', { timeout, into }).then(
        (response) => response.length,
        (error) => error.code,
      );
      equal(outcome, code ?? 16);
      pool.destroy();
    });
  }
}
