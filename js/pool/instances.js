import { WapcError, closedError } from '../base/error.js';
import { tellPool } from '../base/observing.js';
import { abortOf, closeOf, instantiateHalf, portOf, resetOf } from '../api/host.js';
import { startTimeoutError } from '../invocation/invoke.js';
import { startTimer } from '../base/timer.js';
import { PooledHost, stateOf } from './pooled-host.js';

/** One instance of a pool. */
export class Instance {
  /** True while somebody has it as a `PooledHost`. */
  isBorrowed = false;
  /** True where another guest is to take its place before it serves again. */
  isOutdated = false;
  /** The promise of its being renewed, while it is, and how to end the invocations that wait for that. */
  renewal;
  waiting = new Map();
  /** Invocations of a `PooledHost` that have not ended, and what is called when none is left, if that is waited for. */
  asked = 0;
  atRest;

  /**
   * @param {number} number what the core's inventory knows it by
   * @param {import('../api/host.js').WapcHost} host
   * @param {number} generation of the guest
   */
  constructor(number, host, generation) {
    this.number = number;
    this.host = host;
    this.port = portOf(host);
    this.generation = generation;
    /** True once its host is closed: its instance broke, and no other could be made. */
    this.isDiscarded = false;
  }

  /** True after a trap, until a fresh instance of the guest is there. */
  get isTrapped() {
    return this.port.broken;
  }

  /** True where it is to be replaced before it is acquired again. */
  get isBroken() {
    return this.isDiscarded || this.isOutdated || this.isTrapped;
  }

  /** Closes its host, in whose place comes that of `fresh`. */
  takeOver(fresh) {
    this.discard();
    this.host = fresh.host;
    this.port = fresh.port;
    this.generation = fresh.generation;
    this.isDiscarded = this.isOutdated = false;
  }

  /** Ends its host. Never throws: what is to happen next does not depend on whether that did. */
  discard() {
    this.isDiscarded = true;
    try {
      closeOf(this.host);
    } catch {
      // Of no use to anybody: the host is gone from the pool.
    }
  }

  abort(invocation, reason) {
    const reject = this.waiting.get(invocation);
    if (reject === undefined) abortOf(this.host, invocation, reason);
    else reject(reason);
  }
}

/** The instances of a pool: how they are made, renewed and removed. When, the pool says. */
export class Instances {
  #pool;
  #initialize;
  #startLimit;
  #lost;
  #changed;
  /** Functions that end each `initialize` that runs. */
  #initializing = new Set();
  #byNumber = [];
  #closed = false;
  /** The number of the guest that new work runs on, and the highest that any guest had. */
  generation = 0;
  newest = 0;

  /**
   * @param {import('../generated/core.js').Pool} pool the core's half
   * @param {(instance: Instance) => void} lost told of an instance whose worker died while nothing was asked of it
   * @param {() => void} changed told where an instance was exchanged or removed
   */
  constructor(pool, lost, changed) {
    this.#pool = pool;
    this.#initialize = pool.initialize;
    this.#startLimit = pool.startLimit;
    this.#lost = lost;
    this.#changed = changed;
  }

  get(number) {
    return this.#byNumber[number];
  }

  /** The instances of another guest than the one that new work runs on. */
  get outdated() {
    return this.#byNumber.filter((instance) => instance !== undefined && instance.generation !== this.generation);
  }

  /** Creates an instance: ready to be acquired. */
  async make(number) {
    for (;;) {
      const instance = await this.create(number);
      this.#requireOpen(instance);
      if (instance.generation === this.generation) {
        this.#byNumber[number] = instance;
        this.#watch(instance);
        tellPool('created', instance.host.name, instance.host.id);
        return instance;
      }
      // Another guest has taken over meanwhile.
      instance.discard();
    }
  }

