/** The packages of NATS, which whoever uses this entry has installed: they are loaded on demand. */

import { WapcError, messageOf } from '../base/error.js';

/**
 * Makes the handler of a package that cannot be loaded, for `catch` of `import()` itself: bundlers then take the package for
 * one that may be missing.
 * @param {string} name
 */
function missing(name) {
  /** @returns {never} */
  return (cause) => {
    const message = `\`${name}\` cannot be loaded (${messageOf(cause)}): install it beside wapc-host, by \`npm install ${name}\``;
    throw new WapcError('WAPC_UNSUPPORTED', message, { cause });
  };
}

/**
 * `@nats-io/nats-core`, once it is loaded: requests that follow do not wait for it.
 * @type {typeof import('@nats-io/nats-core') | undefined}
 */
export let core;

/** Loads `@nats-io/nats-core`. Throws WAPC_UNSUPPORTED. */
export async function loadCore() {
  return (core ??= await import('@nats-io/nats-core').catch(missing('@nats-io/nats-core')));
}

/** Loads `@nats-io/obj`. Throws WAPC_UNSUPPORTED. */
export const loadStores = () => import('@nats-io/obj').catch(missing('@nats-io/obj'));

/** Headers with one field. */
export function headersOf(name, value) {
  const headers = core.headers();
  headers.set(name, value);
  return headers;
}
