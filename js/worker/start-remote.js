/** Hosts whose guests run in workers, whose code is loaded when the first one is made. */

import { WapcError, closedError, messageOf } from '../base/error.js';
import { platform } from '../platform/platform.js';

/** The hosts in workers of one pool that are starting. */
export class StartingRemotes {
  #remotes = new Set();
  #isClosed = false;

  /** The start that runs on each of them. */
  get starts() {
    return [...this.#remotes].map(({ current }) => current);
  }

  /** Runs `start`, in which the core calls `startRemote`: the host that this makes is one of these until it has started. */
  during(start) {
    owner = this;
    try {
      return start();
    } finally {
      owner = undefined;
    }
  }

  /** Starts a host by `reset`. Throws WAPC_CLOSED if `close` was called, also while it starts. */
  async started(remote, reset) {
    if (this.#isClosed) throw closedError('pool');
    this.#remotes.add(remote);
    try {
      await reset();
    } catch (error) {
      throw this.#isClosed ? closedError('pool') : error;
    } finally {
      this.#remotes.delete(remote);
    }
  }

  /** Closes the hosts, now and from now on. */
  close() {
    this.#isClosed = true;
    for (const remote of [...this.#remotes]) remote.close();
  }
}

/**
 * The starting hosts of the pool that is making one now; undefined while a host of no pool is made.
 * @type {StartingRemotes | undefined}
 */
let owner;

/**
 * Starts a host whose guest runs in a worker. Called by the core. Loads `remote.js` on first use. If that fails, throws
 * WAPC_UNSUPPORTED on a platform without workers (service workers refuse `import()`), else WAPC_LOAD.
 */
export async function startRemote(...settings) {
  const starting = owner ?? new StartingRemotes();
  const remote = await import('./remote.js').catch((cause) => {
    const [code, reason] =
      platform.startWorker === undefined
        ? ['WAPC_UNSUPPORTED', 'leave `workers` out, or let the callback answer at once, with `async: false`']
        : ['WAPC_LOAD', messageOf(cause)];
    throw new WapcError(code, `guests cannot run in workers here: ${reason}`, { cause });
  });
  return remote.createRemote(starting, ...settings);
}
