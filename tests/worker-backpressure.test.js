/**
 * Limits how far workers may be ahead of the caller's thread in log lines, output and host calls, with and without
 * shared memory.
 */

import { deepEqual, equal, ok, rejects } from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';

import { WapcPool } from 'wapc-host';

import { MOST_UNREAD, sizeOfBytes } from '../js/worker/backpressure.js';
import { Shared, SharedWithHost } from '../js/worker/shared.js';

const guest = fileURLToPath(new URL('../testdata/wat/writes.wasm', import.meta.url));
const script = new URL('../dist/worker-node.mjs', import.meta.url);
const layout = new URL('../js/worker/rings/layout.js', import.meta.url);

const NONE = 0xffffffff;
const FOREVER = 0;
const payloadOf = (length, count, call = NONE) => new Uint8Array(Uint32Array.of(length, count, call).buffer);

/** Words of the memory through which a worker reports its state: changes, messages, their bytes, whether it waits. */
const [CHANGES, MESSAGES, BYTES, WAITS] = [0, 1, 2, 3];

/** The package's worker with such reports added: of what it writes, and of what it sends. */
const OBSERVED = `
  import { parentPort, workerData } from 'node:worker_threads';
  import { CAPACITY, CHUNK, FILLER, KIND, LENGTH, LINE, Rings, WRITTEN, restOf } from ${JSON.stringify(layout.href)};
  const changed = () => {
    Atomics.add(workerData, ${CHANGES}, 1);
    Atomics.notify(workerData, ${CHANGES});
  };
  const post = parentPort.postMessage.bind(parentPort);
  parentPort.postMessage = (message, transfer) => {
    post(message, transfer);
    if (!['log', 'output'].includes(message[0])) return;
    Atomics.add(workerData, ${MESSAGES}, 1);
    Atomics.add(workerData, ${BYTES}, message.at(-1).length);
    changed();
  };
  // Records in shared memory, in place of messages.
  let written = 0;
  const { store, wait } = Atomics;
  Atomics.store = (words, word, value) => {
    store(words, word, value);
    if (word !== WRITTEN || words.length < CAPACITY / 4) return;
    const rings = new Rings(words.buffer);
    if (words[rings.recordAt(written) + KIND] === FILLER) written += restOf(written);
    const record = rings.recordAt(written);
    written = value;
    if (![LINE, CHUNK].includes(words[record + KIND])) return;
    Atomics.add(workerData, ${MESSAGES}, 1);
    Atomics.add(workerData, ${BYTES}, words[record + LENGTH]);
    changed();
  };
  Atomics.wait = (...cell) => {
    // With a time limit it waits for invocations.
    if (cell.length < 4) {
      Atomics.store(workerData, ${WAITS}, 1);
      changed();
    }
    return wait(...cell);
  };
  await import(${JSON.stringify(script.href)});`;

function observed() {
  const words = new Int32Array(new SharedArrayBuffer(16));
  const url = new URL(`data:text/javascript,${encodeURIComponent(OBSERVED)}`);
  const factory = () => new Worker(url, { workerData: words });
  /** Blocks this thread until the worker waits for it, or is too far ahead: the number of messages and of bytes. */
  const blocked = () => {
    for (;;) {
      const changes = Atomics.load(words, CHANGES);
      const [messages, bytes] = [words[MESSAGES], words[BYTES]];
      if (words[WAITS] === 1 || bytes > 16 * MOST_UNREAD || messages > 1e6) return [messages, bytes];
      ok(Atomics.wait(words, CHANGES, changes, 120_000) !== 'timed-out', 'neither waits nor writes');
    }
  };
  return { factory, blocked };
}

