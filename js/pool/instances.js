import { WapcError, closedError } from '../base/error.js';
import { abortOf, closeOf, hostOf, portOf, resetOf } from '../api/host.js';
import { startTimeoutError } from '../invocation/invoke.js';
import { startTimer } from '../base/timer.js';
import { PooledHost, stateOf } from './pooled-host.js';

/** One instance of a pool. */
export class Instance {
  /**
   * @param {number} number what the core's inventory knows it by
   * @param {import('../api/host.js').WapcHost} host
   */
  constructor(number, host) {
    this.number = number;
    this.host = host;
    this.port = portOf(host);
    /** True once its host is closed: its instance broke, and no other could be made. */
    this.isDiscarded = false;
  }

  /** True after a trap, until a fresh instance of the guest is there. */
  get isTrapped() {
    return this.port.broken;
  }

  /** True where it is to be replaced before it is acquired again. */
  get isBroken() {
    return this.isDiscarded || this.isTrapped;
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
    abortOf(this.host, invocation, reason);
  }
}

/** The instances of a pool: how they are made, renewed and removed. When, the pool says. */
export class Instances {
  #pool;
  #initialize;
  #startLimit;
  #lost;
  /** Functions that end each `initialize` that runs. */
  #initializing = new Set();
  #byNumber = [];
  #closed = false;

  /**
   * @param {import('../generated/core.js').Pool} pool the core's half
   * @param {(instance: Instance) => void} lost told of an instance whose worker died while nothing was asked of it
   */
  constructor(pool, lost) {
    this.#pool = pool;
    this.#initialize = pool.initialize;
    this.#startLimit = pool.startLimit;
    this.#lost = lost;
  }

  get(number) {
    return this.#byNumber[number];
  }

  /** Creates an instance: ready to be acquired. */
  async make(number) {
    const since = performance.now();
    const instance = new Instance(number, hostOf(await this.#pool.instantiate()));
    this.#byNumber[number] = instance;
    try {
      await this.#prepare(instance, since);
    } catch (error) {
      this.remove(instance);
      throw error;
    }
    instance.port.lost = () => this.#lost(instance);
    return instance;
  }

  /**
   * Replaces the guest of a broken instance by a fresh one: a promise of its being ready to be acquired. An instance that
   * could not be initialized is discarded. Throws where the renewal does not begin: the pool or the instance is closed.
   */
  renew(instance) {
    this.#requireOpen();
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
  }

  remove(instance) {
    delete this.#byNumber[instance.number];
    instance.discard();
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

  #requireOpen() {
    if (this.#closed) throw closedError('pool');
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
