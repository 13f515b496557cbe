/** Hosts whose guests run in workers, whose code is loaded when the first one is made. */

import { WapcError, messageOf } from '../base/error.js';
import { platform } from '../platform/platform.js';

/**
 * Starts a host whose guest runs in a worker. Called by the core. Loads `remote.js` on first use. If that fails, throws
 * WAPC_UNSUPPORTED on a platform without workers (service workers refuse `import()`), else WAPC_LOAD.
 */
export async function startRemote(...settings) {
  const remote = await import('./remote.js').catch((cause) => {
    const code = platform.startWorker === undefined ? 'WAPC_UNSUPPORTED' : 'WAPC_LOAD';
    throw new WapcError(code, `guests cannot run in workers here: ${messageOf(cause)}`, { cause });
  });
  return remote.startRemote(...settings);
}
