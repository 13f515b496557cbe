/**
 * A guest in a worker: it (`serve.js`) is asked for one thing at a time, and what it calls meanwhile is called here.
 */

import { WapcError } from '../error.js';
import { timeoutError } from '../invoke.js';
import { platform } from '../platform.js';
import { FAILED as HOST_FAILED } from '../sys/host-call.js';
import { startTimer } from '../timer.js';
import { writerOf } from '../wasi/streams.js';
import { unpack } from './errors.js';
import { callHost } from './host-call.js';
import { collectMemories, isOutOfMemory, memoriesComeBack, workerStopped } from './memories.js';
import { ANSWER, CALL, DONE, FAILED, INVOKE, LOADED, LOG, MORE, OUTPUT, RESET, START, transferOf } from './messages.js';
import { Shared, THE_ANSWER, canShare, copyOf } from './shared.js';
import { diedError, notLoadedError, startWorker } from './start.js';
import { Thread } from './thread.js';

export class RemoteGuest {
  /** Bytes of linear memory when last heard of. */
  memorySize = 0;
  /** Whether the guest is gone, so that the next invocation begins with a fresh one. */
  broken = false;
  /** Whether it is in one of the caller's callbacks. */
  inCallback = false;
  #host;
  #settings;
  #died;
  #thread;
  #shared;
  /** What the worker was asked for. */
  #request;
  /** Why the last worker was ended. */
  #fate;
  /** Whether the worker's script has loaded, and whether its guest has started. */
  #loaded = false;
  #started = false;
  /** Of the guest's standard streams. */
  #writers;

  /**
   * @param {{ id: number }} host what callbacks see of the host
   * @param {object} settings of the host, as `startRemote` has them
   * @param {() => void} died called when the worker died while nothing was asked of it
   */
  constructor(host, settings, died) {
    this.#host = host;
    this.#settings = settings;
    this.#died = died;
    const { stdout, stderr } = settings.wasi;
    this.#writers = { 1: writerOf(1, stdout), 2: writerOf(2, stderr) };
  }

  /** Whether there is a worker. */
  get isThere() {
    return this.#thread !== undefined;
  }

  /** A promise of the response. */
  invoke(exchange) {
    const { operation, payloadLength, payload } = exchange;
    if (this.#shared?.offer(payload, payloadLength)) return this.#ask(exchange, [INVOKE, operation, payloadLength]);
    // A copy, since the array is the caller's. Not by `slice`: a Buffer's would share its memory.
    const sent = copyOf(payload, payloadLength, 'payload');
    return this.#ask(exchange, [INVOKE, operation, sent], transferOf(sent));
  }

  /** A fresh instance, of another module if there is one: a promise of its having started. */
  reset(exchange, module) {
    return this.#ask(exchange, [RESET, module, platform.modules.wasi]);
  }

  /** Starts a worker with a guest of `module`; where memories have run out, after those that nobody needs are gone. */
  async start(exchange, module) {
    for (let collected = false; ; collected = true) {
      try {
        return await this.#startOnce(exchange, module);
      } catch (error) {
        if (!isOutOfMemory(error)) throw error;
        const fate = this.#fate;
        if (!(!collected && collectMemories()) && !(await memoriesComeBack())) throw error;
        // It was ended while it waited.
        if (this.#fate !== fate) throw this.#fate;
      }
    }
  }

  /** Ends the worker wherever it is, and what it was asked for with `error`. */
  kill(error) {
    this.#discard();
    this.#fate = error;
    const request = this.#request;
    this.#request = undefined;
    request?.stopTimer?.();
    request?.exchange.abort(error);
    request?.reject(error);
    if (request === undefined) this.#died();
  }

  /** Ends it for good. */
  close(error) {
    this.#died = () => {};
    this.kill(error);
    for (const writer of Object.values(this.#writers)) writer.end?.();
  }

  /** Starts a worker with a guest. */
  #startOnce(exchange, module) {
    const { script, payloadLimit, hostCall } = this.#settings;
    this.#shared = canShare() ? new Shared() : undefined;
    this.#thread = new Thread(
      startWorker(script),
      (thread, message) => this.#receive(thread, message),
      (thread, error) => this.kill(this.#loaded ? diedError(error) : notLoadedError(error)),
    );
    const { args, env, stdin, preopens } = this.#settings.wasi;
    const settings = {
      payloadLimit,
      callsHost: hostCall !== undefined,
      wasi: { args, env, stdin, preopens },
      memory: this.#shared?.buffer,
    };
    return this.#ask(exchange, [START, platform.modules.core, module, platform.modules.wasi, settings]);
  }

  /** Asks the worker for something: a promise of its answer. */
  #ask(exchange, message, transfer) {
    return new Promise((resolve, reject) => {
      if (this.#thread === undefined) throw this.#fate;
      this.#request = { exchange, resolve, reject, stopTimer: undefined };
      this.#thread.ref();
      this.#thread.send(message, transfer);
      if (message[0] !== START) this.#limitTime();
    });
  }

  #limitTime() {
    const { timeout } = this.#settings;
    if (timeout !== undefined) this.#request.stopTimer = startTimer(timeout, () => this.kill(timeoutError(timeout)));
  }

  #receive(thread, message) {
    // A script of the caller's own may say more than was asked of it.
    this.#request?.exchange.inScope(() => this.#understand(thread, message));
  }

  #understand(thread, [kind, ...rest]) {
    switch (kind) {
      case LOADED:
        this.#loaded = true;
        return this.#limitTime();
      case DONE:
        return this.#done(...rest);
      case FAILED:
        return this.#failed(...rest);
      case CALL:
        return this.#callHost(thread, rest);
      case MORE:
        return this.#shared.more();
      case LOG:
        return this.#log(...rest);
      case OUTPUT:
        return this.#output(...rest);
    }
  }

