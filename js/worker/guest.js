/**
 * A guest in a worker: it (`serve.js`) is asked for one thing at a time, and what it calls meanwhile is called here.
 */

import { WapcError } from '../base/error.js';
import { startTimeoutError, timeoutError } from '../invocation/invoke.js';
import { platform } from '../platform/platform.js';
import { startTimer } from '../base/timer.js';
import { endWriters, writerOf } from '../wasi/streams.js';
import { sizeOfBytes, sizeOfText } from './ahead.js';
import { unpack } from './errors.js';
import { callHost } from './host-call.js';
import { collectMemories, isOutOfMemory, memoriesComeBack, workerStopped } from './memories.js';
import {
  ANSWER,
  CALL,
  DONE,
  FAILED,
  INVOKE,
  LOADED,
  LOG,
  MORE,
  OUTPUT,
  READ,
  RESET,
  START,
  isWellFormed,
  transferOf,
} from './messages.js';
import { Shared, THE_ANSWER, canShare, copyOf } from './shared.js';
import { LOADING, diedError, lateError, notLoadedError, startWorker } from './start.js';
import { Thread } from './thread.js';

export class RemoteGuest {
  /** Bytes of linear memory when last heard of. */
  memorySize = 0;
  /** Whether the guest is gone, so that the next invocation begins with a fresh one. */
  broken = false;
  /** Whether it is in one of the caller's callbacks. */
  inCallback = false;
  /** When the guest began to start, on the clock of `performance.now()`. */
  startedAt;
  #host;
  #settings;
  #died;
  #thread;
  #shared;
  /** The request that the worker works on, and whether it waits for the answer to a host call. */
  #request;
  #isCalling = false;
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
  invoke(invocation) {
    const { operation, payloadLength, payload } = invocation;
    if (this.#shared?.offer(payload, payloadLength)) return this.#ask(invocation, [INVOKE, operation, payloadLength]);
    // A copy, since the array is the caller's. Not by `slice`: a Buffer's would share its memory.
    const sent = copyOf(payload, payloadLength, 'payload');
    return this.#ask(invocation, [INVOKE, operation, sent], transferOf(sent));
  }

  /** A fresh instance, of another module if there is one: a promise of its having started. */
  reset(invocation, module) {
    return this.#ask(invocation, [RESET, module, platform.modules.wasi]);
  }

  /** Starts a worker with a guest of `module`; where memories have run out, after those that nobody needs are gone. */
  async start(invocation, module) {
    for (let collected = false; ; collected = true) {
      try {
        return await this.#startOnce(invocation, module);
      } catch (error) {
        if (!isOutOfMemory(error) || error.code === 'WAPC_LOAD') throw error;
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
    request?.invocation.abort(error);
    request?.reject(error);
    if (request === undefined) this.#died();
  }

  /** Ends it for good. */
  close(error) {
    this.#died = () => {};
    this.kill(error);
    endWriters(Object.values(this.#writers));
  }

  /** Starts a worker with a guest. */
  #startOnce(invocation, module) {
    const { script, payloadLimit, hostCall } = this.#settings;
    const shared = canShare() ? new Shared() : undefined;
    const worker = startWorker(script);
    this.#shared = shared;
    this.#thread = this.#listenTo(worker);
    const { args, env, stdin, preopens } = this.#settings.wasi;
    const settings = {
      payloadLimit,
      callsHost: hostCall !== undefined,
      wasi: { args, env, stdin, preopens },
      memory: this.#shared?.buffer,
    };
    return this.#ask(invocation, [START, platform.modules.core, module, platform.modules.wasi, settings]);
  }

  #listenTo(worker) {
    try {
      return new Thread(
        worker,
        (thread, message) => this.#receive(thread, message),
        (thread, error) => this.kill(this.#loaded ? diedError(error) : notLoadedError(error)),
      );
    } catch (error) {
      // It only looks like a worker.
      throw notLoadedError(error);
    }
  }

  /** Asks the worker for something: a promise of its answer. */
  #ask(invocation, message, transfer) {
    return new Promise((resolve, reject) => {
      if (this.#thread === undefined) throw this.#fate;
      this.#request = { invocation, resolve, reject, stopTimer: undefined, isStart: message[0] !== INVOKE };
      this.#isCalling = false;
      this.#thread.ref();
      try {
        this.#thread.send(message, transfer);
        this.#limitTime(message[0]);
      } catch (error) {
        this.#notSent(error);
      }
    });
  }

  /** The worker takes no messages, or there is no memory for one. */
  #notSent(error) {
    if (this.#loaded) this.#answered().reject(error);
    else this.kill(notLoadedError(error));
  }

  #limitTime(asked) {
    const { timeout } = this.#settings;
    if (asked === START) this.#endAfter(LOADING, lateError);
    else if (asked === RESET) this.#limitStart();
    else if (timeout !== undefined) this.#endAfter(timeout, () => timeoutError(timeout));
  }

  /** The guest starts. */
  #limitStart() {
    const { startLimit } = this.#settings;
    this.startedAt = performance.now();
    if (startLimit !== undefined) this.#endAfter(startLimit, () => startTimeoutError(startLimit));
  }

  #endAfter(milliseconds, error) {
    this.#request.stopTimer = startTimer(milliseconds, () => this.kill(error()));
  }

  #receive(thread, message) {
    // A script of the caller's own may say more than was asked of it, and anything else.
    if (this.#request === undefined || !isWellFormed(message)) return;
    this.#request.invocation.inScope(() => this.#understand(thread, message));
  }

  #understand(thread, [kind, first, second, third, fourth]) {
    switch (kind) {
      case LOADED:
        return this.#load();
      case DONE:
        return this.#done(first, second);
      case FAILED:
        return this.#failed(first, second, third);
      case CALL:
        return this.#callHost(thread, [first, second, third, fourth]);
      case MORE:
        return this.#shared?.more();
      case LOG:
        return this.#log(first);
      case OUTPUT:
        return this.#output(first, second);
    }
  }

