import { compile, halfOf } from '../api/compile.js';
import { rawExports } from '../api/core.js';
import { WapcError, argumentError, closedError } from '../base/error.js';
import { readFields } from '../base/options.js';
import { checkSignal, checkTimeout, exchangeOf, runWith } from '../invocation/invoke.js';
import { NO_SLOT, POOL_FULL, POOL_NONE, POOL_QUEUED } from '../generated/constants.js';
import { Pool } from '../generated/core.js';
import { Lease, stateOf } from './lease.js';
import { Members } from './members.js';
import { Borrower, Invocation } from './requests.js';
import { Supply } from './supply.js';
import { Queue } from '../base/queue.js';
import { requireRoom, soon } from '../invocation/room.js';

const POOL = Symbol('pool');

/**
 * Instances of one guest, shared by all who invoke the pool. The core knows which instances there are and which are idle
 * (`src/pool/inventory.rs`); pending requests, first come, first served, are here.
 */
export class WapcPool {
  #pool;
  #slot;
  #elastic;
  /** The core's raw exports, and those on the way of each invocation apart: see `Port`. */
  #core;
  #acquire;
  #markIdle;
  #members;
  #supply;
  /** The requests that are pending: each waits for an instance. */
  #requests = new Queue();
  #invocations = 0;
  #failures = 0;
  /** The promise of `close`, and what resolves it. */
  #closing;
  #closed;