const LONG = 3 * MOST_UNREAD;
for (const [how, operation] of [
  ['log lines', 'l'],
  ['output', 'w'],
]) {
  for (const length of [0, 1, 1000, MOST_UNREAD / 2 + 1000, LONG]) {
    if (length === 0 && operation === 'w') continue;
    test(`a thread that is busy: ${how} of ${length} bytes are ahead by 1 MiB, or by one`, async () => {
      const { factory, blocked } = observed();
      let seen, pool;
      const write = () => {
        if (seen !== undefined) return;
        seen = blocked();
        pool.destroy();
      };
      pool = await WapcPool.create(guest, { size: 1, logger: write, stdout: write, workers: { factory } });
      await rejects(pool.invoke(operation, payloadOf(length, FOREVER)), { code: 'WAPC_CLOSED' });
      const [messages, bytes] = seen;
      ok(messages >= 1 && messages <= 4096, `${messages} messages`);
      if (length > MOST_UNREAD) deepEqual([messages, bytes], [1, LONG]);
      else ok(bytes <= MOST_UNREAD, `${bytes} bytes`);
      if (length === 1000 && operation === 'w') ok(messages > 500, 'it may be ahead');
    });
  }
}

test('counts wrap around at 2^32', () => {
  const host = new Shared();
  const worker = new SharedWithHost(host.buffer);
  for (const start of [0x7fff_ff00, -0x100, -MOST_UNREAD, 0]) {
    worker.written = start;
    host.header[3] = start;
    for (const size of [300, MOST_UNREAD, 2 ** 31, 2 ** 32 - 1]) {
      worker.reserve(size);
      host.read(size);
      equal(worker.written, host.header[3], 'nothing is unread');
    }
    worker.reserve(1);
    worker.reserve(MOST_UNREAD - 1);
    equal((worker.written - host.header[3]) >>> 0, MOST_UNREAD);
    host.read(MOST_UNREAD);
  }
  // It would wait for ever if `stop` did not end that.
  worker.reserve(1);
  host.stop();
  worker.reserve(MOST_UNREAD);
});

test('a length beyond 32 bits counts as the highest that they hold', () => {
  equal(sizeOfBytes({ length: 2 ** 32 - 1 }), 2 ** 32 - 1);
});

/** A pool of one worker that shares no memory with this thread. */
async function withoutSharedMemory(options) {
  const { SharedArrayBuffer } = globalThis;
  delete globalThis.SharedArrayBuffer;
  try {
    return await WapcPool.create(guest, { size: 1, workers: true, ...options });
  } finally {
    globalThis.SharedArrayBuffer = SharedArrayBuffer;
  }
}

test('without shared memory a guest that writes more than 1 MiB at once is WAPC_LIMIT', async () => {
  let [messages, bytes] = [0, 0];
  const write = (piece) => {
    messages++;
    bytes += piece.length;
  };
  const pool = await withoutSharedMemory({ logger: write, stdout: write });
  for (const operation of ['l', 'w']) {
    for (const [length, count, fails] of [
      [1000, FOREVER, true],
      [LONG, 2, true],
      [0, FOREVER, operation === 'l'],
      [1000, 400, false],
      [LONG, 1, false],
    ]) {
      if (length === 0 && !fails) continue;
      [messages, bytes] = [0, 0];
      const result = pool.invoke(operation, payloadOf(length, count));
      if (!fails) {
        equal(new Uint32Array((await result).slice().buffer)[0], count);
        deepEqual([messages, bytes], [count, count * length]);
        continue;
      }
      await rejects(result, ({ code, message }) => code === 'WAPC_LIMIT' && message.includes('cross-origin isolated'));
      ok(messages >= 1 && messages <= 4096, `${messages} messages`);
      ok(bytes <= Math.max(MOST_UNREAD, length), `${bytes} bytes`);
    }
  }
  equal(pool.stats.failures, pool.stats.replaced);
  await pool.close();
});

const skip = typeof WebAssembly.Suspending !== 'function' && 'needs JSPI';
test('without shared memory a guest that calls its host in between may write what it likes', { skip }, async () => {
  for (const call of [0, 100, LONG]) {
    let [calls, bytes] = [0, 0];
    const pool = await withoutSharedMemory({
      logger: (line) => (bytes += line.length),
      hostCall: (binding, namespace, operation, payload) => void (calls += payload.length === call ? 1 : 0),
    });
    await pool.invoke('l', payloadOf(MOST_UNREAD / 4, 40, call));
    deepEqual([calls, bytes], [40, 10 * MOST_UNREAD]);
    await pool.close();
  }
});
