/** Entry point for browsers, and other platforms without files. Contains the core. */

import '../platform/web.js';

import { WapcError } from '../base/error.js';
import { hex } from '../generated/core-inlined.js';
import { compileInlined } from '../loading/inlined.js';
import { platform } from '../platform/platform.js';

platform.core = () => compileInlined(hex);
// Loaded on demand: most guests do without.
platform.wasi = () => import('./wasi.js').catch((cause) => refuse('WASI', cause));
platform.interrupt = async () =>
  (await import('./interrupt.js').catch((cause) => refuse('`limits.interrupt`', cause))).load();

/** @returns {never} */
function refuse(what, cause) {
  if (globalThis.ServiceWorkerGlobalScope === undefined) throw cause;
  const message = `service workers load nothing later: for ${what}, import \`wapc-host/service-worker\` there`;
  throw new WapcError('WAPC_UNSUPPORTED', message, { cause });
}

export * from './exports.js';