  constructor(token, pool) {
    if (token !== POOL) throw new WapcError('WAPC_ARGUMENT', 'WapcPool: use WapcPool.create to make one');
    this.#pool = pool;
    this.#slot = pool.slot;
    this.#elastic = pool.isElastic;
    this.#core = rawExports();
    this.#members = new Members(pool, (member) => this.#supply.lost(member));
    this.#supply = new Supply(this.#slot, this.#core, this.#members, this.#requests, {
      released: (member) => this.#release(member),
      removed: () => this.#rest(),
    });
    this.#acquire = this.#core.pool_acquire;
    this.#markIdle = this.#core.pool_release;
  }

  static async create(source, options) {
    requireRoom();
    const given = halfOf(source);
    const module = given ?? (await compile(source, options, true));
    const pool = WapcPool.#of(module, given !== undefined, options);
    try {
      await pool.#supply.createKept();
    } catch (error) {
      pool.destroy();
      throw error;
    }
    return pool;
  }

  /** A pool without instances. A module that nobody else has is freed, whether or not there can be one. */
  static #of(module, isShared, options) {
    try {
      // A module that was compiled for this pool alone has its options already: they are read once.
      return new WapcPool(POOL, Pool.create(module, isShared ? options : undefined));
    } finally {
      if (!isShared) module.free();
    }
  }

  // Not an async function, whose promise would cost a second one.
  invoke(operation, payload, options) {
    try {
      requireRoom();
      const exchange = exchangeOf(operation, payload, this);
      if (options !== undefined) return this.#invokeWith(exchange, options);
      const acquire = this.#acquire;
      const number = acquire(this.#slot);
      return number === POOL_NONE
        ? this.#enqueue(this.#invocation(exchange))
        : this.#run(this.#members.get(number), exchange);
    } catch (error) {
      return soon.then(() => {
        throw error;
      });
    }
  }

  async get(timeout, options) {
    requireRoom();
    const { signal } = readFields('options', options, 'signal');
    checkTimeout(timeout);
    checkSignal(signal);
    signal?.throwIfAborted();
    const borrower = new Borrower((member) => new Lease(member, (exchange) => this.#runLeased(member, exchange), this));
    const lease = this.#request(borrower);
    borrower.waitFor(timeout, signal, (reason) => this.#cancel(borrower, reason));
    return lease;
  }

  return(host) {
    requireRoom();
    const state = stateOf(host);
    if (state === undefined || state.pool !== this || state.over) {
      throw new WapcError('WAPC_POOL_FOREIGN', 'this is no instance that this pool has lent out and not got back yet');
    }
    state.over = true;
    if (state.running === 0) this.#releaseSoon(state.member);
    else state.atRest = () => this.#release(state.member);
  }

  async use(work) {
    if (typeof work !== 'function') throw argumentError('work', 'a function', work);
    const host = await this.get();
    try {
      return await work(host);
    } finally {
      if (!stateOf(host).over) this.return(host);
    }
  }

  get stats() {
    requireRoom();
    const [invocations, failures, replaced] = [this.#invocations, this.#failures, this.#supply.replaced];
    const idle = this.#core.pool_idle(this.#slot);
    const busy = this.#core.pool_busy(this.#slot);
    const waiting = Math.max(0, this.#requests.length - this.#core.pool_creating(this.#slot));
    return { size: idle + busy, idle, busy, waiting, invocations, failures, replaced };
  }

  // Not an async function: each call returns the same promise.
  close() {
    try {
      requireRoom();
      if (this.#closing === undefined) this.#close();
      return this.#closing;
    } catch (error) {
      return soon.then(() => {
        throw error;
      });
    }
  }

  destroy() {
    requireRoom();
    if (!this.#isOver) this.#end();
  }

  async [Symbol.asyncDispose]() {
    await this.close();
  }

  #close() {
    this.#closing = new Promise((resolve) => (this.#closed = resolve));
    this.#core.pool_close(this.#slot);
    if (this.#isOver) this.#closed();
    else this.#rest();
  }

  /** Runs an invocation on a member that is lent for it alone: a promise of the response. Throws an error that is there at once. */
  #run(member, exchange) {
    this.#invocations++;
    let result;
    try {
      result = member.port.invoke(exchange);
    } catch (error) {
      this.#failures++;
      this.#releaseSoon(member);
      throw error;
    }
    // Not by whether the port runs it: it may wait there for others to be suspended no longer.
    if (exchange.promise !== undefined) return this.#ended(result, member);
    this.#releaseSoon(member);
    return result;
  }

  /** The same for one that has waited. Whether it has ended already, and its member is to be given back. */
  #runInvocation(invocation) {
    const { member, exchange } = invocation;
    this.#invocations++;
    try {
      const result = exchange.inScope(() => member.port.invoke(exchange));
      const ended = exchange.promise === undefined;
      invocation.resolve(ended ? result : this.#ended(result, member));
      return ended;
    } catch (error) {
      this.#failures++;
      invocation.reject(error);
      return true;
    }
  }

  /** Gives a member back once its invocation has ended. */
  #ended(result, member) {
    return result.then(
      (response) => {
        this.#release(member);
        return response;
      },
      (error) => {
        this.#failures++;
        this.#release(member);
        throw error;
      },
    );
  }

  async #runLeased(member, exchange) {
    this.#invocations++;
    try {
      if (member.port.broken) await this.#supply.renew(member);
      return await member.port.invoke(exchange);
    } catch (error) {
      this.#failures++;
      throw error;
    }
  }

  #invocation(exchange) {
    return new Invocation(exchange, (invocation) => this.#runInvocation(invocation));
  }

  #invokeWith(exchange, options) {
    const invocation = this.#invocation(exchange);
    const abort = (reason) => {
      if (invocation.member === undefined) this.#cancel(invocation, reason);
      else invocation.member.abort(exchange, reason);
    };
    return runWith(options, () => this.#request(invocation), abort);
  }

  /** Serves a request at once, or lets it wait: its promise. */
  #request(request) {
    const acquire = this.#acquire;
    const number = acquire(this.#slot);
    if (number === POOL_NONE) return this.#enqueue(request);
    const member = this.#members.get(number);
    if (request.serve(member)) this.#releaseSoon(member);
    return request.promise;
  }

  #enqueue(request) {
    const admission = this.#core.pool_admit(this.#slot, this.#requests.length);
    if (admission === POOL_FULL) throw new WapcError('WAPC_POOL_FULL', 'as many requests wait as `maxQueue` allows');
    if (admission !== POOL_QUEUED) throw closedError('pool');
    // A borrower's callbacks are called where it invokes what it borrowed.
    request.exchange?.keepScope();
    this.#requests.push(request);
    this.#supply.grow();
    return request.promise;
  }

  #cancel(request, reason) {
    if (!this.#requests.delete(request)) return;
    request.reject(reason);
    this.#rest();
  }

  /** The same on a caller's stack, of which there may be little left: pending requests are not served there. */
  #releaseSoon(member) {
    if (this.#requests.length === 0) this.#release(member);
    else queueMicrotask(() => this.#release(member));
  }

  /** A busy instance is free: it serves the request that waits longest, or is idle. */
  #release(member) {
    for (;;) {
      if (member.isBroken) {
        this.#supply.replace(member);
        return;
      }
      const request = this.#requests.shift();
      if (request === undefined) break;
      // In a loop, not by way of `#run`: thousands may wait that each end at once.
      if (!request.serve(member)) return;
    }
    const markIdle = this.#markIdle;
    markIdle(this.#slot, member.number, this.#elastic ? performance.now() : 0);
    this.#rest();
  }

  /** Nothing is left to do for now: unless the pool is to be closed, or instances grow old. */
  #rest() {
    if (this.#elastic) this.#supply.watch();
    if (this.#closing !== undefined && !this.#isOver && this.#isAtRest) this.#end();
  }

  /** Whether all that was accepted has ended. */
  get #isAtRest() {
    return this.#requests.length === 0 && this.#core.pool_busy(this.#slot) === 0;
  }

  get #isOver() {
    return this.#slot === NO_SLOT;
  }

  /** Closes every instance, and rejects what waits for one. */
  #end() {
    const requests = this.#requests.clear();
    // The slot may be another pool's from now on.
    this.#slot = NO_SLOT;
    this.#supply.end();
    try {
      this.#pool.free();
      this.#members.close();
    } finally {
      for (const request of requests) request.reject(closedError('pool'));
      this.#closed?.();
    }
  }
}
