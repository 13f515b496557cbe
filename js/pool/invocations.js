/** Runs the invocations of a pool on instances that were acquired for one each, and counts all invocations of the pool. */

import { beginAt, callSiteOf } from '../base/call-site.js';

/**
 * The dispatcher's part.
 * @typedef {object} Releaser
 * @property {string | undefined} name the guest's in errors
 * @property {(instance: import('./instance.js').Instance) => void} release
 * @property {(instance: import('./instance.js').Instance) => void} releaseSoon from a caller's stack
 */

export class Invocations {
  /** Invocations that began, and those that failed. */
  counts = { invocations: 0, failures: 0 };
  #dispatcher;

  /** @param {Releaser} dispatcher */
  constructor(dispatcher) {
    this.#dispatcher = dispatcher;
  }

  /** Runs an invocation on an acquired instance. Throws errors that are known synchronously. */
  run(instance, invocation) {
    this.counts.invocations++;
    if (invocation.event !== undefined) invocation.event.host = instance.host.id;
    let result;
    try {
      result = instance.port.invoke(invocation);
    } catch (error) {
      this.counts.failures++;
      this.#dispatcher.releaseSoon(instance);
      throw error;
    }
    // Checks the promise, not `port.running`: the invocation may be pending in the port because too many guests are
    // suspended.
    if (invocation.promise !== undefined) return this.#ended(result, instance);
    this.#dispatcher.releaseSoon(instance);
    return result;
  }

  /** Runs the invocation of a served request. True if it has ended, so that its instance can be released. */
  runRequest(request) {
    const { instance, invocation } = request;
    invocation.endsWait(instance.host.id);
    if (invocation.isOverdue()) {
      request.reject(invocation.locate(invocation.overdue(), this.#dispatcher.name));
      return true;
    }
    this.counts.invocations++;
    try {
      const result = invocation.inScope(() => instance.port.invoke(invocation));
      const ended = invocation.promise === undefined;
      request.resolve(ended ? result : this.#ended(result, instance));
      return ended;
    } catch (error) {
      this.counts.failures++;
      // A request that was served synchronously has its caller on this stack; others have kept theirs, or begin where they
      // are awaited.
      request.reject(beginAt(error, callSiteOf(invocation.called)));
      return true;
    }
  }

  /** Releases an instance when its invocation has ended. */
  #ended(result, instance) {
    return result.then(
      (response) => {
        this.#dispatcher.release(instance);
        return response;
      },
      (error) => {
        this.counts.failures++;
        this.#dispatcher.release(instance);
        throw error;
      },
    );
  }
}
