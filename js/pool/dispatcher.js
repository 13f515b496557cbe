/** Brings the requests of a pool and its instances together. Whoever calls a dispatcher has made sure of room on the stack. */

import { rawExports } from '../api/core.js';
import { WapcError, closedError } from '../base/error.js';
import { beginAt, callerOf } from '../base/origin.js';
import { Queue } from '../base/queue.js';
import { NO_SLOT, POOL_FULL, POOL_NONE, POOL_QUEUED } from '../generated/constants.js';
import { runWith } from '../invocation/invoke.js';
import { Instances } from './instances.js';
import { InvocationRequest } from './requests.js';
import { Replacement } from './replacement.js';
import { Supply } from './supply.js';

/**
 * The core knows which instances there are and which of them are idle (`src/pool/inventory.rs`); pending requests, first
 * come, first served, are here.
 */
export class Dispatcher {
  #pool;
  #slot;
  #isElastic;
  /** The core's raw exports, and those on the way of each invocation apart: see `Port`. */
  #core;
  #acquire;
  #markIdle;
  #instances;
  #replacement;
  #supply;
  /** The requests that are pending: each waits for an instance. */
  #requests = new Queue();
  #invocations = 0;
  #failures = 0;
  /** The promise of `close`, and what resolves it. */
  #closing;
  #closed;

