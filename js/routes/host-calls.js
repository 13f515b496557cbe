/** Options of `HostOptions`: what answers host calls, how values become bytes, and whether payloads are copied. */

import { readCodec } from '../base/codec.js';
import { argumentError } from '../base/error.js';
import { isAsyncFunction } from './async-function.js';
import { RouteTable } from './route-table.js';

/** These options, as read. Those not given are undefined. */
class HostCalls {
  #answering;

  /**
   * @param {Function | RouteTable | undefined} answering a `HostCall` function, or what was read of `Routes`
   * @param {ReturnType<typeof readCodec>} codec
   * @param {boolean | undefined} viewPayloads
   */
  constructor(answering, codec, viewPayloads) {
    this.#answering = answering;
    this.codec = codec;
    this.viewPayloads = viewPayloads;
  }

  /** These options, with those of a module as defaults. */
  over(others) {
    const viewPayloads = this.viewPayloads ?? others.viewPayloads;
    return new HostCalls(this.#answering ?? others.#answering, this.codec ?? others.codec, viewPayloads);
  }

  /** True if host calls are answered by the caller. */
  get areAnswered() {
    return this.#answering !== undefined;
  }

  /** True if an answer may be a promise, as far as that can be known before the first host call. */
  get answerLater() {
    const answering = this.#answering;
    return answering instanceof RouteTable ? answering.answerLater : isAsyncFunction(answering);
  }

  /** True if the callback gets its payload as a view of the guest's memory. Routes get copies: they pass payloads on. */
  get viewsPayloads() {
    return this.viewPayloads === true && !(this.#answering instanceof RouteTable);
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
 * Reads the properties `hostCall`, `codec` and `viewPayloads` of `HostOptions`. Throws WAPC_ARGUMENT.
 * @public the core imports it
 * @param {{ hostCall?: unknown, codec?: unknown, viewPayloads?: unknown }} fields
 */
export function readHostCalls({ hostCall, codec, viewPayloads }) {
  if (viewPayloads !== undefined && typeof viewPayloads !== 'boolean') {
    throw argumentError('viewPayloads', 'true or false', viewPayloads);
  }
  const isFunction = hostCall === undefined || typeof hostCall === 'function';
  const answering = isFunction ? /** @type {Function | undefined} */ (hostCall) : RouteTable.read(hostCall);
  return new HostCalls(answering, readCodec(codec), /** @type {boolean | undefined} */ (viewPayloads));
}
