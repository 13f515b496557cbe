/** Cases that `compare.js` times in two builds of the package, in Node and in pages: invocations and first uses. */

import { awaited, measure, sync, together } from './measure.js';

const ROUNDS = 5;
/** Milliseconds that a case of workers runs before it is measured: their threads are compiled later than one that is alone. */
const WARM_UP_OF_WORKERS = 1500;

const hostCall = (binding, namespace, operation, payload) => payload;
const small = new Uint8Array(32).fill(42);
const kilobyte = new Uint8Array(1024).fill(42);
const large = new Uint8Array(65536).fill(42);
const line = new Uint8Array(64).fill(42);

/** Cases of the thread itself, by name. */
async function inThread({ WapcModule, WapcPool }, read) {
  const bytes = await read('bench');
  const module = await WapcModule.compile(bytes);
  const host = await module.instantiate({ hostCall, async: false });
  const auto = await module.instantiate({ hostCall });
  const pool = await WapcPool.create(bytes, { hostCall, async: false, size: 10 });
  const writer = await (await WapcModule.compile(await read('wat/lines'))).instantiate({ stdout() {} });
  return {
    '32 B, invokeSync': sync(() => host.invokeSync('echo', small)),
    'one host call, invokeSync': sync(() => host.invokeSync('call', small)),
    '32 B, await invoke': awaited(() => host.invoke('echo', small)),
    '1 KiB, await invoke': awaited(() => host.invoke('echo', kilobyte)),
    "32 B, await invoke, async: 'auto'": awaited(() => auto.invoke('echo', small)),
    '32 B, await invoke of a pool': awaited(() => pool.invoke('echo', small)),
    '100 lines to standard output, invokeSync': sync(() => writer.invokeSync('', line)),
  };
}

/** Cases of a pool of two workers, by name. */
async function inWorkers({ WapcPool }, read) {
  const pool = await WapcPool.create(await read('bench'), { hostCall, size: 2, min: 2, workers: true });
  const by = (callers, operation, payload) => together(() => ({ run: () => pool.invoke(operation, payload) }), callers);
  return {
    '32 B, 2 workers, 64 callers': by(64, 'echo', small),
    '32 B, 2 workers, 1 caller': by(1, 'echo', small),
    'one host call, 2 workers, 64 callers': by(64, 'call', small),
    '64 KiB, 2 workers, 16 callers': by(16, 'echo', large),
  };
}

const FIRST_USE = 'first use, from instantiate to the first answer';

/**
 * The nanoseconds of the cases whose names contain `only`, by case and build: one for each round, and of a first use one.
 * @param {'inThread' | 'inWorkers' | 'firstUse'} kind
 * @param {string} only
 * @param {string[]} builds
 * @param {(build: string) => Promise<typeof import('wapc-host')>} load
 * @param {(name: string) => Promise<Uint8Array>} read reads a guest
 * @returns {Promise<Record<string, Record<string, number[]>>>}
 */
export async function timesOf(kind, only, builds, load, read) {
  if (kind === 'firstUse') {
    if (!FIRST_USE.includes(only)) return {};
    // Of one build: another one would find engine and guest warm.
    const [build] = builds;
    return { [FIRST_USE]: { [build]: [await firstUse(await load(build), await read('bench'))] } };
  }
  const [casesOf, warmUp] = kind === 'inThread' ? [inThread, undefined] : [inWorkers, WARM_UP_OF_WORKERS];
  const loaded = {};
  for (const build of builds) loaded[build] = await casesOf(await load(build), read);
  const times = {};
  for (const name of Object.keys(loaded[builds[0]]).filter((name) => name.includes(only))) {
    const competitors = Object.fromEntries(builds.map((build) => [build, loaded[build][name]]));
    const rounds = await measure(competitors, 1, ROUNDS, warmUp);
    times[name] = Object.fromEntries(builds.map((build) => [build, rounds.map((round) => round[build])]));
  }
  return times;
}

/** The time of a first use, in a process or page that has used nothing before. */
async function firstUse({ WapcHost }, bytes) {
  const began = performance.now();
  const host = await WapcHost.instantiate(bytes, { hostCall });
  await host.invoke('echo', small);
  return (performance.now() - began) * 1e6;
}
