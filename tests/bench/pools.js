/** Asynchronous host calls and pools, against the same on the bare platform. */

import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';

import { WapcHost, WapcModule, WapcPool } from 'wapc-host';

import { pingPong, rings, roundTrip, transfers } from './bare.js';
import { onOtherCore } from './cores.js';
import { handwritten } from './handwritten.js';
import { awaited, together } from './measure.js';

const bytes = await readFile(new URL('../../testdata/bench.wasm', import.meta.url));
const compiled = await WebAssembly.compile(bytes);
const module = await WapcModule.compile(compiled);
const suspends = typeof WebAssembly.Suspending === 'function';
const hostCall = (binding, namespace, operation, payload) => payload;
const hostCallLater = async (binding, namespace, operation, payload) => payload;

/** Runs `work` in an engine without a feature of an object, as far as the package can see. */
async function without(object, feature, work) {
  const value = object[feature];
  delete object[feature];
  try {
    return await work();
  } finally {
    object[feature] = value;
  }
}

const small = new Uint8Array(32).fill(42);
const large = new Uint8Array(65536).fill(42);

/** Makes pools and bare workers when they are first run, so that they do not disturb other cases. */
const made = [];
const lazily = (make) => {
  let promise;
  return () => {
    promise ??= make().then((thing) => {
      made.push(thing);
      return thing;
    });
    return promise;
  };
};
const pool = (options) => lazily(() => WapcPool.create(module, { hostCall, ...options }));
const invoking = (invokable, operation, payload) => async (times) => {
  const it = await invokable();
  for (let i = 0; i < times; i++) await it.invoke(operation, payload);
};

/** Closes all that was made. */
export async function close() {
  for (const thing of made) await thing.close();
}

/** @type {import('./table.js').Case[]} */
export const cases = [];
const against = (label, competitors, ratio, target, how) => cases.push({ label, competitors, ratio, target, ...how });
const more = (ns) => ns.ours / ns.peer;
const throughput = (ns) => ns.peer / ns.ours;

const worker = (options) => lazily(() => onOtherCore(() => WapcPool.create(module, { hostCall, ...options })));
const inWorker = worker({ size: 1, workers: true, hostCall: hostCallLater });
if (suspends) {
  const host = lazily(() => WapcHost.instantiate(module, { hostCall: hostCallLater }));
  const byHand = lazily(async () => ({ invoke: handwritten(compiled, hostCallLater, true), close() {} }));
  const ours = invoking(host, 'call', small);
  against(
    'one async host call, JSPI / by hand',
    { ours, byHand: invoking(byHand, 'call', small) },
    (ns) => ns.ours / ns.byHand,
    '<= 1.3',
  );
  const prepared = await readFile(new URL('../../testdata/asyncify/bench.wasm', import.meta.url));
  const suspended = lazily(() => WapcHost.instantiate(prepared, { hostCall: hostCallLater }));
  // A copy of the package that has not seen JSPI. Of the same guest, which the other copy lets the engine suspend.
  const other = createRequire(import.meta.url)('wapc-host');
  const suspendsItself = lazily(() =>
    without(WebAssembly, 'Suspending', () => other.WapcHost.instantiate(prepared, { hostCall: hostCallLater })),
  );
  against(
    'one async host call, asyncify / JSPI',
    { ours: invoking(suspendsItself, 'call', small), peer: invoking(suspended, 'call', small) },
    more,
    '<= 1.5',
  );
  against(
    'one async host call, worker / JSPI',
    { ours, peer: invoking(inWorker, 'call', small) },
    throughput,
    '>= 20',
    {
      pinned: true,
    },
  );
}
against(
  'echo 32 B, pool of 10 / host',
  {
    ours: invoking(pool({ size: 10, async: false }), 'echo', small),
    peer: invoking(
      lazily(() => WapcHost.instantiate(module, { hostCall, async: false })),
      'echo',
      small,
    ),
  },
  more,
  '<= 1.5',
);