  #done(memorySize, response) {
    this.memorySize = memorySize;
    this.broken = false;
    this.#started = true;
    this.#answered().resolve(response);
  }

  #failed(memorySize, broken, error) {
    this.memorySize = memorySize;
    this.broken = broken;
    const { exchange, reject } = this.#answered();
    // The worker has nothing to go on with.
    if (!this.#started) this.#discard();
    reject(unpack(error, exchange.failure?.error));
  }

  #answered() {
    const request = this.#request;
    this.#request = undefined;
    request.stopTimer?.();
    this.#thread.unref();
    return request;
  }

  #callHost(thread, call) {
    const { exchange } = this.#request;
    const answer = (answered) => {
      // One that was stopped meanwhile has nobody left to answer.
      if (this.#thread !== thread || this.#request?.exchange !== exchange) return;
      try {
        this.#answer(thread, answered, exchange);
      } catch (error) {
        // There is no memory for a copy, or another thread has changed what was answered.
        this.#answer(thread, exchange.fail(error) !== HOST_FAILED, exchange);
      }
    };
    this.inCallback = true;
    try {
      callHost(this.#settings.hostCall, call, exchange, this.#host, answer);
    } finally {
      this.inCallback = false;
    }
  }

  #answer(thread, answered, { answer, answerLength }) {
    if (this.#shared === undefined) thread.send([ANSWER, answered, copyOf(answer, answerLength, THE_ANSWER)]);
    else this.#shared.answer(answered, answer, answerLength);
  }

  #log(text) {
    const { logger = console.log } = this.#settings;
    this.#tell('logger', () => logger(text));
  }

  #output(stream, chunk) {
    this.#tell('writer of its output', () => this.#writers[stream].write(chunk));
  }

  /** Hands something to a callback of the caller's; what that throws stops the guest. */
  #tell(callback, tell) {
    try {
      tell();
      this.#shared?.read();
    } catch (error) {
      this.kill(new WapcError('WAPC_TRAP', `the guest trapped: the ${callback} threw`, { cause: error }));
    }
  }

  #discard() {
    if (this.#thread !== undefined) workerStopped();
    this.#shared?.stop();
    this.#thread?.stop();
    this.#thread = this.#shared = undefined;
    this.#loaded = this.#started = false;
    this.memorySize = 0;
    this.broken = true;
  }
}
