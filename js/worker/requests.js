/** The requests that a worker has: the running one, and behind it those that were offered meanwhile, in their order. */

import { BY_MESSAGE } from './channel.js';

/** @typedef {import('./channel.js').Channel | undefined} Channel of the worker; undefined if none is there any more */
/** @typedef {import('./request.js').Request} Request */
/** @typedef {import('../invocation/invocation.js').Invocation} Invocation */

export class Requests {
  /** @type {Request[]} */
  #all = [];

  get length() {
    return this.#all.length;
  }

  /** The running request; undefined if there is none. */
  get first() {
    return this.#all[0];
  }

  /** The request of an invocation; undefined if it was not sent, or has ended. */
  of(invocation) {
    return this.#all.find((request) => request.invocation === invocation);
  }

  push(request) {
    this.#all.push(request);
  }

  /** Removes the running request. */
  shift() {
    return /** @type {Request} */ (this.#all.shift());
  }

  /** Removes all requests. */
  clear() {
    return this.#all.splice(0);
  }

  /** Puts one that nobody is told of in place of the running request, until the worker's response has come. */
  dismissFirst() {
    const [request] = this.#all;
    this.#all[0] = request.dismissed();
    return request;
  }

  /**
   * Takes back the offered invocations that have not begun, and tells them so. Those that went by messages can only be taken
   * back if the worker will run none of them (`areDropped`): nothing that it may have done for them has been seen.
   * @param {Channel} channel
   * @param {boolean} [areDropped]
   */
  takeBack(channel, areDropped = false) {
    const back = [];
    for (const request of this.#all.splice(1)) {
      const isBack = request.number === BY_MESSAGE ? areDropped : channel?.takeBack(request.number);
      (isBack ? back : this.#all).push(request);
    }
    for (const { offered } of back) offered?.isBack();
  }

  /**
   * Rejects an invocation that was offered, if it has not begun. True if it was rejected.
   * @param {Channel} channel
   * @param {Invocation} invocation
   * @param {unknown} error
   */
  cancel(channel, invocation, error) {
    const request = this.of(invocation);
    if (request === undefined || request === this.first || !channel?.takeBack(request.number)) return false;
    this.#all.splice(this.#all.indexOf(request), 1);
    request.reject(error);
    return true;
  }

  /**
   * True once the worker has run the first request, as far as is known here: its response is on the way. Takes back what has
   * not begun: what is left in the rings has, so that the one in front has ended, also if it went by a message.
   * @param {Channel} channel
   */
  hasEnded(channel) {
    this.takeBack(channel);
    const [{ number }, behind] = this.#all;
    return channel?.hasEnded(number) || (behind !== undefined && behind.number !== BY_MESSAGE);
  }
}
