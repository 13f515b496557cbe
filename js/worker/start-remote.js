import { WapcError, messageOf } from '../base/error.js';
import { platform } from '../platform/platform.js';

/**
 * A host whose guest runs in a worker. That is a part of its own, loaded with the first of them: what the core calls. Throws
 * WAPC_UNSUPPORTED where it cannot be loaded and there are no workers (service workers refuse `import()`), else WAPC_LOAD.
 */
export async function startRemote(...settings) {
  const remote = await import('./remote.js').catch((cause) => {
    const code = platform.startWorker === undefined ? 'WAPC_UNSUPPORTED' : 'WAPC_LOAD';
    throw new WapcError(code, `guests cannot run in workers here: ${messageOf(cause)}`, { cause });
  });
  return remote.startRemote(...settings);
}
