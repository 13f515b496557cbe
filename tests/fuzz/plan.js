/** The plan of a seed, besides its guest: ways, callback, limits, files and invocations. */

import { acting, calm, strange } from './callbacks.js';
import { Random } from './random.js';

const OPERATIONS = ['hello', '', 'ü€😀', 'a\0b', 'x'.repeat(300)];
const LENGTHS = [0, 1, 15, 16, 17, 300, 4096, 70_000];
const WASI = ['wasi_snapshot_preview1', 'wasi_unstable', 'wasi'];

/** One of this many seeds is run in a worker: starting one takes as long as ten other seeds. */
const WORKERS = 50;

export function planOf(seed, module) {
  const random = new Random(seed);
  const exported = new Set(WebAssembly.Module.exports(module).map(({ name }) => name));
  const hasWasi = WebAssembly.Module.imports(module).some(({ module: name }) => WASI.includes(name));
  const [startsNothing, isDeep] = [exported.has('plain'), exported.has('deep')];
  const other = random.oneIn(WORKERS)
    ? random.pick(['workers', 'worker'])
    : random.pick(['promise', 'auto', 'auto', 'pool']);
  return {
    seed,
    hasWasi,
    isDeep,
    isVarying: exported.has('varying'),
    startsNothing,
    ways: ['sync', other],
    callback: callback(random, { hasWasi, other, startsNothing, isDeep }),
    logger: random.oneIn(12) ? 'throws' : 'listens',
    limit: random.oneIn(4) ? random.pick([4096, 100]) : 1 << 20,
    files: random.pick(['none', 'tree', 'directory']),
    invocations: Array.from({ length: isDeep ? 1 : 1 + random.below(4) }, () => ({
      operation: random.pick(OPERATIONS),
      payload: new Uint8Array(random.pick(LENGTHS)).fill(random.below(256)),
    })),
  };
}

function callback(random, { hasWasi, other, startsNothing, isDeep }) {
  const isHost = other !== 'pool' && other !== 'workers';
  const mayAct = startsNothing && isHost;
  const group = random.pick([calm, mayAct && isDeep ? acting : calm, mayAct ? acting : calm, strange]);
  // The ways of a WASI guest are compared with each other, and not all of them can await.
  const isSame = ({ isLater, name }) => !hasWasi || !(isLater || name === 'aborts');
  // A host in a worker has no `invokeSync` to call itself with.
  const choices = group.filter((kind) => isSame(kind) && !(other === 'worker' && kind.name === 'calls itself'));
  return random.pick(choices);
}
