/** A running worker, and how it is reached: by messages, and by shared memory if that is available. */

import { canShare } from '../platform/platform.js';
import { ANSWER, INVOKE, READ, transferOf } from './messages.js';
import { Shared, THE_ANSWER, copyOf } from './shared.js';
import { notLoadedError, startWorker } from './start.js';
import { Thread } from './thread.js';

export class Channel {
  #thread;
  #shared = canShare() ? new Shared() : undefined;

  /**
   * Starts a worker. Throws WAPC_LOAD, WAPC_ARGUMENT.
   * @param {unknown} script of the worker: a URL, a factory, or undefined for the package's own
   * @param {(channel: Channel, message: unknown) => void} receive
   * @param {(error: unknown) => void} died called once, unless the worker was stopped
   */
  constructor(script, receive, died) {
    const worker = startWorker(script);
    try {
      this.#thread = new Thread(worker, (message) => receive(this, message), died);
    } catch (error) {
      // The caller's factory returned an object that only looks like a worker.
      throw notLoadedError(error);
    }
  }

  /** The memory shared with the worker; undefined without shared memory. */
  get memory() {
    return this.#shared?.buffer;
  }

  /** Sends a request. The worker keeps the process alive until `settled` is called. */
  send(message, transfer) {
    this.#thread.ref();
    this.#thread.send(message, transfer);
  }

  /**
   * Sends an invocation. Its payload is copied, since the array is the caller's. Throws WAPC_ARGUMENT if its length has
   * changed.
   */
  sendInvocation({ operation, payload, payloadLength }) {
    if (this.#shared?.offer(payload, payloadLength)) return this.send([INVOKE, operation, payloadLength]);
    // `copyOf` instead of `slice`: that of a Buffer would share its memory.
    const sent = copyOf(payload, payloadLength, 'payload');
    return this.send([INVOKE, operation, sent], transferOf(sent));
  }

  /** Call when the request has settled: the worker does not keep the process alive until the next one. */
  settled() {
    this.#thread.unref();
  }

  /**
   * Sends the outcome of a host call: the answer, or the error text if `answered` is false. Over `limit` bytes, only
   * the length is sent, which is all that the worker needs. Throws if the bytes cannot be copied.
   */
  answer(answered, { answer, answerLength }, limit) {
    const isOver = answerLength > limit;
    if (this.#shared !== undefined) this.#shared.answer(answered, isOver ? undefined : answer, answerLength);
    else this.#thread.send([ANSWER, answered, isOver ? answerLength : copyOf(answer, answerLength, THE_ANSWER)]);
  }

  /** Sends the next part of a long answer. */
  answerMore() {
    this.#shared?.more();
  }

  /** Reports that many bytes of log lines or output as read. */
  read(size) {
    if (this.#shared === undefined) this.#thread.send([READ, size]);
    else this.#shared.read(size);
  }

  /** Terminates the worker at once. Later messages are ignored. */
  stop() {
    this.#shared?.stop();
    this.#thread.stop();
  }
}
