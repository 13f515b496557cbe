/** A worker that has been started, and the ways to it: messages, and shared memory where there can be some. */

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
   * @param {unknown} script of the worker: an address, a factory, or undefined for the package's own
   * @param {(channel: Channel, message: unknown) => void} receive
   * @param {(error: unknown) => void} died called once, unless it was stopped
   */
  constructor(script, receive, died) {
    const worker = startWorker(script);
    try {
      this.#thread = new Thread(worker, (message) => receive(this, message), died);
    } catch (error) {
      // It only looks like a worker.
      throw notLoadedError(error);
    }
  }

  /** The memory that is shared with the worker; undefined where none can be. */
  get memory() {
    return this.#shared?.buffer;
  }

  /** Sends a request. The worker keeps the process alive until `settled`. */
  send(message, transfer) {
    this.#thread.ref();
    this.#thread.send(message, transfer);
  }

  /** Sends an invocation. Its payload is copied, since the array is the caller's. Throws WAPC_ARGUMENT where it has changed. */
  sendInvocation({ operation, payload, payloadLength }) {
    if (this.#shared?.offer(payload, payloadLength)) return this.send([INVOKE, operation, payloadLength]);
    // Not by `slice`: a Buffer's would share its memory.
    const sent = copyOf(payload, payloadLength, 'payload');
    return this.send([INVOKE, operation, sent], transferOf(sent));
  }

  /** Its request is settled: until the next, the worker does not keep the process alive. */
  settled() {
    this.#thread.unref();
  }

  /**
   * Sends the outcome of a host call: the answer, or the error text where it has not `answered`; of one that is over
   * `limit` bytes only the length, which is all that the worker has to know. Throws where it cannot be copied.
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

  /** Says that so many bytes of log lines or output were read. */
  read(size) {
    if (this.#shared === undefined) this.#thread.send([READ, size]);
    else this.#shared.read(size);
  }

  /** Ends the worker wherever it is. Nothing is heard of it any more. */
  stop() {
    this.#shared?.stop();
    this.#thread.stop();
  }
}
