/** The packages of NATS, which whoever uses this entry has installed: they are loaded on demand. */

import { WapcError, messageOf } from '../base/error.js';

/**
 * Loads a package. `load` has its name in it, so that bundlers see it.
 * @template T
 * @param {string} name
 * @param {() => Promise<T>} load
 */
async function peer(name, load) {
  try {
    return await load();
  } catch (cause) {
    const message = `\`${name}\` cannot be loaded (${messageOf(cause)}): install it beside wapc-host, by \`npm install ${name}\``;
    throw new WapcError('WAPC_UNSUPPORTED', message, { cause });
  }
}

/**
 * `@nats-io/nats-core`, once it is loaded: requests that follow do not wait for it.
 * @type {typeof import('@nats-io/nats-core') | undefined}
 */
export let core;

/** Loads `@nats-io/nats-core`. Throws WAPC_UNSUPPORTED. */
export async function loadCore() {
  return (core ??= await peer('@nats-io/nats-core', () => import('@nats-io/nats-core')));
}

/** Loads `@nats-io/obj`. Throws WAPC_UNSUPPORTED. */
export const loadStores = () => peer('@nats-io/obj', () => import('@nats-io/obj'));

/** Headers with one field. */
export function headersOf(name, value) {
  const headers = core.headers();
  headers.set(name, value);
  return headers;
}
