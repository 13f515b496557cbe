/** Workers are told when they and this thread are more than the processors; those that wait for an answer get it then, too. */

import { deepEqual, equal, rejects } from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { test } from 'node:test';
import { Worker } from 'node:worker_threads';

import { WapcPool } from 'wapc-host';

const guest = await readFile(new URL('../testdata/bench.wasm', import.meta.url));
const script = new URL('../dist/worker-node.mjs', import.meta.url);
const payload = new Uint8Array(32).fill(42);
const processors = availableParallelism();
const skip = processors > 16 && 'needs as many workers as there are processors';

/** The flag that all workers read. */
let flag;

/** A pool of as many workers as there are processors: with this thread, one too many. */
function makePool(hostCall) {
  const factory = () => {
    const worker = new Worker(script);
    const post = worker.postMessage.bind(worker);
    worker.postMessage = (message, transfer) => {
      if (message[0] === 'start') flag = message[4].oversubscription;
      post(message, transfer);
    };
    return worker;
  };
  return WapcPool.create(guest, { hostCall, size: processors, min: processors, workers: { factory } });
}

test('the flag is set while as many workers run as there are processors', { skip }, async () => {
  const pool = await makePool();
  const hosts = await Promise.all(Array.from({ length: processors }, () => pool.get()));
  const flags = () => flag[0];
  const seen = [flags()];
  const running = hosts.slice(1).map((host) => host.invoke('echo', payload));
  seen.push(flags());
  running.push(hosts[0].invoke('echo', payload));
  seen.push(flags());
  await Promise.all(running);
  seen.push(flags());
  deepEqual(seen, [0, 0, 1, 0]);

  const controller = new AbortController();
  const ended = hosts.map((host) => host.invoke('echo', payload, { signal: controller.signal }));
  equal(flags(), 1);
  controller.abort();
  await Promise.allSettled(ended);
  equal(flags(), 0, 'workers that were terminated');
  for (const host of hosts) pool.return(host);

  const last = Array.from({ length: processors }, () => pool.invoke('echo', payload));
  equal(flags(), 1);
  pool.destroy();
  for (const invocation of last) await rejects(invocation, { code: 'WAPC_CLOSED' });
  equal(flags(), 0, 'workers of a pool that was destroyed');
});

test('workers that wait for an answer run again when it comes, and do not count before', { skip }, async () => {
  const calls = [];
  let called;
  const pool = await makePool(
    (binding, namespace, operation, bytes) =>
      new Promise((resolve) => {
        calls.push(() => resolve(bytes));
        if (calls.length === processors) called();
      }),
  );
  for (let times = 0; times < 20; times++) {
    const allCall = new Promise((resolve) => (called = resolve));
    const responses = Array.from({ length: processors }, () => pool.invoke('call', payload));
    equal(flag[0], 1);
    await allCall;
    // They wait once the callback of the last one has returned.
    await undefined;
    equal(flag[0], 0);
    for (const answer of calls.splice(0)) answer();
    for (const response of await Promise.all(responses)) deepEqual(response, payload);
    equal(flag[0], 0);
  }
  await pool.close();
});
