/** Runs the invocations of `PooledHost`s: each on its instance, which is renewed first if it broke. */

import { queueInChain } from '../invocation/blocked.js';

export class AcquiredInstances {
  #instances;
  #supply;
  #counts;
  #name;

  /**
   * @param {import('./instances.js').Instances} instances of the pool
   * @param {import('./supply.js').Supply} supply renews them
   * @param {{ invocations: number, failures: number }} counts of the pool
   * @param {() => string | undefined} name the guest's in errors
   */
  constructor(instances, supply, counts, name) {
    this.#instances = instances;
    this.#supply = supply;
    this.#counts = counts;
    this.#name = name;
  }

  /**
   * Runs an invocation of a `PooledHost` on its instance. Resolves with its response. Throws errors that are known
   * synchronously.
   */
  run(instance, invocation) {
    if (instance.needsRenewal) return this.#runRenewed(instance, invocation);
    this.#counts.invocations++;
    try {
      const response = instance.port.invoke(invocation);
      instance.runningCount++;
      return this.#ended(instance, response);
    } catch (error) {
      this.#counts.failures++;
      throw error;
    }
  }

  /** Counts an ended invocation of a `PooledHost`. Calls `onAllEnded` after the last one. */
  #ended(instance, response) {
    const ended = () => {
      instance.runningCount--;
      if (instance.runningCount === 0) instance.onAllEnded?.();
    };
    return response.then(
      (bytes) => {
        ended();
        return bytes;
      },
      (error) => {
        this.#counts.failures++;
        ended();
        throw error;
      },
    );
  }

  /** Like `run`, after renewing a broken instance. The invocation may be aborted while it waits. */
  async #runRenewed(instance, invocation) {
    invocation.keepCallSite();
    let failure;
    const aborted = new Promise((resolve, reject) => {
      instance.waiting.set(invocation, (reason) => {
        failure = { reason };
        reject(reason);
      });
    });
    // `aborted` may be rejected when nothing waits for it any more.
    aborted.catch(() => {});
    try {
      if (invocation.parent !== undefined) this.#requireRenewal(instance, invocation);
      while (instance.needsRenewal) await Promise.race([this.#supply.renew(instance), aborted]);
      // It may have been aborted after the last renewal, before this went on.
      if (failure !== undefined) throw failure.reason;
    } catch (error) {
      this.#counts.invocations++;
      this.#counts.failures++;
      invocation.endsWait();
      throw invocation.locate(error, this.#name());
    } finally {
      instance.waiting.delete(invocation);
    }
    invocation.endsWait(instance.host.id, instance.host.name);
    return this.run(instance, invocation);
  }

  /** Lets an invocation of a chain wait for the renewal of its instance. Throws WAPC_REENTRANT if that waits for the chain. */
  #requireRenewal(instance, invocation) {
    const renewal = { holders: () => this.#instances.holdersOf([instance]) };
    const error = queueInChain(invocation, renewal, (blocked) => instance.abort(invocation, blocked));
    if (error !== undefined) throw error;
  }
}
