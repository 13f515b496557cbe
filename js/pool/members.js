import { WapcError, closedError } from '../error.js';
import { HOST, WapcHost, abortOf, portOf } from '../host.js';
import { Lease, stateOf } from './lease.js';

/** One instance of a pool. */
export class Member {
  /**
   * @param {number} number what the core's book knows it by
   * @param {WapcHost} host
   */
  constructor(number, host) {
    this.number = number;
    this.host = host;
    this.port = portOf(host);
  }

  abort(exchange, reason) {
    abortOf(this.host, exchange, reason);
  }
}

/** The instances of a pool: how they are made, renewed and removed. When, the pool says. */
export class Members {
  #pool;
  #initialize;
  #lost;
  #byNumber = [];
  #closed = false;

  /**
   * @param {object} pool the core's
   * @param {(member: Member) => void} lost told of a member whose worker died while nothing was asked of it
   */
  constructor(pool, lost) {
    this.#pool = pool;
    this.#initialize = pool.initialize;
    this.#lost = lost;
  }

  get(number) {
    return this.#byNumber[number];
  }

  /** A new member, ready to be lent. */
  async make(number) {
    const member = new Member(number, new WapcHost(HOST, await this.#pool.instantiate()));
    this.#byNumber[number] = member;
    try {
      await this.#prepare(member);
    } catch (error) {
      this.remove(member);
      throw error;
    }
    member.port.lost = () => this.#lost(member);
    return member;
  }

  /** A fresh instance in place of a broken one. */
  async renew(member) {
    await member.host.reset();
    await this.#prepare(member);
  }

  remove(member) {
    delete this.#byNumber[member.number];
    member.host.close();
  }

  /** Closes them all, and those that are being made as soon as they are. */
  close() {
    this.#closed = true;
    for (const member of this.#byNumber.splice(0)) member?.host.close();
  }

  /** A fresh instance has to be initialized before it is lent. */
  async #prepare(member) {
    const lease = new Lease(member, (exchange) => Promise.resolve(member.port.invoke(exchange)));
    try {
      await this.#initialize?.(lease);
    } finally {
      stateOf(lease).over = true;
    }
    if (this.#closed) throw closedError('pool');
    if (member.port.broken) throw new WapcError('WAPC_INIT', '`initialize` left a broken instance behind');
  }
}
