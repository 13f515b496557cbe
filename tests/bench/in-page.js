/** The cases that run in a page, too: invocations on its thread, and in workers. */

import * as peer from '@wapc/host';
import { WapcModule, WapcPool } from 'wapc-host';

import { invocations } from './invocations.js';
import { together } from './measure.js';
import { row } from './table.js';

/**
 * The rows of the table.
 * @param {string | undefined} only a part of the labels of the cases that are measured
 */
export async function rows(only) {
  const bytes = new Uint8Array(await (await fetch('/testdata/bench.wasm')).arrayBuffer());
  const cases = [...(await invocations({ WapcModule, peer, bytes })), ...inWorkers(bytes)];
  const measured = [];
  for (const it of cases) {
    if (only !== undefined && !it.label.includes(only)) continue;
    await it.prepare?.();
    measured.push(await row(it));
  }
  return measured;
}

/** Cases of two workers: many callers against two, each of whom has one invocation on its way. */
function inWorkers(bytes) {
  const isIsolated = globalThis.crossOriginIsolated;
  const payload = new Uint8Array(32).fill(42);
  let pool;
  const hostCall = (binding, namespace, operation, payload) => payload;
  const options = { size: 2, min: 2, workers: true, limits: { timeout: 600_000 } };
  const create = () => (pool ??= WapcPool.create(bytes, isIsolated ? { ...options, hostCall } : options));
  return (isIsolated ? ['echo', 'call'] : ['echo']).map((operation) => {
    const by = (callers) =>
      together(async () => {
        const made = await create();
        return { run: () => made.invoke(operation, payload) };
      }, callers);
    const what = operation === 'echo' ? 'echo 32 B' : 'one host call';
    return {
      label: `${what}, 2 workers${isIsolated ? '' : ' without shared memory'}, 64 callers / 2`,
      prepare: create,
      competitors: { ours: by(64), peer: by(2) },
      ratio: (ns) => ns.peer / ns.ours,
      // A host call takes a turn of the event loop, however many callers wait.
      target: operation === 'call' ? '>= 0.5' : isIsolated ? '>= 3' : '>= 1',
    };
  });
}
