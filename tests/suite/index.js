/**
 * The suite that every engine runs.
 * @typedef {object} Environment
 * @property {typeof import('wapc-host').WapcHost} WapcHost
 * @property {typeof import('wapc-host').WapcModule} WapcModule
 * @property {typeof import('wapc-host').WapcPool} WapcPool
 * @property {typeof import('wapc-host').WapcError} WapcError
 * @property {typeof import('wapc-host').features} features
 * @property {typeof import('wapc-host').typed} typed
 * @property {typeof import('wapc-host/observe').observe} observe
 * @property {typeof import('wapc-host/observe').devtools} devtools
 * @property {typeof import('wapc-host/observe').profile} profile
 * @property {(name: string) => Promise<Uint8Array>} guest the bytes of a guest of testdata/
 * @property {(name: string) => string} url where that guest can be fetched or read
 * @property {boolean} canSuspend whether the engine has JSPI
 * @property {typeof import('node:async_hooks').AsyncLocalStorage} [AsyncLocalStorage] where the engine has it
 * @property {typeof import('../../js/entry/counts.js').counts} counts what is alive on this thread
 * @property {() => Promise<{ processes: number, room: number, handles: number }>} wasiCounts what guests hold through WASI
 * @property {(work: (path: string, fs: typeof import('node:fs'), shell: (script: string) => void) => Promise<void>) =>
 * Promise<void>} [inDirectory] calls `work` with a new directory of the machine, which is removed afterwards; where there
 * are directories. `shell` runs a script of sh in it
 * @property {boolean} hasWorkers whether guests can run in workers that wait for their host
 */

import { wrongArguments } from './arguments.js';
import { assemblyscript } from './assemblyscript.js';
import { asynchronous } from './async.js';
import { asyncified } from './asyncified.js';
import { callers } from './callers.js';
import { chains } from './chains.js';
import { clocks } from './clocks.js';
import { closing } from './closing.js';
import { deadlines } from './deadlines.js';
import { growing } from './growing.js';
import { renewing } from './renewing.js';
import { guests } from './guests.js';
import { hostile } from './hostile.js';
import { into } from './into.js';
import { interrupting } from './interrupting/index.js';
import { lastWords } from './last-words.js';
import { lifecycle } from './lifecycle.js';
import { loading } from './loading.js';
import { locating } from './locating.js';
import { memory } from './memory.js';
import { observing } from './observing.js';
import { pools } from './pool.js';
import { offering } from './offering.js';
import { properties } from './property.js';
import { protocol } from './protocol.js';
import { reading } from './reading.js';
import { replacing, replacingUnderLoad } from './replacing.js';
import { routing } from './routes.js';
import { scopes } from './scopes.js';
import { stacks } from './stacks.js';
import { steady } from './steady.js';
import { stack } from './stack/index.js';
import { stopping } from './stopping.js';
import { telling } from './telling.js';
import { values } from './values.js';
import { views } from './views.js';
import { wasi } from './wasi/index.js';

/** All tests: pairs of a name and an asynchronous function. */
export function* suite(environment) {
  for (const part of [
    guests,
    assemblyscript,
    protocol,
    hostile,
    callers,
    memory,
    lifecycle,
    asynchronous,
    deadlines,
    interrupting,
    into,
    views,
    scopes,
    routing,
    values,
    chains,
    steady,
    stopping,
    wrongArguments,
    reading,
    loading,
    locating,
    telling,
    clocks,
    lastWords,
    stacks,
    observing,
    wasi,
    stack,
    closing,
    asyncified,
    // The longest ones come last, so that failures show early.
    pools,
    growing,
    renewing,
    replacing,
    offering,
    properties,
    replacingUnderLoad,
  ]) {
    for (const [name, run] of part(environment)) yield [`${part.name}: ${name}`, run];
  }
}
