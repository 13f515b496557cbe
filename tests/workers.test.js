/** Workers as only Node has them: they die, they are given by the caller, and none keeps a process alive. */

import { deepEqual, equal, rejects } from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';

import { WapcHost, WapcPool } from 'wapc-host';

import { inTime, wordsOf } from './suite/assert.js';

const path = (name) => fileURLToPath(new URL(`../testdata/${name}.wasm`, import.meta.url));
const script = new URL('../dist/worker-node.js', import.meta.url);
/** Watchdog: milliseconds after which a process is taken never to end. */
const PATIENCE = 10 * 60_000;
const text = (bytes) => new TextDecoder().decode(bytes);
const hostCall = (binding, namespace, operation, payload) => payload;

/** A pool of one whose workers are made by `make`, and all that were made. */
async function poolOf(make, options) {
  const workers = [];
  const factory = () => {
    const worker = make();
    workers.push(worker);
    return worker;
  };
  return {
    workers,
    pool: await WapcPool.create(path('hello'), { size: 1, hostCall, ...options, workers: { factory } }),
  };
}

test('a worker that dies takes only its invocation with it', async () => {
  const started = [];
  let called;
  const first = new Promise((resolve) => (called = resolve));
  const { pool, workers } = await poolOf(() => new Worker(script), {
    hostCall: (...call) => (text(call[3]) === 'never' ? (called(), new Promise(() => {})) : hostCall(...call)),
    initialize: ({ id }) => started.push(id),
  });
  const dying = rejects(pool.invoke('echo', 'never'), { code: 'WAPC_TRAP' });
  const next = pool.invoke('echo', 'next');
  await first;
  workers[0].terminate();
  await dying;
  equal(text(await next), 'next');
  deepEqual([workers.length, started.length, pool.stats.replaced, pool.stats.failures], [2, 2, 1, 1]);
  await pool.close();
});

for (const [how, source] of [
  ['exits', 'process.exit(3)'],
  ['throws', 'throw new Error("planned")'],
  ['runs out of memory', 'for (const kept = []; ;) kept.push(new Array(1e6).fill(kept))'],
]) {
  test(`a worker that ${how} while nothing is asked of it is replaced`, async () => {
    // It does so when it is told to, besides being a worker of ours.
    const doomed = `
      import { parentPort } from 'node:worker_threads';
      await import(${JSON.stringify(script.href)});
      parentPort.on('message', (message) => { if (message === 'die') ${source}; });`;
    const { pool, workers } = await poolOf(
      () =>
        new Worker(new URL(`data:text/javascript,${encodeURIComponent(doomed)}`), {
          resourceLimits: { maxOldGenerationSizeMb: 32 },
        }),
    );
    equal(text(await pool.invoke('echo', 'before')), 'before');
    const ended = new Promise((resolve) => workers[0].once('exit', resolve));
    // Idle ones do not keep this process alive.
    workers[0].ref();
    workers[0].postMessage('die');
    await ended;
    equal(text(await pool.invoke('echo', 'after')), 'after');
    deepEqual([pool.stats.replaced, pool.stats.size], [1, 1]);
    await pool.close();
  });
}

const skip = typeof WebAssembly.Suspending === 'function' && 'it would run on this thread';
test('a host in a worker that is stopped goes on in another', { skip }, async () => {
  const host = await WapcHost.instantiate(path('wat/probe'), { async: true, limits: { timeout: 250 } });
  await rejects(host.invoke('L'), { code: 'WAPC_TIMEOUT' });
  equal(host.memorySize, 0);
  equal(wordsOf(await inTime(() => host.invoke('c')))[0], 1);
  equal(host.memorySize, 65536);
  host.close();
});

test('a worker that is being started when its pool is destroyed ends', async () => {
  let made;
  const worker = new Promise((resolve) => (made = resolve));
  const factory = () => {
    const worker = new Worker(script);
    made(worker);
    return worker;
  };
  const pool = await WapcPool.create(path('hello'), { size: 1, min: 0, hostCall, workers: { factory } });
  const waiting = rejects(pool.invoke('echo', 'x'), { code: 'WAPC_CLOSED' });
  const ended = worker.then((worker) => new Promise((resolve) => worker.once('exit', resolve)));
  await worker;
  pool.destroy();
  await waiting;
  await ended;
});

test('the script of the workers, by address', async () => {
  for (const url of [script, script.href]) {
    const pool = await WapcPool.create(path('hello'), { size: 1, hostCall, workers: { url } });
    equal(text(await pool.invoke('echo', 'x')), 'x');
    await pool.close();
  }
});

for (const [what, program] of [
  ['an idle pool', 'await WapcPool.create(guest, { size: 2, hostCall });'],
  [
    'an idle elastic pool',
    "const pool = await WapcPool.create(guest, { size: 2, min: 0, hostCall }); await pool.invoke('echo', 'x');",
  ],
  [
    'an idle pool of workers',
    "const pool = await WapcPool.create(guest, { size: 2, workers: true, hostCall }); await pool.invoke('echo', 'x');",
  ],
  [
    'an instance was borrowed in time',
    'const pool = await WapcPool.create(guest, { size: 1, hostCall }); pool.return(await pool.get(86_400_000));',
  ],
  [
    'an instance was waited for, and came in time',
    'const pool = await WapcPool.create(guest, { size: 1, hostCall }); const first = await pool.get(); const second = pool.get(86_400_000); pool.return(first); pool.return(await second);',
  ],
  [
    'a pool that is closed',
    "const pool = await WapcPool.create(guest, { size: 2, workers: true, hostCall, limits: { timeout: 86_400_000 } }); await pool.invoke('echo', 'x', { timeout: 86_400_000 }); await pool.close();",
  ],
  [
    'an idle host whose callback may take its time',
    "const host = await WapcHost.instantiate(guest, { async: true, hostCall }); await host.invoke('echo', 'x');",
  ],
]) {
  test(`a process may end: ${what}`, () => {
    const source = `
      import { WapcHost, WapcPool } from ${JSON.stringify(pathToFileURL(fileURLToPath(new URL('../dist/node.js', import.meta.url))).href)};
      const guest = ${JSON.stringify(path('hello'))};
      const hostCall = (binding, namespace, operation, payload) => payload;
      ${program}
      console.log('done');`;
    const options = { encoding: 'utf8', timeout: PATIENCE };
    const { status, stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', source], options);
    deepEqual([status, stdout, stderr], [0, 'done\n', '']);
  });
}
