/** Calls the caller's callbacks for a guest in a worker: host calls, log lines and output arrive as messages. */

import { HOST_CALL_FAILED, HOST_CALL_PENDING } from '../generated/constants.js';
import { callCallback, whenAnswered } from '../invocation/host-call.js';
import { appendSaid, endOf, lastWords } from '../invocation/last-words.js';
import { endWriters, writerOf } from '../wasi/streams.js';
import { sizeOfBytes, sizeOfText } from './backpressure.js';

export class Callbacks {
  /** True while the host callback runs. */
  isRunning = false;
  #host;
  #settings;
  /** Writers of standard output and standard error. */
  #writers;
  /** The invocation whose host call has no answer yet. */
  calling;
  /** The end of what the guest has logged and written to standard error in this request. */
  #said = '';

  /**
   * @param {{ id: number }} host the host as the host callback sees it
   * @param {import('./settings.js').RemoteSettings} settings of the host
   */
  constructor(host, settings) {
    this.#host = host;
    this.#settings = settings;
    const { stdout, stderr } = settings.wasi;
    this.#writers = { 1: writerOf(1, stdout), 2: writerOf(2, stderr) };
  }

  /** Called at the start of each request: nobody waits for an earlier host call any more. */
  begin() {
    this.calling = undefined;
    this.#said = '';
  }

  /** Called when the guest is gone: flushes the incomplete last line of output. */
  end() {
    endWriters(Object.values(this.#writers));
  }

  /**
   * Calls the host callback, and sends its answer when it has settled.
   * @param {import('./channel.js').Channel} channel
   * @param {[string, string, string, Uint8Array]} call binding, namespace, operation, payload
   * @param {import('../invocation/invocation.js').Invocation} invocation keeps the answer, or the error that was thrown
   * @param {(called: number) => boolean} mayAnswer false if the worker does not wait for the answer any more, or must not
   * have it
   */
  callHost(channel, call, invocation, mayAnswer) {
    // A guest makes one host call at a time: a second one is ignored.
    if (this.calling !== undefined) return;
    const answer = (called) => {
      if (!mayAnswer(called)) return;
      this.calling = undefined;
      this.#answer(channel, called !== HOST_CALL_FAILED, invocation);
    };
    this.calling = invocation;
    this.isRunning = true;
    try {
      const called = callCallback(
        invocation,
        this.#host,
        this.#settings.hostCall,
        undefined,
        answerLater,
        answer,
        ...call,
      );
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
      // Out of memory for a copy, or another thread has changed the answer.
      invocation.fail(error);
      channel.answer(false, invocation, limit);
    }
  }

  /** The last lines that the guest said in this request, as the end of an error message. */
  lastWords() {
    return lastWords(this.#said);
  }

  /** Passes a line to the logger. Throws the logger's error. */
  log(channel, text) {
    this.#said = appendSaid(appendSaid(this.#said, text), '\n');
    const { logger = console.log } = this.#settings;
    try {
      logger(text);
    } finally {
      channel.acknowledge(sizeOfText(text));
    }
  }

  /** Passes a chunk to the writer of a standard stream. Throws the writer's error. */
  write(channel, stream, chunk) {
    if (stream === 2) this.#said = appendSaid(this.#said, endOf(chunk));
    try {
      this.#writers[stream].write(chunk);
    } finally {
      channel.acknowledge(sizeOfBytes(chunk));
    }
  }
}

/** For `callCallback`: waits for a promise of the host callback. */
function answerLater(answer, invocation, value, then, binding, namespace, operation) {
  whenAnswered(invocation, value, then, binding, namespace, operation, (outcome) => answer(outcome()));
  return HOST_CALL_PENDING;
}
