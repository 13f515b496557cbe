/** Requests to a guest in a worker (`guest.js`), and the offers of a pool. */

import { Invocation } from '../invocation/invocation.js';

/** A request to the worker: an invocation, or the start of a guest. */
export class Request {
  isStart = false;
  /**
   * A start's own invocation, which its host calls belong to.
   * @type {Invocation | undefined}
   */
  start;
  /** True for one that stands for a request which was rejected before the worker's response has come. */
  isOver = false;
  /** The error that it has to be stopped with once it is known to run. */
  stopping;

  /**
   * @param {Invocation} invocation
   * @param {(response: Uint8Array | undefined) => void} resolve
   * @param {(error: unknown) => void} reject
   * @param {number} number of the invocation in the rings, or `BY_MESSAGE`
   * @param {Offered | undefined} offered of one that was offered while another ran
   */
  constructor(invocation, resolve, reject, number, offered) {
    this.invocation = invocation;
    this.resolve = resolve;
    this.reject = reject;
    this.number = number;
    this.offered = offered;
  }

  /** The invocation that host calls belong to. A guest that starts gets an empty one of its own. */
  get callingInvocation() {
    return this.isStart ? (this.start ??= new Invocation()) : this.invocation;
  }

  /** One that takes its place until the worker's response has come, which nobody is told of. */
  dismissed() {
    const request = new Request(
      new Invocation(),
      () => {},
      () => {},
      this.number,
      undefined,
    );
    request.isOver = true;
    return request;
  }
}

/**
 * An invocation that is offered while another runs, and what is called then.
 * @typedef {object} Offered
 * @property {Invocation} invocation
 * @property {boolean} hasOptions true if its caller may end it before it has begun
 * @property {(response: Uint8Array) => void} resolve
 * @property {(error: unknown) => void} reject
 * @property {() => void} begins it runs, as far as this thread knows
 * @property {() => void} isBack it was taken back, and has not begun
 */
