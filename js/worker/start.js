/** Starts workers, and makes the errors of failed starts. */

import { WapcError, argumentError, messageOf } from '../base/error.js';
import { tagOf } from '../base/tag.js';
import { canShare, platform } from '../platform/platform.js';
import { canBeSuspended } from '../invocation/asyncify.js';
import { withForeign } from './foreign.js';

const ISOLATION =
  'serve the page cross-origin isolated, with the headers `Cross-Origin-Opener-Policy: same-origin` and ' +
  '`Cross-Origin-Embedder-Policy: require-corp`';

/**
 * The reason why a guest cannot run in a worker here, and what to do instead; undefined if it can.
 * @param {WebAssembly.Module} guest
 * @param {boolean} callsHost true if there is a host callback
 * @param {boolean} isRequested true if the caller asked for workers, false if they only stand in for JSPI
 */
export function whyNoWorker(guest, callsHost, isRequested) {
  if (platform.startWorker === undefined) {
    if (!isRequested)
      return `${NO_JSPI} or workers; ${ASYNCIFY}, or let the callback answer at once, with \`async: false\``;
    return 'there are no workers here: leave `workers` out' + (canBeSuspended(guest) ? AWAITS : '');
  }
  if (!callsHost || canShare() || canBeSuspended(guest)) return undefined;
  if (!isRequested)
    return `${NO_JSPI} or shared memory; ${ASYNCIFY}, ${ISOLATION}, or let the callback answer at once, with \`async: false\``;
  return (
    `\`workers\` with a host callback need shared memory or JSPI (WebAssembly.Suspending): ${ASYNCIFY}; ${ISOLATION}; or leave ` +
    '`workers` out, and let the callback answer at once'
  );
}

/** The option of `wasi` that guests in workers cannot have; undefined if none was given. */
export const optionNotInWorkers = ({ now, random }) => (now && 'now') ?? (random && 'random');

const ASYNCIFY = 'prepare the guest by `wasm-opt --asyncify`';

const NO_JSPI = 'this engine cannot await a host callback without JSPI (WebAssembly.Suspending)';

/** Hint for a guest that can be suspended without workers. */
const AWAITS = '; callbacks may answer later without';

/**
 * Starts a worker. Throws WAPC_LOAD if the platform or the caller's factory throws, WAPC_ARGUMENT for a wrong script or
 * worker.
 */
export function startWorker(script) {
  if (typeof script === 'function') return madeBy(script);
  const isAddress = script === undefined || typeof script === 'string' || tagOf(script) === 'URL';
  if (!isAddress) throw argumentError('workers.url', 'a string or a URL', script);
  try {
    return withForeign(() => platform.startWorker(script));
  } catch (cause) {
    // Refused by Node's permission model (`--permission`).
    if (cause?.code === 'ERR_ACCESS_DENIED') throw notAllowedError(cause);
    throw notLoadedError(cause);
  }
}

/** Workers that factories have returned: each serves one host. */
const made = new WeakSet();

function madeBy(factory) {
  let worker;
  try {
    worker = factory();
  } catch (cause) {
    throw new WapcError('WAPC_LOAD', `\`workers.factory\` threw: ${messageOf(cause)}`, { cause });
  }
  if (!isWorker(worker)) {
    discard(worker);
    throw argumentError('workers.factory', 'a function that returns a Worker', worker);
  }
  if (made.has(worker)) throw argumentError('workers.factory', 'a new Worker at each call, not one in use', worker);
  made.add(worker);
  return worker;
}

function isWorker(value) {
  try {
    const methods = [value.postMessage, value.terminate, value.on ?? value.addEventListener];
    return methods.every((method) => typeof method === 'function');
  } catch {
    return false;
  }
}

/** Terminates the worker of a factory that returned a promise. A rejection is handled here too. */
async function discard(value) {
  try {
    (await value)?.terminate?.();
  } catch {
    // The value was not a worker.
  }
}

function notAllowedError(cause) {
  const message = `Node's permissions forbid workers (${messageOf(cause)}): run it with \`--allow-worker\``;
  return new WapcError('WAPC_UNSUPPORTED', message, { cause });
}

export function notLoadedError(cause) {
  const message = `the script of the worker could not be run: ${messageOf(cause)}; see \`workers.url\``;
  return new WapcError('WAPC_LOAD', message, { cause });
}

/** Time limit for loading a worker's script, in ms. */
export const LOADING = 30_000;

export const lateError = () =>
  new WapcError('WAPC_LOAD', `the script of the worker has not loaded within ${LOADING} ms; see \`workers.url\``);

export function diedError(cause) {
  return new WapcError('WAPC_TRAP', `the worker of the guest died: ${messageOf(cause)}`, { cause });
}