  /** The worker's script has loaded. */
  #load() {
    if (this.#loaded) return;
    this.#loaded = true;
    this.#request.stopTimer();
    this.#limitStart();
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
    const { invocation, reject } = this.#answered();
    // The worker has nothing to go on with.
    if (!this.#started) this.#discard();
    reject(unpack(error, invocation.failure?.error));
  }

  #answered() {
    const request = this.#request;
    this.#request = undefined;
    request.stopTimer?.();
    this.#thread.unref();
    return request;
  }

  #callHost(thread, call) {
    // One at a time, as guests call.
    if (this.#isCalling) return;
    const { invocation } = this.#request;
    const answer = (answered) => {
      // One that was stopped meanwhile has nobody left to answer.
      if (this.#thread !== thread || this.#request?.invocation !== invocation) return;
      this.#isCalling = false;
      try {
        this.#answer(thread, answered, invocation);
      } catch (error) {
        // There is no memory for a copy, or another thread has changed what was answered.
        invocation.fail(error);
        this.#answer(thread, false, invocation);
      }
    };
    this.#isCalling = this.inCallback = true;
    try {
      callHost(this.#settings.hostCall, call, invocation, this.#host, answer);
    } finally {
      this.inCallback = false;
    }
  }

  /** Sends an answer; of one over the limit only the length, which is all that the worker has to know. */
  #answer(thread, answered, { answer, answerLength }) {
    const isOver = answerLength > this.#settings.payloadLimit;
    if (this.#shared !== undefined) this.#shared.answer(answered, isOver ? undefined : answer, answerLength);
    else thread.send([ANSWER, answered, isOver ? answerLength : copyOf(answer, answerLength, THE_ANSWER)]);
  }

  #log(text) {
    const { logger = console.log } = this.#settings;
    this.#tell('logger', sizeOfText(text), () => logger(text));
  }

  #output(stream, chunk) {
    this.#tell('writer of its output', sizeOfBytes(chunk), () => this.#writers[stream].write(chunk));
  }

  /** Hands something of `size` bytes to a callback of the caller's; what that throws stops the guest. */
  #tell(callback, size, tell) {
    // Those of the worker that said it: the callback may end it.
    const [shared, thread] = [this.#shared, this.#thread];
    try {
      tell();
      if (shared === undefined) thread.send([READ, size]);
      else shared.read(size);
    } catch (error) {
      const [code, what] = this.#request?.isStart ? ['WAPC_INIT', 'start failed'] : ['WAPC_TRAP', 'guest trapped'];
      this.kill(new WapcError(code, `the ${what}: the ${callback} threw`, { cause: error }));
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
