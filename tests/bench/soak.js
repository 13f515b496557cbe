/** `npm run soak`: memory after many invocations, and after many hosts made and closed, has to stay where it was. */

import { readFile } from 'node:fs/promises';

import { WapcModule } from 'wapc-host';

const bytes = await readFile(new URL('../../testdata/bench.wasm', import.meta.url));
const module = await WapcModule.compile(bytes, {
  hostCall: (binding, namespace, operation, payload) => payload,
  async: false,
});
const payload = new Uint8Array(1024);

/** Bytes of memory that the process has, once its garbage is gone. */
async function memory() {
  for (let i = 0; i < 5; i++) {
    globalThis.gc();
    await new Promise(setImmediate);
  }
  const { rss, heapUsed, external } = process.memoryUsage();
  return { rss, heap: heapUsed + external };
}

const MiB = (size) => `${(size / 2 ** 20).toFixed(1)} MiB`;

/** Does `work` up to `early` times, then up to `late` times; memory then is within a tenth of what it was. */
async function soak(what, early, late, work) {
  let done = 0;
  const until = async (times) => {
    for (; done < times; done++) await work();
    return memory();
  };
  const [before, after] = [await until(early), await until(late)];
  const grown = Object.keys(before).filter((kind) => after[kind] > before[kind] * 1.1);
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
