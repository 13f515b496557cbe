/**
 * `npm run soak`, its second part: invocations over two workers while some take too long, some are aborted, some trap, and
 * workers die. Each must settle with its own answer, or with an error that it has earned; memory and descriptors stay flat.
 *
 *     node --expose-gc tests/bench/soak-workers.js [COUNT]
 */

import { readFile, readdir } from 'node:fs/promises';
import { Worker } from 'node:worker_threads';

import { WapcPool } from 'wapc-host';

import { median } from './measure.js';

const COUNT = Number(process.argv[2] ?? 1e7);
const CALLERS = 64;
/** Sizes are taken after each of so many parts. */
const PARTS = 16;

/** Of so many invocations one takes too long, is aborted, traps, or has a worker die beside it. */
const [SLOW, ABORTED, TRAPS, DEATHS] = [50_000, 500, 5000, 50_000];

const guest = await readFile(new URL('../../testdata/wat/probe.wasm', import.meta.url));
const script = new URL('../../dist/worker-node.mjs', import.meta.url);

/** The workers that run. */
const workers = new Set();
const factory = () => {
  const worker = new Worker(script);
  workers.add(worker);
  worker.once('exit', () => workers.delete(worker));
  return worker;
};
const pool = await WapcPool.create(guest, {
  size: 2,
  min: 2,
  workers: { factory },
  hostCall: (binding, namespace, operation, payload) => payload,
  logger() {},
});

/** Random numbers from a seed: xorshift. */
let state = 0x2545f491;
function below(limit) {
  state ^= state << 13;
  state ^= state >>> 17;
  state ^= state << 5;
  return (state >>> 0) % limit;
}

const words = (...values) => new Uint8Array(Uint32Array.of(...values).buffer);
const firstWord = (bytes) => new Uint32Array(bytes.slice(0, 4).buffer)[0];

/** Operations of the guest by name, each with a payload that carries a number, which the response begins with. */
const ANSWERED = [
  ['s', (number) => words(1032, 4, number)],
  ['r', (number) => words(512, 1, 512, 1, 512, 1, 1060, 4, 4096, number)],
  ['k', (number) => words(512, 1, 512, 1, 512, 1, 1060, 4, 4096, number)],
];

/** How invocations have settled, by kind and code. */
const counts = {};
const count = (what) => (counts[what] = (counts[what] ?? 0) + 1);
const wrong = [];

async function settles(kind, promise, isRight) {
  let outcome;
  try {
    const response = await promise;
    outcome = isRight(response) ? 'answered' : `answered with ${response}`;
  } catch (error) {
    outcome = typeof error.code === 'string' ? error.code : error.name;
  }
  count(`${kind}: ${outcome}`);
  const allowed = { ordinary: ['answered', 'WAPC_TRAP'], slow: ['WAPC_TIMEOUT', 'WAPC_TRAP'], traps: ['WAPC_TRAP'] };
  if (!(allowed[kind] ?? ['answered', 'AbortError', 'WAPC_TRAP']).includes(outcome)) wrong.push(`${kind}: ${outcome}`);
}

async function once(number) {
  const [operation, payloadOf] = ANSWERED[below(ANSWERED.length)];
  const payload = payloadOf(number);
  const isRight = (response) => firstWord(response) === number;
  if (below(DEATHS) === 0) {
    count('deaths');
    [...workers][below(workers.size)]?.terminate();
  }
  if (below(SLOW) === 0) return settles('slow', pool.invoke('L', undefined, { timeout: 5 }), () => false);
  if (below(TRAPS) === 0) return settles('traps', pool.invoke('?'), () => false);
  if (below(ABORTED) !== 0) return settles('ordinary', pool.invoke(operation, payload), isRight);
  const controller = new AbortController();
  const settled = settles('aborted', pool.invoke(operation, payload, { signal: controller.signal }), isRight);
  if (below(2) === 0) await undefined;
  controller.abort();
  return settled;
}

async function sizes() {
  for (let i = 0; i < 5; i++) {
    globalThis.gc();
    await new Promise(setImmediate);
  }
  const { rss, heapUsed, external } = process.memoryUsage();
  const descriptors = (await readdir('/proc/self/fd')).length;
  return { rss: rss / 2 ** 20, heap: (heapUsed + external) / 2 ** 20, descriptors, workers: workers.size };
}

let number = 0;
const until = (end) =>
  Promise.all(
    Array.from({ length: CALLERS }, async () => {
      while (number < end) await once(number++);
    }),
  );

const told = ({ rss, heap, descriptors }) =>
  `resident ${rss.toFixed(0)} MiB, heap ${heap.toFixed(1)} MiB, ${descriptors} descriptors`;
const start = performance.now();
const seen = [];
for (let part = 1; part <= PARTS; part++) {
  await until((COUNT * part) / PARTS);
  seen.push(await sizes());
  console.log(`after ${number}: ${told(seen.at(-1))}`);
}
console.log(`${COUNT} invocations in ${((performance.now() - start) / 1000).toFixed(0)} s:`, counts, pool.stats);
const settled = Object.entries(counts).reduce((sum, [what, times]) => sum + (what === 'deaths' ? 0 : times), 0);
const failed = (what, holds) => {
  if (holds) return;
  console.error(`FAILED: ${what}`);
  process.exitCode = 1;
};
failed(`each settles once: ${settled} of ${number}`, settled === number);
failed(`outcomes that nobody has earned: ${wrong.slice(0, 5)}`, wrong.length === 0);
failed('an ordinary one fails only beside a death', (counts['ordinary: WAPC_TRAP'] ?? 0) <= (counts.deaths ?? 0));
// Medians of the first and the last quarter: what workers have not collected yet comes and goes by 100 MiB.
const [first, last] = [seen.slice(0, PARTS / 4), seen.slice(-PARTS / 4)];
const of = (sizes, what) => median(sizes.map((size) => size[what]));
const isFlat = (what, more) => of(last, what) < of(first, what) * 1.1 + more;
failed('memory is flat', isFlat('rss', 32) && isFlat('heap', 2));
failed('descriptors are flat', of(last, 'descriptors') <= of(first, 'descriptors') + 4);
await pool.close();
failed('no worker is left', pool.stats.size === 0);