  /** Creates an instance that is none of the pool's yet, of the guest that new work runs on or of `successor`, the core's half of a module. */
  async create(number, successor) {
    this.#requireOpen();
    const since = performance.now();
    const { generation } = this;
    const host = await instantiateHalf(() =>
      successor === undefined ? this.#pool.instantiate() : this.#pool.instantiateSuccessor(successor),
    );
    const instance = new Instance(number, host, successor === undefined ? generation : this.newest + 1);
    try {
      await this.#prepare(instance, since);
      return instance;
    } catch (error) {
      instance.discard();
      throw error;
    }
  }

  /** Lets `fresh` take the place of an instance that nothing runs on. */
  exchange(instance, fresh) {
    instance.takeOver(fresh);
    this.#watch(instance);
    tellPool('replaced', instance.host.name, instance.host.id);
    this.#changed();
  }

  /**
   * Replaces a broken instance by a fresh one: a promise of its being ready to be acquired. An instance that
   * could not be initialized is discarded. Throws where the renewal does not begin: the pool or the instance is closed.
   */
  renew(instance) {
    this.#requireOpen();
    if (instance.generation !== this.generation) return this.#update(instance);
    return this.#renewed(instance, performance.now(), resetOf(instance.host));
  }

  async #renewed(instance, since, reset) {
    await reset;
    try {
      await this.#prepare(instance, since);
    } catch (error) {
      instance.discard();
      throw error;
    }
    tellPool('replaced', instance.host.name, instance.host.id);
  }

  /** Lets a fresh instance of the guest that new work runs on take over, once what was asked of the old one has ended. */
  async #update(instance) {
    for (;;) {
      const fresh = await this.create(instance.number);
      while (!this.#closed && instance.asked > 0) await new Promise((resolve) => (instance.atRest = resolve));
      this.#requireOpen(fresh);
      if (fresh.generation === this.generation) {
        this.exchange(instance, fresh);
        return;
      }
      // Yet another guest has taken over meanwhile.
      fresh.discard();
    }
  }

  #watch(instance) {
    instance.port.lost = () => this.#lost(instance);
  }

  /** Removes an instance: `reason` is an error where it could not be replaced. */
  remove(instance, reason) {
    delete this.#byNumber[instance.number];
    const { id, name } = instance.host;
    instance.discard();
    tellPool('evicted', name, id, reason);
    this.#changed();
  }

  /** Closes them all, and those that are being made as soon as they are. */
  close() {
    this.#closed = true;
    for (const instance of this.#byNumber.splice(0)) instance?.discard();
    for (const end of this.#initializing) end(closedError('pool'));
  }

  /** A fresh instance, which began to start at `since`, has to be initialized before it is acquired. */
  async #prepare(instance, since) {
    // The pool may have been closed while the instance started.
    this.#requireOpen();
    const host = new PooledHost(instance, (invocation) => Promise.resolve(instance.port.invoke(invocation)));
    try {
      // A worker's script takes its time before the guest starts.
      if (this.#initialize !== undefined) await this.#initialized(host, instance.port.startedAt ?? since);
    } finally {
      stateOf(host).isReleased = true;
    }
    this.#requireOpen();
    if (instance.port.broken) throw new WapcError('WAPC_INIT', '`initialize` left a broken instance behind');
  }

  /** Throws WAPC_CLOSED where the pool is closed: `instance`, which is none of the pool's yet, goes with it. */
  #requireOpen(instance) {
    if (!this.#closed) return;
    instance?.discard();
    throw closedError('pool');
  }

  /** Runs `initialize`, which may never end: for what `limits.start` leaves of its time, and as long as there is the pool. */
  #initialized(host, since) {
    let end, stopTimer;
    const ended = new Promise((resolve, reject) => (end = reject));
    this.#initializing.add(end);
    const limit = this.#startLimit;
    if (limit !== undefined) {
      stopTimer = startTimer(Math.max(0, since + limit - performance.now()), () => end(startTimeoutError(limit)));
    }
    const initialized = (async () => this.#initialize(host))();
    return Promise.race([initialized, ended]).finally(() => {
      this.#initializing.delete(end);
      stopTimer?.();
    });
  }
}
