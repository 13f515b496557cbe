/**
 * Matches requests of a pool with its instances. Callers of a dispatcher have checked that there is room on the stack.
 */

import { rawExports } from '../api/core.js';
import { WapcError, closedError } from '../base/error.js';
import { inMicrotask } from '../base/microtask.js';
import { Queue } from '../base/queue.js';
import { queueInChain } from '../invocation/blocked.js';
import { NO_SLOT, POOL_FULL, POOL_NONE, POOL_QUEUED } from '../generated/constants.js';
import { runWith } from '../invocation/invoke.js';
import { atNextTurn } from '../base/next-turn.js';
import { AcquiredInstances } from './acquired.js';
import { Instances } from './instances.js';
import { Invocations } from './invocations.js';
import { Offers, mayBeOffered } from './offers.js';
import { InvocationRequest } from './requests.js';
import { Replacement } from './replacement.js';
import { Supply } from './supply.js';

/**
 * A request that waits in a pool keeps its call site if fewer than this many others wait, where the engine does not find
 * that by itself: capturing it takes Firefox half as long as the rest of an invocation in a worker (docs/DECISIONS.md).
 */
const MANY = 8;

/**
 * The dispatcher of one pool. The core tracks its instances, and which of them are idle (`src/pool/inventory.rs`); the
 * queue of pending requests is kept here, first come, first served.
 */
export class Dispatcher {
  #pool;
  #slot;
  #isElastic;
  /** The core's raw exports. Those that every invocation calls have fields of their own: see `Port`. */
  #core;
  #acquire;
  #markIdle;
  #instances;
  #replacement;
  #supply;
  /** @type {Queue<any>} pending requests: each waits for an instance */
  #requests = new Queue();
  #offers;
  /** True while requests that were put back are about to be served. */
  #isServing = false;
  /** True while idle instances are about to have what others were offered. */
  #isBalancing = false;
  #invocations = new Invocations(this);
  #counts = this.#invocations.counts;
  #acquired;
  /** The promise of `close`, and the function that resolves it. */
  #closing;
  #closed;

