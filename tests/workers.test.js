/** Workers in Node: they die, come from the caller, and keep no process alive. */

import { deepEqual, equal, rejects } from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';

import { WapcHost, WapcModule, WapcPool } from 'wapc-host';

import { counts } from '../dist/counts.js';
import { inTime, wordsOf } from './suite/assert.js';

const path = (name) => fileURLToPath(new URL(`../testdata/${name}.wasm`, import.meta.url));
const script = new URL('../dist/worker-node.mjs', import.meta.url);
/** Watchdog: milliseconds after which a process is taken never to end. */
const PATIENCE = 10 * 60_000;
const text = (bytes) => new TextDecoder().decode(bytes);
const hostCall = (binding, namespace, operation, payload) => payload;

/** A pool of one whose workers are made by `make`, and a list of those. */
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
    // The package's worker, which also dies when it is told to.
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
    // Idle workers do not keep this process alive.
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

test('a worker whose terminate throws keeps nothing else of its pool from ending', async () => {
  const ended = [];
  const make = () => {
    const worker = new Worker(script);
    const { terminate } = worker;
    worker.terminate = () => {
      ended.push(terminate.call(worker));
      throw new Error('planned');
    };
    return worker;
  };
  let called;
  const running = new Promise((resolve) => (called = resolve));
  const options = { size: 2, hostCall: () => (called(), new Promise(() => {})) };
  const { pool, workers } = await poolOf(make, options);
  const outcomes = ['first', 'second', 'third'].map((payload) =>
    rejects(pool.invoke('echo', payload), { code: 'WAPC_CLOSED' }),
  );
  const closed = pool.close();
  await running;
  pool.destroy();
  await Promise.all([...outcomes, closed]);
  deepEqual([workers.length, ended.length, pool.stats.size], [2, 2, 0]);
  await Promise.all(ended);
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
    'an idle pool whose worker was offered what was then aborted',
    // The thread is busy until the worker has answered and waits for a message (after 20 ms).
    `const pool = await WapcPool.create(guest, { size: 1, workers: true, hostCall, logger() {} });
     await pool.invoke('echo', 'x');
     const [first, second] = [new AbortController(), new AbortController()];
     const one = pool.invoke('echo', 'x', { signal: first.signal });
     for (const end = performance.now() + 200; performance.now() < end; );
     const other = pool.invoke('echo', 'x', { signal: second.signal });
     second.abort();
     first.abort();
     await Promise.allSettled([one, other]);`,
  ],
  [
    'a get that was served at once',
    'const pool = await WapcPool.create(guest, { size: 1, hostCall }); pool.return(await pool.get(86_400_000));',
  ],
  [
    'a pending get that was served in time',
    'const pool = await WapcPool.create(guest, { size: 1, hostCall }); const first = await pool.get(); const second = pool.get(86_400_000); pool.return(first); pool.return(await second);',
  ],
  [
    'a pool that is closed',
    "const pool = await WapcPool.create(guest, { size: 2, workers: true, hostCall, limits: { timeout: 86_400_000 } }); await pool.invoke('echo', 'x', { timeout: 86_400_000 }); await pool.close();",
  ],
  [
    'a pool whose host calls are never answered',
    "const pool = await WapcPool.create(guest, { size: 1, workers: true, hostCall: () => new Promise(() => {}) }); for (const payload of 'xy') void pool.invoke('echo', payload);",
  ],
  [
    'a pool whose host call was answered later, once its worker has read a long answer',
    `const later = () => new Promise((resolve) => setTimeout(resolve, 1, new Uint8Array(1 << 24)));
     const pool = await WapcPool.create(guest, { size: 1, workers: true, hostCall: later });
     await pool.invoke('echo', 'x');`,
  ],
  [
    'an idle host whose callback may answer later',
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

const cannotGrow = !('growable' in SharedArrayBuffer.prototype) && 'needs shared memory that grows';
test(
  'a payload that grows under another thread is written as far as was told, or not at all',
  { skip: cannotGrow },
  async () => {
    const growing = new Worker(
      `const { parentPort } = require('node:worker_threads');
    parentPort.on('message', (buffer) => {
      while (buffer.byteLength < buffer.maxByteLength) buffer.grow(buffer.byteLength + 1);
    });`,
      { eval: true },
    );
    const host = await WapcHost.instantiate(path('wat/probe'), { async: false });
    const [first, second, untouched] = [1024, 32768, 0xaa];
    const outcomes = { written: 0, refused: 0 };
    for (let round = 0; round < 20; round++) {
      const buffer = new SharedArrayBuffer(64, { maxByteLength: 16384 });
      const payload = new Uint8Array(buffer);
      // The guest asks for the request again, at another address.
      new Uint32Array(buffer, 0, 2).set([512, second]);
      growing.postMessage(buffer);
      await host.reset();
      while (buffer.byteLength < buffer.maxByteLength) {
        try {
          const memory = host.invokeSync('q', payload);
          const [once, again] = [first, second].map((at) => memory.indexOf(untouched, at) - at);
          equal(once, again);
          outcomes.written++;
        } catch (error) {
          equal(error.code, 'WAPC_ARGUMENT', error);
          outcomes.refused++;
        }
      }
    }
    host.close();
    await growing.terminate();
    equal(outcomes.written > 0, true);
  },
);

test('a module compiled for a pool that cannot be made, or only for `replace`, is freed at once', async () => {
  const { setFlagsFromString } = await import('node:v8');
  const { runInNewContext } = await import('node:vm');
  setFlagsFromString('--expose-gc');
  const gc = runInNewContext('gc');
  const ofPool = async () => {
    const hostCall = () => {};
    await rejects(WapcPool.create(path('wat/unknown-imports'), { hostCall }), { code: 'WAPC_LINK' });
    return new WeakRef(hostCall);
  };
  const host = await WapcHost.instantiate(path('wat/probe'));
  const ofReplace = async () => {
    const module = await WebAssembly.compile(readFileSync(path('wat/probe')));
    await host.replace(module);
    await host.replace(path('wat/probe'));
    return new WeakRef(module);
  };
  const kept = [await ofPool(), await ofReplace()];
  // Objects made in this turn of the event loop are kept until its end.
  await new Promise(setImmediate);
  // Both in one turn, so that freeing cannot be the effect of another object's collection.
  gc();
  gc();
  deepEqual(
    kept.map((reference) => reference.deref()),
    [undefined, undefined],
  );
  host.close();
});

test('a closed module does not keep the callbacks alive that it was compiled with', async () => {
  const { setFlagsFromString } = await import('node:v8');
  const { runInNewContext } = await import('node:vm');
  setFlagsFromString('--expose-gc');
  const gc = runInNewContext('gc');
  const make = async () => {
    let module;
    // Refers to the module whose option it is.
    const callback = () => module;
    module = await WapcModule.compile(path('wat/probe'), { hostCall: callback });
    (await module.instantiate()).close();
    module.close();
    return new WeakRef(callback);
  };
  const callbacks = await Promise.all(Array.from({ length: 5 }, make));
  for (let turn = 0; turn < 50 && callbacks.some((callback) => callback.deref()); turn++) {
    await new Promise(setImmediate);
    gc();
  }
  equal(callbacks.filter((callback) => callback.deref()).length, 0);
});

test('a pool that nobody refers to any more is collected, and its instances with it', async () => {
  const { setFlagsFromString } = await import('node:v8');
  const { runInNewContext } = await import('node:vm');
  setFlagsFromString('--expose-gc');
  const gc = runInNewContext('gc');
  const before = counts();
  const module = await WapcModule.compile(path('wat/probe'));
  const use = async () => void (await (await WapcPool.create(module, { size: 2 })).invoke('c'));
  for (let count = 0; count < 10; count++) await use();
  // The engine may keep what it has used last.
  const areGone = () => counts().pools <= before.pools + 1 && counts().instances <= before.instances + 2;
  for (let turn = 0; turn < 50 && !areGone(); turn++) {
    await new Promise(setImmediate);
    gc();
  }
  equal(areGone(), true);
  module.close();
});
