/** The caller's callbacks of a guest in a worker: its host calls, log lines and output, which come as messages. */

import { HOST_CALL_FAILED, HOST_CALL_PENDING } from '../generated/constants.js';
import { ask, whenAnswered } from '../invocation/host-call.js';
import { endWriters, writerOf } from '../wasi/streams.js';
import { sizeOfBytes, sizeOfText } from './ahead.js';

export class Callbacks {
  /** True while the host callback runs. */
  isRunning = false;
  #host;
  #settings;
  /** Of the guest's standard streams. */
  #writers;
  /** The invocation whose host call is not answered yet. */
  #calling;

  /**
   * @param {{ id: number }} host what the host callback sees of the host
   * @param {import('./remote.js').RemoteSettings} settings of the host
   */
  constructor(host, settings) {
    this.#host = host;
    this.#settings = settings;
    const { stdout, stderr } = settings.wasi;
    this.#writers = { 1: writerOf(1, stdout), 2: writerOf(2, stderr) };
  }

  /** A request begins: whatever the last one called has nobody left to answer. */
  begin() {
    this.#calling = undefined;
  }

  /** The guest is gone: writes what is left of a last line. */
  end() {
    endWriters(Object.values(this.#writers));
  }

  /**
   * Calls the host callback, and sends its answer as soon as it is there.
   * @param {import('./channel.js').Channel} channel
   * @param {[string, string, string, Uint8Array]} call binding, namespace, operation, payload
   * @param {import('../invocation/invocation.js').Invocation} invocation keeps the answer, or what was thrown
   * @param {() => boolean} isCurrent false once nobody waits for the answer
   */
  callHost(channel, call, invocation, isCurrent) {
    // One at a time, as guests call.
    if (this.#calling !== undefined) return;
    const answer = (called) => {
      if (!isCurrent()) return;
      this.#calling = undefined;
      this.#answer(channel, called !== HOST_CALL_FAILED, invocation);
    };
    this.#calling = invocation;
    this.isRunning = true;
    try {
      const called = ask(invocation, this.#host, this.#settings.hostCall, undefined, answerLater, answer, ...call);
      if (called !== HOST_CALL_PENDING) answer(called);
    } finally {
      this.isRunning = false;
    }
  }

  #answer(channel, answered, invocation) {
    const limit = this.#settings.payloadLimit;
    try {
      channel.answer(answered, invocation, limit);
    } catch (error) {
      // There is no memory for a copy, or another thread has changed what was answered.
      invocation.fail(error);
      channel.answer(false, invocation, limit);
    }
  }

  /** Hands a line to the logger. Throws what that throws. */
  log(channel, text) {
    const { logger = console.log } = this.#settings;
    logger(text);
    channel.read(sizeOfText(text));
  }

  /** Hands a chunk to the writer of a standard stream. Throws what that throws. */
  write(channel, stream, chunk) {
    this.#writers[stream].write(chunk);
    channel.read(sizeOfBytes(chunk));
  }
}

/** For `ask`: the worker waits for a promise of the host callback's. */
function answerLater(answer, invocation, value, then, binding, namespace, operation) {
  whenAnswered(invocation, value, then, binding, namespace, operation, (outcome) => answer(outcome()));
  return HOST_CALL_PENDING;
}
