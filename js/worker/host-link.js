/**
 * Messages from a worker to the thread of its host, and the answers to them: records in shared memory where there is some,
 * else messages of `postMessage`.
 */

import { encode, encodeOperation, prepareAnother } from '../base/bytes.js';
import { lenient } from '../base/encoding.js';
import { OverLimit } from '../invocation/invocation.js';
import { MOST_UNREAD, Unread, sizeOfBytes, sizeOfCall, sizeOfText } from './backpressure.js';
import { HostFailure, pack } from './errors.js';
import { CALL, DONE, FAILED, LOADED, LOG, MORE, OUTPUT, WRITTEN, toSend, transferOf } from './messages.js';
import { WorkerRings } from './rings/worker.js';
import { SharedWithHost } from './shared.js';

export class HostLink {
  /**
   * Invocations, and what is said to the host, in shared memory.
   * @type {WorkerRings | undefined}
   */
  rings;
  /**
   * The memory in which the host answers; without it, `#unread` counts what the host has not read.
   * @type {SharedWithHost | undefined}
   */
  #shared;
  #unread = new Unread();
  #send;
  /** Resolves the promise of the host's answer, where it comes by a message. */
  #answered;

  /** @param {(message: unknown[], transfer?: Transferable[]) => void} send sends a message */
  constructor(send) {
    this.#send = send;
  }

  /** Begins to use shared memory, if the host has sent some. */
  open({ rings, memory }) {
    if (rings !== undefined) this.rings = new WorkerRings(rings);
    // The message that has brought them.
    this.rings?.receive();
    if (memory !== undefined) this.#shared = new SharedWithHost(memory);
  }

  /** True if this worker can be blocked, and woken by the host. */
  get canBlock() {
    return this.#shared !== undefined;
  }

  /** Blocks for a time in ms, where it can. False if the worker must end. */
  block(milliseconds) {
    return this.#shared.block(milliseconds);
  }

  /** Tells the host that the worker's script has loaded. */
  loaded() {
    this.#post([LOADED]);
  }

  /**
   * The host callback of the guest. Where the worker can be blocked, it is; `ended` is called if the guest must end
   * meanwhile.
   * @param {number} payloadLimit bytes
   * @param {() => void} ended
   * @returns {import('../api/index.js').HostCall}
   */
  hostCall(payloadLimit, ended) {
    const shared = this.#shared;
    if (shared === undefined) {
      return (binding, namespace, operation, payload) => this.#callAsync(binding, namespace, operation, payload);
    }
    const more = () => this.#post([MORE]);
    return (binding, namespace, operation, payload) => {
      shared.room(sizeOfCall(binding, namespace, operation, payload));
      const call = () => this.#call(binding, namespace, operation, payload);
      const answer = shared.await(call, more, payloadLimit);
      if (!shared.stopped) return taken(answer);
      ended();
      return undefined;
    };
  }

  async #callAsync(binding, namespace, operation, payload) {
    await this.#unread.room(sizeOfCall(binding, namespace, operation, payload));
    this.#call(binding, namespace, operation, payload);
    return taken(await new Promise((resolve) => (this.#answered = resolve)));
  }

  #call(binding, namespace, operation, payload) {
    const { rings } = this;
    const isWritten =
      rings !== undefined &&
      rings.call(encodeOperation(binding), encodeOperation(namespace), encodeOperation(operation), payload);
    this.#say(isWritten, () => this.#post([CALL, binding, namespace, operation, toSend(payload)], transferOf(payload)));
  }

  /** Handles the answer to the host call that a message has brought. */
  answer(answered, sent) {
    this.#answered({ answered, sent });
  }

  /** Handles the number of bytes that the host has read. */
  read(size) {
    this.#unread.read(size);
  }

  /** Sends a log line. */
  log(text) {
    this.#reserve(sizeOfText(text));
    this.#say(this.rings?.log(encode(text)), () => this.#post([LOG, text]));
  }

  /** Sends bytes that the guest has written to a standard stream. */
  output(stream, chunk) {
    this.#reserve(sizeOfBytes(chunk));
    this.#say(this.rings?.output(stream, chunk), () => this.#post([OUTPUT, stream, chunk]));
  }

  /** Waits until the host has read all that earlier invocations have said. Only where this worker cannot block. */
  allRead() {
    return this.#unread.room(MOST_UNREAD);
  }

  /** Responds to a message, with the guest's memory in bytes. */
  respond(memorySize, response) {
    this.#post([DONE, memorySize, response && toSend(response)], response === undefined ? [] : transferOf(response));
    // Done while the host reads this response.
    prepareAnother(response?.length);
  }

  /** Responds to an invocation from shared memory: there too, unless the response was too long. */
  respondToOffered(memorySize, response) {
    this.#say(this.rings.respond(memorySize), () => this.respond(memorySize, response));
  }

  /** Responds with an error. `isGone`: the guest needs a new instance. */
  fail(memorySize, isGone, error) {
    this.#post([FAILED, memorySize, isGone, pack(reasonOf(error, this.#unread.error))]);
  }

  #post(message, transfer) {
    this.#send(message, transfer);
    this.rings?.mail();
  }

  /** Tells the host that there is a record, if it waits for one, or sends a message where none could be written. */
  #say(isWritten, send) {
    if (isWritten !== true) send();
    else if (this.rings.hostWaits()) this.#post([WRITTEN]);
  }

  /** Waits until a log line or output of `size` bytes may be sent. Throws if the guest must end. */
  #reserve(size) {
    (this.#shared ?? this.#unread).reserve(size);
    if (this.#shared?.stopped) throw new Error('stopped');
  }
}

/** The error to report for a guest: the one that `reserve` threw, instead of the trap that it caused. */
const reasonOf = (error, failure) =>
  failure !== undefined && error?.code === 'WAPC_TRAP' && error.cause === failure ? failure : error;

/** The answer in the form that a host callback returns. Over the limit, only the length was sent. */
function taken({ answered, sent }) {
  const isOver = typeof sent === 'number';
  if (answered) return isOver ? new OverLimit(sent) : sent;
  // Copied: decoders refuse shared memory.
  throw isOver ? new OverLimit(sent) : new HostFailure(lenient.decode(sent.slice()));
}
