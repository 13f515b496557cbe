/** `npm run soak`: checks that memory stays flat over many invocations, hosts, pools and workers. */

import { readFile } from 'node:fs/promises';

import { WapcModule, WapcPool } from 'wapc-host';

const bytes = await readFile(new URL('../../testdata/bench.wasm', import.meta.url));
const module = await WapcModule.compile(bytes, {
  hostCall: (binding, namespace, operation, payload) => payload,
  async: false,
});
const payload = new Uint8Array(1024);

/** Bytes of memory of this process, after garbage collection. */
async function memory() {
  for (let i = 0; i < 5; i++) {
    globalThis.gc();
    await new Promise(setImmediate);
  }
  const { rss, heapUsed, external } = process.memoryUsage();
  return { rss, heap: heapUsed + external };
}

const MiB = (size) => `${(size / 2 ** 20).toFixed(1)} MiB`;

/** Bytes by which the engine's own memory may vary. */
const SLACK = { rss: 16 * 2 ** 20, heap: 2 ** 20 };

/** Runs `work` up to `early` times, then up to `late` times. Memory may then be a tenth larger, plus some slack. */
async function soak(what, early, late, work) {
  let done = 0;
  const until = async (times) => {
    for (; done < times; done++) await work();
    return memory();
  };
  const [before, after] = [await until(early), await until(late)];
  const grown = Object.keys(before).filter((kind) => after[kind] > before[kind] * 1.1 + SLACK[kind]);
  const told = (size) => `heap ${MiB(size.heap)}, resident ${MiB(size.rss)}`;
  console.log(
    `${what}: after ${early}: ${told(before)}; after ${late}: ${told(after)}: ${grown.length > 0 ? 'GROWN' : 'flat'}`,
  );
  if (grown.length > 0) process.exitCode = 1;
}

const host = await module.instantiate();
await soak('invocations of 1 KiB with a host call', 1e5, 1e6, () => host.invoke('call', payload));
await soak('failures, and fresh instances', 100, 1000, async () => {
  await host.invoke('no such operation').catch(() => {});
  await host.reset();
});
host.close();
await soak('hosts made and closed', 1e3, 1e4, async () => (await module.instantiate()).close());

const echo = (binding, namespace, operation, bytes) => bytes;
const pool = await WapcPool.create(module, { size: 2, workers: true, hostCall: async (...call) => echo(...call) });
const large = new Uint8Array(65536);
await soak('invocations of 64 KiB in a pool of workers, with a host call', 1e4, 1e5, () => pool.invoke('call', large));
await pool.close();
const elastic = { size: 2, min: 0, idleTimeout: 0, hostCall: echo };
await soak('pools made and closed', 100, 1000, async () => {
  const short = await WapcPool.create(module, elastic);
  await short.invoke('call', payload);
  await short.close();
});
await soak('workers made and closed', 20, 100, async () => {
  const short = await WapcPool.create(module, { size: 1, workers: true, hostCall: echo });
  await short.invoke('call', payload);
  await short.close();
});