  /** @param {import('../generated/core.js').Pool} pool the core's half */
  constructor(pool) {
    this.#pool = pool;
    this.#slot = pool.slot;
    this.#isElastic = pool.isElastic;
    /** The guest's name in errors. */
    this.name = pool.guestName;
    this.#core = rawExports();
    this.#instances = new Instances(
      pool,
      (instance) => this.#supply.lost(instance),
      () => this.#replacement.changed(),
    );
    this.#replacement = new Replacement(pool, this.#core, this.#instances, (instance) => this.release(instance));
    this.#supply = new Supply(this.#slot, this.#core, this.#instances, this.#replacement, this.#requests, {
      released: (instance) => this.release(instance),
      failed: (request, error) => request?.reject(this.#locate(error, request.invocation)),
      removed: () => this.#rest(),
    });
    this.#acquire = this.#core.pool_acquire;
    this.#markIdle = this.#core.pool_release;
  }

  /** Creates the instances that are kept (`min`). */
  createKept() {
    return this.#supply.createKept();
  }

  /** The core's half: for what it knows of the guest. Throws WAPC_CLOSED. */
  get pool() {
    if (this.#isOver) throw closedError('pool');
    return this.#pool;
  }

  /** Lets another guest take over, of which `compiled` promises the core's half: a promise of all new work running on it. */
  async replace(compiled) {
    try {
      await this.#replacement.replace(compiled);
    } finally {
      if (!this.#isOver) this.name = this.#pool.guestName;
    }
  }

  get stats() {
    const [invocations, failures, replaced] = [this.#invocations, this.#failures, this.#supply.replaced];
    const idle = this.#core.pool_idle(this.#slot);
    const busy = this.#core.pool_busy(this.#slot);
    const waiting = Math.max(0, this.#requests.length - this.#core.pool_creating(this.#slot));
    return { size: idle + busy, idle, busy, waiting, invocations, failures, replaced };
  }

  /** Runs an invocation on any instance, as soon as there is one: a promise of its response. Throws an error that is there at once. */
  invoke(invocation) {
    const acquire = this.#acquire;
    const number = acquire(this.#slot);
    return number === POOL_NONE
      ? this.#enqueue(this.#requestOf(invocation))
      : this.#run(this.#instances.get(number), invocation);
  }

  /** Runs an invocation on any instance; `options` (`InvokeOptions`) may end it early. */
  invokeWith(invocation, options) {
    const request = this.#requestOf(invocation);
    const abort = (reason) => {
      if (request.instance === undefined) this.cancel(request, reason);
      else request.instance.abort(invocation, reason);
    };
    return runWith(invocation, options, () => this.request(request), abort);
  }

  /** Runs an invocation of a `PooledHost` on its instance: a promise of its response. Throws an error that is there at once. */
  runPooled(instance, invocation) {
    if (instance.isBroken) return this.#runRenewed(instance, invocation);
    this.#invocations++;
    try {
      const response = instance.port.invoke(invocation);
      instance.asked++;
      return this.#endedPooled(instance, response);
    } catch (error) {
      this.#failures++;
      throw error;
    }
  }

  /** Counts the end of an invocation of a `PooledHost`, and tells who waits for all of them. */
  async #endedPooled(instance, response) {
    try {
      return await response;
    } catch (error) {
      this.#failures++;
      throw error;
    } finally {
      instance.asked--;
      if (instance.asked === 0) instance.atRest?.();
    }
  }

  /** The same as `runPooled`, once a fresh instance is there; the invocation may be aborted before. */
  async #runRenewed(instance, invocation) {
    invocation.keepCaller();
    const aborted = new Promise((resolve, reject) => instance.waiting.set(invocation, reject));
    try {
      while (instance.isBroken) await Promise.race([this.#renewOnce(instance), aborted]);
    } catch (error) {
      this.#invocations++;
      this.#failures++;
      throw invocation.locate(error, this.name);
    } finally {
      instance.waiting.delete(invocation);
    }
    invocation.beginsOn(instance.host.id, instance.host.name);
    return this.runPooled(instance, invocation);
  }

  /** Renews a borrowed instance, for all of its borrower's invocations that wait for that. */
  #renewOnce(instance) {
    instance.renewal ??= this.#supply.renew(instance).finally(() => (instance.renewal = undefined));
    return instance.renewal;
  }

  /** Serves a request at once, or lets it wait: its promise. */
  request(request) {
    const acquire = this.#acquire;
    const number = acquire(this.#slot);
    if (number === POOL_NONE) return this.#enqueue(request);
    const instance = this.#instances.get(number);
    if (request.serve(instance)) this.releaseSoon(instance);
    return request.promise;
  }

  /** Rejects a request with `reason`, if it is pending. */
  cancel(request, reason) {
    if (!this.#requests.delete(request)) return;
    request.reject(this.#locate(reason, request.invocation));
    this.#rest();
  }

  /** A busy instance is free: it serves the request that waits longest, or is idle. */
  release(instance) {
    for (;;) {
      if (instance.isBroken) {
        this.#supply.replace(instance);
        return;
      }
      const request = this.#requests.shift();
      if (request === undefined) break;
      // In a loop, not by way of `#run`: thousands may wait that each end at once.
      if (!request.serve(instance)) return;
    }
    const markIdle = this.#markIdle;
    markIdle(this.#slot, instance.number, this.#isElastic ? performance.now() : 0);
    this.#rest();
  }

  /** Releases an instance on a caller's stack, of which there may be little left: pending requests are not served there. */
  releaseSoon(instance) {
    if (this.#requests.length === 0) this.release(instance);
    else queueMicrotask(() => this.release(instance));
  }

  /** Takes no more requests: a promise, the same each time, of all that was accepted having ended. */
  close() {
    if (this.#closing === undefined) {
      this.#closing = new Promise((resolve) => (this.#closed = resolve));
      this.#core.pool_close(this.#slot);
      if (this.#isOver) this.#closed();
      else this.#rest();
    }
    return this.#closing;
  }

  /** Closes every instance, and rejects the requests that are pending. */
  destroy() {
    if (!this.#isOver) this.#end();
  }

  #locate(error, invocation) {
    return invocation === undefined ? error : invocation.locate(error, this.name);
  }

  #requestOf(invocation) {
    return new InvocationRequest(invocation, (request) => this.#runRequest(request));
  }

  #enqueue(request) {
    const admission = this.#core.pool_admit(this.#slot, this.#requests.length);
    if (admission !== POOL_QUEUED) {
      const isFull = admission === POOL_FULL;
      const error = isFull ? new WapcError('WAPC_POOL_FULL', 'the queue is full (`maxQueue`)') : closedError('pool');
      throw this.#locate(error, request.invocation);
    }
    // Callbacks of a `PooledHost` run in the context of whoever invokes that, not of whoever requested it.
    request.invocation?.keepScope();
    request.invocation?.keepCaller();
    this.#requests.push(request);
    this.#supply.grow();
    return request.promise;
  }

  /** Runs an invocation on an instance that was acquired for it. Throws an error that is there at once. */
  #run(instance, invocation) {
    this.#invocations++;
    if (invocation.event !== undefined) invocation.event.host = instance.host.id;
    let result;
    try {
      result = instance.port.invoke(invocation);
    } catch (error) {
      this.#failures++;
      this.releaseSoon(instance);
      throw error;
    }
    // Not by whether the port runs it: it may wait there because too many others are suspended.
    if (invocation.promise !== undefined) return this.#ended(result, instance);
    this.releaseSoon(instance);
    return result;
  }

  /** Runs the invocation of a request that was served. True where it has ended already, and its instance can be released. */
  #runRequest(request) {
    const { instance, invocation } = request;
    this.#invocations++;
    invocation.beginsOn(instance.host.id);
    try {
      const result = invocation.inScope(() => instance.port.invoke(invocation));
      const ended = invocation.promise === undefined;
      request.resolve(ended ? result : this.#ended(result, instance));
      return ended;
    } catch (error) {
      this.#failures++;
      // One that was served at once has its caller on the stack; others have kept it.
      request.reject(beginAt(error, callerOf(invocation.owner.invoke)));
      return true;
    }
  }

  /** Releases an instance once its invocation has ended. */
  #ended(result, instance) {
    return result.then(
      (response) => {
        this.release(instance);
        return response;
      },
      (error) => {
        this.#failures++;
        this.release(instance);
        throw error;
      },
    );
  }

  /** Nothing is left to do for now: unless the pool is to be closed, or instances are to be evicted. */
  #rest() {
    if (this.#isElastic) this.#supply.watch();
    if (this.#closing !== undefined && !this.#isOver && this.#isAtRest) this.#end();
  }

  /** True once all that was accepted has ended. */
  get #isAtRest() {
    return this.#requests.length === 0 && this.#core.pool_busy(this.#slot) === 0;
  }

  get #isOver() {
    return this.#slot === NO_SLOT;
  }

  #end() {
    const requests = this.#requests.clear();
    // The slot may be another pool's from now on.
    this.#slot = NO_SLOT;
    this.#supply.end();
    this.#replacement.end();
    try {
      this.#pool.free();
      this.#instances.close();
    } finally {
      for (const request of requests) {
        const error = closedError('pool');
        request.reject(this.#locate(error, request.invocation));
      }
      this.#closed?.();
    }
  }
}