  /** @param {import('../generated/core.js').Pool} pool the core's half */
  constructor(pool) {
    this.#pool = pool;
    this.#slot = pool.slot;
    this.#isElastic = pool.isElastic;
    /** The guest's name in errors. */
    this.name = pool.guestName;
    /** For `call`; undefined if the pool has none. */
    this.codec = pool.codec;
    this.#core = rawExports();
    this.#instances = new Instances(pool, {
      lost: (instance) => this.#supply.lost(instance),
      slowed: () => this.#balanceSoon(),
      changed: () => this.#replacement.changed(),
    });
    this.#replacement = new Replacement(pool, this.#core, this.#instances, (instance) => this.release(instance));
    this.#supply = new Supply(this.#slot, this.#core, this.#instances, this.#replacement, this.#requests, {
      released: (instance) => this.release(instance),
      failed: (request, error) => request && this.#refuse(request, error),
      removed: () => this.#evictOrEnd(),
    });
    this.#offers = new Offers(this.#requests, this.#instances, {
      idle: () => this.#core.pool_idle(this.#slot),
      creating: () => this.#core.pool_creating(this.#slot),
      ended: (instance, hasBegun, failed) => this.#offeredEnded(instance, hasBegun, failed),
      begins: () => this.#counts.invocations++,
      back: () => this.#serveSoon(),
      locate: (error, invocation) => this.#locate(error, invocation),
    });
    this.#acquired = new AcquiredInstances(this.#instances, this.#supply, this.#counts, () => this.name);
    this.#acquire = this.#core.pool_acquire;
    this.#markIdle = this.#core.pool_release;
  }

  /** Creates the `min` instances that are always kept. The first that cannot be created ends the pool. */
  async createKept() {
    const created = this.#supply.createKept();
    try {
      for (const instance of await Promise.all(created)) this.release(instance);
    } catch (error) {
      this.destroy();
      // Those that were still being created have ended by that.
      await Promise.allSettled(created);
      throw error;
    }
  }

  /** The core's half, for properties of the guest. Throws WAPC_CLOSED. */
  get pool() {
    if (this.#isOver) throw closedError('pool');
    return this.#pool;
  }

  /**
   * Replaces the guest. `compiled` promises the core's half of its module. Resolves when all new work runs on the new
   * guest.
   */
  async replace(compiled) {
    try {
      await this.#replacement.replace(compiled);
    } finally {
      if (!this.#isOver) this.name = this.#pool.guestName;
    }
  }

  get stats() {
    const { replaced } = this.#instances;
    const idle = this.#core.pool_idle(this.#slot);
    const busy = this.#core.pool_busy(this.#slot);
    const waiting = this.#offers.length + Math.max(0, this.#requests.length - this.#core.pool_creating(this.#slot));
    return { size: idle + busy, idle, busy, waiting, ...this.#counts, replaced };
  }

  /**
   * Runs an invocation on any instance, as soon as one is free. Resolves with its response. Throws errors that are
   * known synchronously.
   */
  invoke(invocation) {
    if (this.#instances.hasWorkers) {
      const offered = this.#tryOffer(invocation);
      if (offered !== undefined) return offered;
    }
    const acquire = this.#acquire;
    const number = acquire(this.#slot);
    return number === POOL_NONE
      ? this.#enqueue(this.#requestOf(invocation))
      : this.#invocations.run(this.#instances.get(number), invocation);
  }

  /** Like `invoke`, with `InvokeOptions`, which may end the invocation early. */
  invokeWith(invocation, options) {
    const request = this.#requestOf(invocation);
    request.hasOptions = true;
    const abort = (reason) => {
      if (request.instance === undefined) this.cancel(request, reason);
      else request.instance.abort(invocation, reason);
    };
    return runWith(invocation, options, () => this.request(request), abort);
  }

  /**
   * Runs an invocation of a `PooledHost` on its instance. Resolves with its response. Throws errors that are known
   * synchronously.
   */
  runPooled(instance, invocation) {
    return this.#acquired.run(instance, invocation);
  }

  /** Serves a request now, or makes it pending. Returns its promise. */
  request(request) {
    const { invocation } = request;
    if (this.#instances.hasWorkers) {
      const offered = this.#tryOffer(invocation, request);
      if (offered !== undefined) return offered;
      if (this.#offers.length > 0 && !mayBeOffered(invocation)) this.#serveOffered();
    }
    const acquire = this.#acquire;
    const number = acquire(this.#slot);
    if (number === POOL_NONE) return this.#enqueue(request);
    const instance = this.#instances.get(number);
    if (request.serve(instance)) this.releaseSoon(instance);
    return request.promise;
  }

  /**
   * Offers an invocation to a prompt worker although others are idle: waking one of these takes longer, and takes its
   * processor from this thread (docs/DECISIONS.md). Returns the promise of its request, which is made unless it is given;
   * undefined if no worker is prompt, or if the queue is full (`maxQueue`).
   */
  #tryOffer(invocation, request = undefined) {
    if (!this.#instances.isSaturated || this.#core.pool_idle(this.#slot) === 0) return undefined;
    const waiting = this.#offers.length;
    if (this.#core.pool_admit(this.#slot, waiting) !== POOL_QUEUED) return undefined;
    const worker = this.#offers.promptWorkerFor(invocation);
    if (worker === undefined) return undefined;
    const offered = request ?? this.#requestOf(invocation);
    if (!this.#offers.offerNew(worker, offered)) return undefined;
    this.#keep(invocation, waiting);
    return offered.promise;
  }

  /** Lets idle instances serve what waits in workers: it is older than a request that is about to acquire one. */
  #serveOffered() {
    if (this.#core.pool_idle(this.#slot) === 0) return;
    this.#offers.takeBackAll();
    this.#serveByIdle();
  }

  /** Keeps what an invocation needs of its caller while it waits, with `waiting` others. */
  #keep(invocation, waiting) {
    // Only for `invoke`: callbacks of a `PooledHost` run in the context of its invocations, not of the `get` that
    // acquired it.
    invocation?.keepScope();
    if (waiting < MANY) invocation?.keepCallSiteUnlessV8();
  }

  /** Rejects a request with `reason`, if it is pending. */
  cancel(request, reason) {
    if (!this.#requests.delete(request)) return;
    this.#refuse(request, reason);
    this.#evictOrEnd();
  }

  /** Rejects a request that is not pending any more, and has not begun. */
  #refuse(request, reason) {
    const { invocation } = request;
    invocation?.endsWait();
    request.reject(this.#locate(reason, invocation));
  }

  /** Releases a busy instance: it serves the oldest pending request, or becomes idle. */
  release(instance) {
    if (instance.renewal !== undefined) this.#releaseRenewed(instance);
    else if (this.#requests.length > 0 || this.#offers.isUsed || instance.isBroken) this.#serveNext(instance);
    else this.#becomesIdle(instance);
  }

  /** Lets an instance serve the oldest pending request, if there is one. */
  #serveNext(instance) {
    for (;;) {
      if (this.#offers.isUsed && this.#offers.goesOn(instance)) {
        if (instance.isBroken) this.#offers.takeBackFrom(instance);
        else this.#offers.offer();
        return;
      }
      if (instance.isBroken) {
        this.#supply.replace(instance);
        return;
      }
      const request = this.#requests.shift();
      if (request === undefined) break;
      // A loop, since thousands of pending requests may each end synchronously.
      if (request.serve(instance)) continue;
      // Requests that were left to this one need another, now that somebody has acquired it.
      if (instance.isBorrowed && this.#requests.length > 0) this.#supply.grow();
      // In a microtask: a worker that has just ended an invocation begins the next one in one, too.
      if (this.#offers.isUsed && this.#requests.length > 0) inMicrotask(() => this.#isOver || this.#offers.offer());
      return;
    }
    if (this.#offers.length > 0) this.#balanceSoon();
    this.#becomesIdle(instance);
  }

  /** Marks an instance idle, with the time for a pool that evicts. */
  #becomesIdle(instance) {
    const markIdle = this.#markIdle;
    markIdle(this.#slot, instance.number, this.#isElastic ? performance.now() : 0);
    if (this.#isElastic || this.#closing !== undefined) this.#evictOrEnd();
  }

  /** Releases an instance once its renewal has ended. */
  #releaseRenewed(instance) {
    const release = () => this.release(instance);
    instance.renewal.then(release, release);
  }

  /**
   * Releases an instance from a caller's stack. Pending requests are served in a microtask: there may be little room
   * left on this stack.
   */
  releaseSoon(instance) {
    if (this.#requests.length === 0) this.release(instance);
    else this.#releaseInMicrotask(instance);
  }

  #releaseInMicrotask(instance) {
    inMicrotask(() => this.release(instance));
  }

  /** Accepts no more requests. Resolves when all accepted work has ended. Returns the same promise each time. */
  close() {
    if (this.#closing === undefined) {
      this.#closing = new Promise((resolve) => (this.#closed = resolve));
      this.#core.pool_close(this.#slot);
      if (this.#isOver) this.#closed();
      else this.#evictOrEnd();
    }
    return this.#closing;
  }

  /** Closes every instance, and rejects all pending requests. */
  destroy() {
    if (!this.#isOver) this.#end();
  }

  #locate(error, invocation) {
    return invocation === undefined ? error : invocation.locate(error, this.name);
  }

  #requestOf(invocation) {
    return new InvocationRequest(invocation, (request) => this.#invocations.runRequest(request));
  }

  #enqueue(request) {
    const waiting = this.#requests.length + this.#offers.length;
    const admission = this.#core.pool_admit(this.#slot, waiting);
    if (admission !== POOL_QUEUED) {
      const isFull = admission === POOL_FULL;
      const error = isFull ? new WapcError('WAPC_POOL_FULL', 'the queue is full (`maxQueue`)') : closedError('pool');
      throw this.#locate(error, request.invocation);
    }
    this.#keep(request.invocation, waiting);
    this.#requests.push(request);
    this.#supply.grow();
    this.#offers.offer();
    if (request.invocation?.parent !== undefined) this.#requireTurn(request);
    return request.promise;
  }

  /** Takes a request back that would wait for itself. Throws WAPC_REENTRANT. */
  #requireTurn(request) {
    const error = queueInChain(request.invocation, this, (blocked) => this.cancel(request, blocked));
    if (error === undefined) return;
    this.#requests.delete(request);
    throw this.#locate(error, request.invocation);
  }

  /** For `blocked.js`: what keeps each instance busy, of which any has to go on before a pending request is served. */
  holders() {
    if (this.#isOver) return undefined;
    const { all, fresh, starting } = this.#instances;
    // An instance that has just started, and is not one of these any more.
    if (this.#core.pool_creating(this.#slot) > fresh.length + starting.length) return undefined;
    return this.#instances.holdersOf([...all, ...fresh], starting);
  }

  /** Called when an invocation has ended that was offered to a worker. */
  #offeredEnded(instance, hasBegun, failed) {
    if (hasBegun && failed) this.#counts.failures++;
    if (!this.#isOver) this.release(instance);
  }

  /**
   * Lets instances that are idle, or may be created, have what others were offered, at the next turn of the event loop:
   * callers whose invocations have just ended may have begun others by then.
   */
  #balanceSoon() {
    if (this.#isBalancing) return;
    this.#isBalancing = true;
    atNextTurn(() => {
      this.#isBalancing = false;
      if (!this.#isOver && (this.#isElastic || this.#core.pool_idle(this.#slot) > 0)) this.#offers.takeBack();
    });
  }

  /** Serves requests that were put back, in a microtask: their worker is being taken apart. */
  #serveSoon() {
    if (this.#isServing) return;
    this.#isServing = true;
    inMicrotask(() => {
      this.#isServing = false;
      if (this.#isOver) return;
      this.#serveByIdle();
      // A pool that was closed gives out none so: that is for new requests, and these were accepted before.
      for (const instance of this.#closing === undefined ? [] : this.#instances.all) {
        if (this.#requests.length === 0 || this.#isOver) break;
        if (this.#core.pool_acquire_idle(this.#slot, instance.number)) this.release(instance);
      }
      if (this.#isOver) return;
      // Instances may have been evicted meanwhile.
      for (let count = this.#requests.length; count > 0; count--) this.#supply.grow();
      this.#offers.offer();
    });
  }

  /** Lets idle instances serve pending requests. */
  #serveByIdle() {
    const acquire = this.#acquire;
    for (let number; this.#requests.length > 0 && (number = acquire(this.#slot)) !== POOL_NONE;) {
      this.release(this.#instances.get(number));
    }
  }

  /**
   * Called when an instance is idle or removed, when a request is cancelled, and by `close`: schedules evictions, and ends a
   * pool that closes and has nothing left to do.
   */
  #evictOrEnd() {
    if (this.#isElastic) this.#supply.watch();
    if (this.#closing !== undefined && !this.#isOver && this.#isIdle) this.#end();
  }

  /** True if no request is pending, and no instance is busy but those that are created for requests which have gone. */
  get #isIdle() {
    return this.#requests.length === 0 && this.#core.pool_busy(this.#slot) === this.#core.pool_creating(this.#slot);
  }

  get #isOver() {
    return this.#slot === NO_SLOT;
  }

  #end() {
    const requests = this.#requests.clear();
    // The slot may be reused by another pool from here on.
    this.#slot = NO_SLOT;
    this.#supply.end();
    this.#replacement.end();
    try {
      this.#pool.endStarts();
      this.#pool.free();
      this.#instances.close();
    } finally {
      this.#offers.length = 0;
      // Workers have given back what they had not begun.
      for (const request of [...this.#requests.clear(), ...requests]) {
        this.#refuse(request, closedError('pool'));
      }
      this.#closed?.();
    }
  }
}
