/** What starting a worker takes, and what can be wrong with it. */

import { WapcError, argumentError } from '../error.js';
import { platform } from '../platform.js';
import { canSuspend } from '../sys/suspension.js';
import { canShare } from './shared.js';

/** What is missing for a worker, if something is, and what to do about it. */
export function whyNot(callsHost) {
  if (platform.startWorker === undefined) {
    return 'workers or JSPI (WebAssembly.Suspending); let the callback answer at once, with `async: false`';
  }
  if (callsHost && !canShare() && !canSuspend()) {
    return (
      'shared memory or JSPI (WebAssembly.Suspending): serve the page cross-origin isolated, with the headers ' +
      '`Cross-Origin-Opener-Policy: same-origin` and `Cross-Origin-Embedder-Policy: require-corp`, or let the callback ' +
      'answer at once, with `async: false`'
    );
  }
  return undefined;
}

export function startWorker(script) {
  if (typeof script === 'function') return script();
  if (script === undefined || typeof script === 'string' || script instanceof URL) return platform.startWorker(script);
  throw argumentError('workers.url', 'a string or a URL', script);
}

export function notLoadedError(cause) {
  const message = `the script of the worker could not be run: ${cause?.message ?? cause}; see \`workers.url\``;
  return new WapcError('WAPC_LOAD', message, { cause });
}

export function diedError(cause) {
  return new WapcError('WAPC_TRAP', `the worker of the guest died: ${cause?.message ?? cause}`, { cause });
}
