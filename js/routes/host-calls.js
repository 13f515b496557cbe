/** The options `hostCall` and `codec` of `HostOptions`: what answers host calls, and how values become bytes. */

import { readCodec } from '../base/codec.js';
import { isAsyncFunction } from './async-function.js';
import { RouteTable } from './route-table.js';

/** Both options, as read. Those not given are undefined. */
class HostCalls {
  #answering;

  /**
   * @param {Function | RouteTable | undefined} answering a `HostCall` function, or what was read of `Routes`
   * @param {ReturnType<typeof readCodec>} codec
   */
  constructor(answering, codec) {
    this.#answering = answering;
    this.codec = codec;
  }

  /** These options, with those of a module as defaults. */
  over(others) {
    return new HostCalls(this.#answering ?? others.#answering, this.codec ?? others.codec);
  }

  /** True if host calls are answered by the caller. */
  get areAnswered() {
    return this.#answering !== undefined;
  }

  /** True if an answer may be a promise, as far as that can be known before the first host call. */
  get answerLater() {
    const answering = this.#answering;
    return answering instanceof RouteTable ? answering.answersLater : isAsyncFunction(answering);
  }

  /**
   * The function that answers host calls; undefined if there is none.
   * @returns {import('../api/index.js').HostCall | undefined}
   */
  get callback() {
    const answering = this.#answering;
    return answering instanceof RouteTable
      ? answering.callback(this.codec)
      : /** @type {import('../api/index.js').HostCall | undefined} */ (answering);
  }
}

/**
 * Reads the properties `hostCall` and `codec` of `HostOptions`. Throws WAPC_ARGUMENT.
 * @public the core imports it
 * @param {{ hostCall?: unknown, codec?: unknown }} fields
 */
export function readHostCalls({ hostCall, codec }) {
  const isFunction = hostCall === undefined || typeof hostCall === 'function';
  const answering = isFunction ? /** @type {Function | undefined} */ (hostCall) : RouteTable.read(hostCall);
  return new HostCalls(answering, readCodec(codec));
}
