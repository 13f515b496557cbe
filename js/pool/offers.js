/**
 * Offers pending invocations to workers that are busy, so that they go on without asking: one begins as soon as the one
 * before it has ended. Those that have not begun are taken back when their worker breaks; in shared memory also when another
 * one is idle, unless those in front of them end within microseconds.
 */

/** Invocations that end on other instances before those that wait behind a longer one are taken back. */
const ENDED_ELSEWHERE = 64;

/**
 * The dispatcher's part.
 * @typedef {object} Events
 * @property {() => number} idle the number of idle instances
 * @property {() => number} creating the number of instances that are being created for pending requests
 * @property {() => void} begins an offered invocation begins
 * @property {(instance: import('./instance.js').Instance, hasBegun: boolean, failed: boolean) => void} ended an offered
 * invocation has ended
 * @property {() => void} back an invocation was put back into the queue
 * @property {(error: unknown, invocation: import('../invocation/invocation.js').Invocation) => unknown} locate
 */

/** An invocation that a worker was offered. The worker's host calls its methods. */
class Offer {
  #request;
  #instance;
  #on;
  #putBack;
  #hasBegun = false;

  /** @param {Events} on */
  constructor(request, instance, on, putBack) {
    this.#request = request;
    this.#instance = instance;
    this.#on = on;
    this.#putBack = putBack;
  }

  get invocation() {
    return this.#request.invocation;
  }

  get hasOptions() {
    return this.#request.hasOptions;
  }

  begins() {
    this.#hasBegun = true;
    this.#on.begins();
    this.invocation.endsWait(this.#instance.host.id);
  }

  isBack() {
    this.#putBack(this.#request, this.#instance);
  }

  resolve(response) {
    this.#request.resolve(response);
    this.#on.ended(this.#instance, this.#hasBegun, false);
  }

  reject(error) {
    if (!this.#hasBegun) this.invocation.endsWait();
    this.#request.reject(this.#on.locate(error, this.invocation));
    this.#on.ended(this.#instance, this.#hasBegun, true);
  }
}

export class Offers {
  /** True once something was offered. The other pools do not ask when an invocation ends. */
  isUsed = false;
  /** Invocations that wait in workers: offered, and not begun as far as is known here. */
  length = 0;
  #requests;
  #instances;
  #on;
  /** Offered invocations that have ended. */
  #ended = 0;

  /**
   * @param {import('../base/queue.js').Queue} requests the pending ones
   * @param {import('./instances.js').Instances} instances
   * @param {Events} on
   */
  constructor(requests, instances, on) {
    this.#requests = requests;
    this.#instances = instances;
    this.#on = on;
  }

  /**
   * Offers the pending invocations that no instance is being created for, as far as they are to be offered. An instance that
   * is idle serves the oldest one first: this is called again then.
   */
  offer() {
    let count = this.#requests.length - this.#on.creating();
    if (count > 0 && this.#on.idle() > 0) return this.#on.back();
    for (; count > 0; count--) {
      const instance = this.#instances.leastOffered();
      if (instance === undefined) return;
      const request = this.#requests.first;
      if (!mayBeOffered(request.invocation)) return;
      try {
        if (this.#offerTo(instance, request)) {
          this.#requests.shift();
        } else {
          // There is no room until one of its invocations has ended.
          instance.isPaused = true;
          count++;
        }
      } catch (error) {
        this.#requests.shift();
        request.invocation.endsWait();
        request.reject(this.#on.locate(error, request.invocation));
      }
    }
  }

  /** The prompt worker that a new invocation is to be offered to; undefined if there is none, or if something is pending. */
  promptWorkerFor(invocation) {
    if (this.#requests.length > 0 || !mayBeOffered(invocation)) return undefined;
    const instance = this.#instances.leastOffered();
    return instance?.port.isPrompt ? instance : undefined;
  }

  /** Offers the invocation of a new request to a worker. False where that has no room for it. Throws WAPC_ARGUMENT. */
  offerNew(instance, request) {
    try {
      return this.#offerTo(instance, request);
    } catch (error) {
      throw this.#on.locate(error, request.invocation);
    }
  }

  /** Offers an invocation to a worker. False where that has no room for it. Throws WAPC_ARGUMENT. */
  #offerTo(instance, request) {
    this.isUsed = true;
    if (!instance.port.offer(new Offer(request, instance, this.#on, this.#putBack))) return false;
    request.instance = instance;
    if (instance.offered === 0) instance.endedAt = this.#ended;
    instance.offered++;
    this.length++;
    return true;
  }

  /**
   * Takes back what has not begun, since an instance is idle or may be created. Prompt workers keep theirs while as many
   * workers compute as there are processors.
   */
  takeBack() {
    const { all, isSaturated } = this.#instances;
    for (const { offered, port } of all) {
      if (offered > 0 && !(isSaturated && port.isPrompt)) port.takeBack();
    }
  }

  /** Takes back all that has not begun. */
  takeBackAll() {
    for (const instance of this.#instances.all) this.takeBackFrom(instance);
  }

  /** Takes back what has not begun on an instance. */
  takeBackFrom({ offered, port }) {
    if (offered > 0) port.takeBack();
  }

  #putBack = (request, instance) => {
    request.instance = undefined;
    instance.offered--;
    this.length--;
    this.#requests.putBack(request);
    this.#on.back();
  };

  /** Counts that an invocation has ended on an instance: true if another one, that it was offered, runs now. */
  goesOn(instance) {
    instance.isPaused = false;
    if (this.length === 0) return false;
    const isNext = instance.offered > 0;
    if (isNext) {
      instance.offered--;
      this.length--;
    }
    instance.endedAt = ++this.#ended;
    this.#takeBackFromSlow();
    return isNext;
  }

  /** Takes back what waits behind an invocation that takes long, while other instances end one after the other. */
  #takeBackFromSlow() {
    if (this.#ended % ENDED_ELSEWHERE !== 0) return;
    for (const instance of this.#instances.all) {
      if (instance.offered === 0 || this.#ended - instance.endedAt < ENDED_ELSEWHERE) continue;
      instance.isPaused = true;
      this.takeBackFrom(instance);
    }
  }
}

/**
 * True for an invocation that may wait in a worker: no other one waits for it, and its time is not over. A request of `get`
 * needs an instance of its own.
 */
export function mayBeOffered(invocation) {
  return (
    invocation !== undefined && invocation.parent === undefined && !invocation.isTimeoutZero && !invocation.isOverdue()
  );
}
