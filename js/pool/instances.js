/** Creates, renews and removes the instances of a pool. The dispatcher, supply and replacement decide when. */

import { WapcError, closedError } from '../base/error.js';
import { NO_SLOT } from '../generated/constants.js';
import { tellPool } from '../base/observing.js';
import { instantiateHalf, resetOf } from '../api/host.js';
import { recheckPending } from '../invocation/blocked.js';
import { startOfGuest } from '../invocation/guest.js';
import { startTimeoutError } from '../invocation/timeout.js';
import { startTimer } from '../base/timer.js';
import { parallelism } from '../platform/platform.js';
import { StartingRemotes } from '../worker/start-remote.js';
import { Instance, NO_NUMBER } from './instance.js';
import { PooledHost, allEnded, stateOf } from './pooled-host.js';

/**
 * Invocations that are offered to a worker at once, at the most: what many callers ask in one turn of the event loop. Below
 * `SLOTS` of the rings, where one that was taken back keeps its slot for a while.
 */
const MOST_OFFERED = 240;

export class Instances {
  #pool;
  #initialize;
  #startLimit;
  #on;
  /** Functions that reject each running `initialize`. */
  #initializing = new Set();
  #byNumber = [];
  /** The numbers of instances that have no host yet. */
  #hostless = [];
  /** Instances that are being initialized. */
  #preparing = new Set();
  #closed = false;
  #startingRemotes = new StartingRemotes();
  /** True once one of them runs in a worker. */
  hasWorkers = false;
  /** The number of processors beside the one of this thread, but at least one. */
  #processors = Math.max(1, parallelism() - 1);
  /** The generation that new work runs on, and the highest one so far. Each guest of the pool has a generation. */
  generation = 0;
  newest = 0;
  /** Number of broken instances that were replaced. */
  replaced = 0;

  /**
   * @param {import('../generated/core.js').Pool} pool the core's half
   * @param {object} on
   * @param {(instance: Instance) => void} on.lost called when the worker of an instance dies between invocations
   * @param {() => void} on.slowed called when a worker that was offered invocations is prompt no longer
   * @param {() => void} on.changed called when an instance was replaced or removed
   */
  constructor(pool, on) {
    this.#pool = pool;
    this.#initialize = pool.initialize;
    this.#startLimit = pool.startLimit;
    this.#on = on;
  }

  get(number) {
    return this.#byNumber[number];
  }