const bare = (make) => lazily(() => onOtherCore(make));
const running = (runnable) => async (times) => {
  const { run } = await runnable();
  for (let i = 0; i < times; i++) await run();
};
against(
  'one async host call, worker / bare worker',
  { ours: invoking(inWorker, 'call', small), peer: running(bare(roundTrip)) },
  more,
  '<= 1.5',
  { pinned: true },
);
const echoing = worker({ size: 1, workers: true });
against(
  'echo 64 KiB, worker / bare ping-pong',
  { ours: invoking(echoing, 'echo', large), peer: running(bare(() => pingPong(large.length))) },
  throughput,
  '>= 0.7',
  { pinned: true },
);

const saturating = (invokable, operation, callers = 4, payload = undefined) =>
  together(async () => {
    const it = await invokable();
    return { run: () => it.invoke(operation, payload) };
  }, callers);
against(
  'compute, pool of 2 workers / of 1',
  {
    ours: saturating(pool({ size: 2, workers: true }), 'compute'),
    peer: saturating(pool({ size: 1, workers: true }), 'compute'),
  },
  throughput,
  '>= 1.8',
);

// Two workers, and more callers than those: each worker is handed what waits ahead of time.
const busy = pool({ size: 2, min: 2, workers: true });
const handedAhead = (label, operation, payload, callers, peer, target) =>
  against(label, { ours: saturating(busy, operation, callers, payload), peer }, throughput, target);
const fewer = (operation, payload) => saturating(busy, operation, 2, payload);
handedAhead('echo 32 B, 2 workers, 64 callers / 2', 'echo', small, 64, fewer('echo', small), '>= 2');
handedAhead('one host call, 2 workers, 64 callers / 2', 'call', small, 64, fewer('call', small), '>= 0.5');
const bareRings = lazily(rings);
handedAhead('echo 32 B, 2 workers, 64 callers / bare rings', 'echo', small, 64, together(bareRings, 64), '>= 0.3');
// On two cores the second worker takes its time from the thread of the callers.
const single = saturating(pool({ size: 1, workers: true }), 'echo', 64, small);
handedAhead('echo 32 B, 64 callers, 2 workers / 1', 'echo', small, 64, single, '>= 0.5');
const barePingPong = lazily(() => pingPong(small.length));
handedAhead('echo 32 B, 2 workers, 1 caller / bare ping-pong', 'echo', small, 1, together(barePingPong, 1), '>= 1');
const separate = lazily(() =>
  without(globalThis, 'SharedArrayBuffer', () =>
    WapcPool.create(module, { size: 2, min: 2, workers: true, limits: { timeout: 600_000 } }),
  ),
);
against(
  'echo 32 B, 2 workers without shared memory, 64 callers / 2',
  { ours: saturating(separate, 'echo', 64, small), peer: saturating(separate, 'echo', 2, small) },
  throughput,
  '>= 2',
);
const bareTransfers = lazily(() => transfers(large.length));
const copying = lazily(async () =>
  WapcPool.create(await readFile(new URL('../../testdata/wat/echo.wasm', import.meta.url)), {
    size: 2,
    min: 2,
    workers: true,
  }),
);
for (const callers of [1, 16]) {
  const ours = saturating(copying, 'echo', callers, large);
  const label = `copies of 64 KiB, 2 workers, ${callers} waiting / bare transfers`;
  // Each in a process of its own (`apart.js`). The warm-up is long, since V8 takes seconds to compile what runs in three
  // threads.
  const how = { apart: true, warmUp: 3000 };
  against(label, { ours, peer: together(bareTransfers, callers) }, throughput, '>= 0.8', how);
}

const wapc = Object.fromEntries(WebAssembly.Module.imports(compiled).map(({ name }) => [name, () => 0]));
against(
  'a pool of 10, made / 10 bare instances',
  {
    ours: awaited(async () => (await WapcPool.create(module, { size: 10, hostCall, async: false })).destroy()),
    peer: awaited(() =>
      Promise.all(
        Array.from({ length: 10 }, async () => (await WebAssembly.instantiate(compiled, { wapc })).exports.wapc_init()),
      ),
    ),
  },
  more,
  '<= 1.2',
);
