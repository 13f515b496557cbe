/** Compiles guests, and holds the core's half of each `WapcModule`. Modules, hosts and pools build on it. */

import { isObserved, observeWork } from '../base/observing.js';
import { dropUnused, fetchEarly } from '../loading/load.js';
import { core, rawExports } from './core.js';

/**
 * The core's half of each `WapcModule`.
 * @type {WeakMap<object, import('../generated/core.js').Module>}
 */
const halves = new WeakMap();

/** Stores the core's half of a `WapcModule`. */
export const setHalf = (module, half) => void halves.set(module, half);

/** The core's half of a `WapcModule`; undefined for anything else. */
export const halfOf = (module) => halves.get(module);

/**
 * Compiles a guest. Resolves with the core's half of a module.
 * @param {import('./index.js').GuestSource} source
 * @param {import('./index.js').HostOptions | import('./index.js').PoolOptions | undefined} options
 * @param {boolean} isForPool true if `options` are a pool's: the module keeps them for the pool that is made from it
 */
export async function compile(source, options, isForPool = false) {
  const guest = rawExports() === undefined ? fetchEarly(source) : source;
  try {
    const Module = await core();
    return await observed(() => Module.compile(guest, options, isForPool));
  } finally {
    if (guest !== source) dropUnused(guest);
  }
}

/** @type {(work: () => Promise<import('../generated/core.js').Module>) => Promise<import('../generated/core.js').Module>} */
const observed = (work) =>
  isObserved('compile')
    ? observeWork('compile', {}, work, (event, { guestName }) => (event.guest = guestName))
    : work();

/**
 * The core's half of the module that replaces a host's guest, compiled if `source` is not a module yet.
 * @param {import('./index.js').GuestSource | import('./index.js').WapcModule} source
 * @param {import('./index.js').ReplaceOptions | undefined} options
 * @param {{ memoryLimit: number | undefined, demands: number }} replaced the current host (the core's, or a worker's)
 */
export async function compileSuccessor(source, options, { memoryLimit, demands }) {
  const half = halfOf(source);
  if (half === undefined) {
    const Module = await core();
    return observed(() => Module.compileSuccessor(source, options, memoryLimit, demands));
  }
  half.admitSuccessor(options, memoryLimit, demands);
  return half;
}

/**
 * Frees a module that `compileSuccessor` has compiled of `source`, or will have: nothing else refers to it.
 * @param {import('./index.js').GuestSource | import('./index.js').WapcModule} source
 * @param {Promise<import('../generated/core.js').Module>} compiling
 */
export function freeSuccessor(source, compiling) {
  if (halfOf(source) !== undefined) return;
  compiling.then(
    (module) => module.free(),
    () => {},
  );
}