  /** Instances that are being initialized, before they become part of the pool. */
  get fresh() {
    return [...this.#preparing].filter(({ number }) => this.#isNew(number));
  }

  /** The numbers of the instances that have no host yet, before they become part of the pool. */
  get starting() {
    return this.#hostless.filter((number) => this.#isNew(number));
  }

  /**
   * For `blocked.js`: what keeps each of these instances busy, and what the starts of those without a host, of these numbers,
   * wait for. Undefined if one is free, or if what it waits for is unknown.
   * @param {Instance[]} instances
   * @param {number[]} [starting]
   */
  holdersOf(instances, starting = []) {
    const holders = [
      ...instances.map((instance) => this.#occupantOf(instance)),
      ...starting.map((number) => this.#startOf(number)),
    ];
    return holders.includes(undefined) ? undefined : holders;
  }

  /** The occupant of an instance, or of the new one that its renewal makes: see `occupant` of `Turns`. */
  #occupantOf({ number, port, renewal }) {
    if (renewal === undefined) return port.occupant;
    if (this.#hostless.includes(number)) return this.#startOf(number);
    const fresh = [...this.#preparing].find((other) => other.number === number);
    return (fresh?.port ?? port).occupant;
  }

  /** The start of an instance that has no host yet. Undefined while another start has not begun, or has just ended. */
  #startOf(number) {
    const inWorkers = this.#startingRemotes.starts;
    const onThread = [];
    for (let index = 0, id; (id = this.#pool.starting(index)) !== NO_SLOT; index++) onThread.push(startOfGuest(id));
    // Instances start in the order in which they are made, on each kind of thread.
    const starts = inWorkers.length > 0 ? inWorkers : onThread;
    return starts.length === this.#hostless.length ? starts[this.#hostless.indexOf(number)] : undefined;
  }

  get all() {
    return this.#byNumber.filter((instance) => instance !== undefined);
  }

  /** True for the number of an instance that is made in addition to those of the pool, not in place of one. */
  #isNew(number) {
    return number !== NO_NUMBER && this.#byNumber[number] === undefined;
  }

  /**
   * The instance in a worker that the fewest invocations were offered to: of the prompt ones, as many as there are processors
   * for, and only then of all. Undefined if there is none that takes another.
   */
  leastOffered() {
    let least;
    let prompt;
    let left = this.#processors;
    for (const instance of this.#byNumber) {
      if (instance === undefined || instance.isBorrowed || instance.isBroken || !instance.port.takesOffers) continue;
      if (instance.isInitializing || instance.isPaused || instance.offered >= MOST_OFFERED) continue;
      if (!(instance.offered >= least?.offered)) least = instance;
      if (left > 0 && instance.port.isPrompt) {
        left--;
        if (!(instance.offered >= prompt?.offered)) prompt = instance;
      }
    }
    return prompt ?? least;
  }

  /** True if as many workers compute as there are processors: another one would take that of this thread. */
  get isSaturated() {
    let computing = 0;
    for (const instance of this.#byNumber) {
      if (instance !== undefined && instance.port.isComputing) computing++;
    }
    return computing >= this.#processors;
  }

  /** Instances of any guest but the current one. */
  get outdated() {
    return this.all.filter((instance) => instance.generation !== this.generation);
  }

  /** Creates an instance of the current guest, and adds it to the pool, ready to be acquired. */
  async add(number) {
    for (;;) {
      const instance = await this.create(number);
      this.#requireOpen(instance);
      if (instance.generation === this.generation) {
        this.#byNumber[number] = instance;
        this.#watch(instance);
        tellPool('created', instance.host.name, instance.host.id);
        return instance;
      }
      // The guest was replaced meanwhile.
      instance.discard();
    }
  }

  /**
   * Creates an instance that is not part of the pool yet: of the current guest, or of `successor`, the core's half of a
   * module.
   */
  async create(number, successor) {
    this.#requireOpen();
    const since = performance.now();
    const { generation } = this;
    const host = await this.#started(number, successor);
    const instance = new Instance(number, host, successor === undefined ? generation : this.newest + 1);
    try {
      await this.#prepare(instance, since);
      return instance;
    } catch (error) {
      instance.discard();
      throw error;
    }
  }

  /** The host of a new instance that has started: see `create`. */
  async #started(number, successor) {
    this.#hostless.push(number);
    try {
      return await instantiateHalf(() =>
        this.#startingRemotes.during(() =>
          successor === undefined ? this.#pool.instantiate() : this.#pool.instantiateSuccessor(successor),
        ),
      );
    } finally {
      this.#hostless.splice(this.#hostless.indexOf(number), 1);
      // Chains that were not blocked while this start could still go on may be now.
      recheckPending();
    }
  }

  /** Replaces the host of an instance by that of `fresh`. Nothing may be running on the instance. */
  replaceHost(instance, fresh) {
    const { host } = instance;
    instance.takeOver(fresh);
    this.#watch(instance);
    // Not `replaced`, which keeps the host: its id has changed.
    tellPool('evicted', host.name, host.id);
    tellPool('created', instance.host.name, instance.host.id);
    this.#on.changed();
  }

  /**
   * Renews a broken instance. Resolves when it is ready to be acquired; an instance that cannot be initialized is
   * discarded. Throws if the renewal cannot begin, because the pool or the instance is closed.
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
      // Pending invocations are rejected with this reason before the host is closed, which rejects the others.
      instance.port.rejectHeld(error);
      instance.discard();
      throw error;
    }
    tellPool('replaced', instance.host.name, instance.host.id);
  }

  /** Replaces an outdated instance by a new one of the current guest, after its running invocations have ended. */
  async #update(instance) {
    instance.isUpdating = true;
    try {
      for (;;) {
        const fresh = await this.create(instance.number);
        while (!this.#closed && instance.runningCount > 0)
          await new Promise((resolve) => (instance.onAllEnded = resolve));
        this.#requireOpen(fresh);
        if (fresh.generation === this.generation) {
          this.replaceHost(instance, fresh);
          return;
        }
        // The guest was replaced again meanwhile.
        fresh.discard();
      }
    } finally {
      instance.isUpdating = false;
    }
  }

  /** Listens to an instance. By weak references: the core holds its port, and a pool that is dropped is to be collected. */
  #watch(instance) {
    const { port } = instance;
    this.hasWorkers ||= port.isRemote;
    const own = new WeakRef(this);
    const watched = new WeakRef(instance);
    /** Calls `act` with these instances and the one that is listened to, while they are there. */
    const inPool = (act) => {
      const [instances, one] = [own.deref(), watched.deref()];
      return instances === undefined || one === undefined ? undefined : act(instances, one);
    };
    port.lost = () => inPool((instances, one) => instances.#on.lost(one));
    if (port.isRemote) port.slowed = () => inPool((instances) => instances.#on.slowed());
    port.renewedBy = () => inPool((instances, one) => (one.isInitializing ? undefined : instances.#renewInPlace(one)));
  }

  /**
   * Renews an instance that broke while more of its invocations are pending. The fresh instance is of the same guest, also
   * if another one has taken over: those invocations were made for this one.
   */
  #renewInPlace(instance) {
    const renew = () => {
      this.replaced++;
      return this.#renewed(instance, performance.now(), this.#reset(instance));
    };
    // The renewal that runs is an update, which waits for invocations that would wait for it here.
    return instance.isUpdating ? renew() : instance.renewOnce(renew);
  }

  /** A fresh instance of the same guest. */
  async #reset(instance) {
    this.#requireOpen();
    await resetOf(instance.host);
  }

  /** Removes an instance. `reason` is the error if it could not be replaced. */
  remove(instance, reason) {
    delete this.#byNumber[instance.number];
    const { id, name } = instance.host;
    instance.discard();
    tellPool('evicted', name, id, reason);
    this.#on.changed();
  }

  /** Closes all instances. Instances that are still being created are closed when they are ready. */
  close() {
    this.#closed = true;
    this.#startingRemotes.close();
    for (const instance of this.#byNumber.splice(0)) instance?.discard('pool');
    for (const end of this.#initializing) end(closedError('pool'));
  }

  /** Initializes a new instance before it is acquired. Its start began at `since`. */
  async #prepare(instance, since) {
    // The pool may have been closed while the instance started.
    this.#requireOpen();
    // In a worker, the time counts from the guest's start: loading the script is not included.
    const began = instance.port.startedAt ?? since;
    const host = new PooledHost(instance, (invocation) => {
      const limit = this.#startLimit;
      if (limit !== undefined) invocation.endAt(began + limit, () => startTimeoutError(limit));
      return Promise.resolve(instance.port.invoke(invocation));
    });
    this.#preparing.add(instance);
    instance.isInitializing = true;
    try {
      if (this.#initialize !== undefined) await this.#initialized(host, began);
    } finally {
      stateOf(host).isReleased = true;
      this.#preparing.delete(instance);
      instance.isInitializing = false;
    }
    this.#requireOpen();
    if (instance.port.broken) throw new WapcError('WAPC_INIT', '`initialize` left a broken instance behind');
  }

  /** Throws WAPC_CLOSED if the pool is closed, after discarding `instance`, which is not part of the pool yet. */
  #requireOpen(instance) {
    if (!this.#closed) return;
    instance?.discard();
    throw closedError('pool');
  }

  /** Runs `initialize`, which may never settle. Ends it when `limits.start` is exceeded, or the pool is closed. */
  #initialized(host, since) {
    let end, stopTimer;
    const ended = new Promise((resolve, reject) => (end = reject));
    this.#initializing.add(end);
    const limit = this.#startLimit;
    if (limit !== undefined) {
      stopTimer = startTimer(since + limit - performance.now(), () => end(startTimeoutError(limit)));
    }
    const initialized = (async () => {
      await this.#initialize(host);
      // Invocations that `initialize` has not awaited may still break the instance.
      await allEnded(stateOf(host));
    })();
    return Promise.race([initialized, ended]).finally(() => {
      this.#initializing.delete(end);
      stopTimer?.();
    });
  }
}
