import { WapcError, closedError } from '../base/error.js';
import { HOST, WapcHost, abortOf, closeOf, portOf, resetOf } from '../api/host.js';
import { startTimeoutError } from '../invocation/invoke.js';
import { startTimer } from '../base/timer.js';
import { Lease, stateOf } from './lease.js';

/** One instance of a pool. */
export class Member {
  /**
   * @param {number} number what the core's inventory knows it by
   * @param {WapcHost} host
   */
  constructor(number, host) {
    this.number = number;
    this.host = host;
    this.port = portOf(host);
    /** True once its host is closed: its instance broke, and no other could be made. */
    this.isDiscarded = false;
  }

  /** True where it needs a fresh instance before it is lent. */
  get isBroken() {
    return this.isDiscarded || this.port.broken;
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

  abort(exchange, reason) {
    abortOf(this.host, exchange, reason);
  }
}

/** The instances of a pool: how they are made, renewed and removed. When, the pool says. */
export class Members {
  #pool;
  #initialize;
  #startLimit;
  #lost;
  /** Functions that end each `initialize` that runs. */
  #initializing = new Set();
  #byNumber = [];
  #closed = false;

  /**
   * @param {object} pool the core's
   * @param {(member: Member) => void} lost told of a member whose worker died while nothing was asked of it
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

  /** A new member, ready to be lent. */
  async make(number) {
    const since = performance.now();
    const member = new Member(number, new WapcHost(HOST, await this.#pool.instantiate()));
    this.#byNumber[number] = member;
    try {
      await this.#prepare(member, since);
    } catch (error) {
      this.remove(member);
      throw error;
    }
    member.port.lost = () => this.#lost(member);
    return member;
  }

  /**
   * A fresh instance in place of a broken one: a promise of its being ready to be lent. A member whose instance could not be
   * initialized is discarded. Throws where the renewal does not begin: the pool or the member is closed.
   */
  renew(member) {
    this.#requireOpen();
    return this.#renewed(member, performance.now(), resetOf(member.host));
  }

  async #renewed(member, since, reset) {
    await reset;
    try {
      await this.#prepare(member, since);
    } catch (error) {
      member.discard();
      throw error;
    }
  }

  remove(member) {
    delete this.#byNumber[member.number];
    member.discard();
  }

  /** Closes them all, and those that are being made as soon as they are. */
  close() {
    this.#closed = true;
    for (const member of this.#byNumber.splice(0)) member?.discard();
    for (const end of this.#initializing) end(closedError('pool'));
  }

  /** A fresh instance, which began to start at `since`, has to be initialized before it is lent. */
  async #prepare(member, since) {
    // The pool may have been closed while the instance started.
    this.#requireOpen();
    const lease = new Lease(member, (exchange) => Promise.resolve(member.port.invoke(exchange)));
    try {
      // A worker's script takes its time before the guest starts.
      if (this.#initialize !== undefined) await this.#initialized(lease, member.port.startedAt ?? since);
    } finally {
      stateOf(lease).over = true;
    }
    this.#requireOpen();
    if (member.port.broken) throw new WapcError('WAPC_INIT', '`initialize` left a broken instance behind');
  }

  #requireOpen() {
    if (this.#closed) throw closedError('pool');
  }

  /** Runs `initialize`, which may never end: for what `limits.start` leaves of its time, and as long as there is the pool. */
  #initialized(lease, since) {
    let end, stopTimer;
    const ended = new Promise((resolve, reject) => (end = reject));
    this.#initializing.add(end);
    const limit = this.#startLimit;
    if (limit !== undefined) {
      stopTimer = startTimer(Math.max(0, since + limit - performance.now()), () => end(startTimeoutError(limit)));
    }
    const initialized = (async () => this.#initialize(lease))();
    return Promise.race([initialized, ended]).finally(() => {
      this.#initializing.delete(end);
      stopTimer?.();
    });
  }
}
