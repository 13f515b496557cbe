/** Answers of host callbacks that are sent to workers, with and without shared memory. */

import { deepEqual, equal, rejects } from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';

import { WapcPool } from 'wapc-host';

import { Shared, SharedWithHost } from '../js/worker/shared.js';

const guest = fileURLToPath(new URL('../testdata/wat/probe.wasm', import.meta.url));
const script = new URL('../dist/worker-node.mjs', import.meta.url);
const LIMIT = 1 << 20;
const call = new Uint8Array(Uint32Array.of(512, 1, 512, 1, 512, 1, 512, 1).buffer);

test('a worker that blocks is told the length of an answer over the limit, and nothing of the answer is kept', () => {
  const host = new Shared();
  const worker = new SharedWithHost(host.buffer);
  const more = () => host.more();
  const receive = (answered, bytes, length) => {
    const { sent, ...rest } = worker.await(() => host.answer(answered, bytes, length), more, LIMIT);
    return [rest.answered, typeof sent === 'number' ? sent : sent.slice()];
  };
  for (const length of [LIMIT + 1, 2 ** 32 - 1, 2 ** 32 + 5]) {
    for (const answered of [true, false]) {
      deepEqual(receive(answered, undefined, length), [answered, length]);
      equal(host.rest, undefined);
    }
  }
  const longest = Uint8Array.from({ length: LIMIT }, (_, index) => index % 251);
  for (const length of [LIMIT, 0, 5, 1 << 18, (1 << 18) + 1]) {
    const bytes = longest.slice(0, length);
    const received = receive(true, bytes, length);
    equal(Buffer.compare(received[1], bytes), 0, `${length} bytes`);
    equal(host.rest, undefined);
  }
});

const skip = typeof WebAssembly.Suspending !== 'function' && 'needs JSPI';
test('without shared memory an answer over the limit is not sent', { skip }, async () => {
  const sent = [];
  const factory = () => {
    const worker = new Worker(script);
    const post = worker.postMessage.bind(worker);
    worker.postMessage = (message, transfer) => {
      if (message[0] === 'answer') sent.push(message[2]);
      post(message, transfer);
    };
    return worker;
  };
  const { SharedArrayBuffer } = globalThis;
  delete globalThis.SharedArrayBuffer;
  let act, pool;
  try {
    const hostCall = () => act();
    pool = await WapcPool.create(guest, { size: 1, hostCall, limits: { payload: LIMIT }, workers: { factory } });
    const failure = new Error('e'.repeat(LIMIT + 1));
    const fail = () => {
      throw failure;
    };
    for (const [what, cause] of [
      [() => new Uint8Array(LIMIT + 1), undefined],
      [async () => 'x'.repeat(LIMIT + 1), undefined],
      [fail, failure],
    ]) {
      act = what;
      await rejects(pool.invoke('h', call), (error) => error.code === 'WAPC_LIMIT' && error.cause === cause);
    }
    act = () => new Uint8Array(LIMIT);
    const [answered, length] = new Uint32Array((await pool.invoke('h', call)).slice().buffer);
    deepEqual([answered, length], [1, LIMIT]);
  } finally {
    globalThis.SharedArrayBuffer = SharedArrayBuffer;
    pool?.destroy();
  }
  const [last] = sent.splice(3);
  deepEqual([sent, last.length], [[LIMIT + 1, LIMIT + 1, LIMIT + 1], LIMIT]);
});
