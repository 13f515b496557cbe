/**
 * A guest in a worker (`serve.js`). While an invocation runs, others may be offered to the worker: in shared memory, where
 * they are taken back if they cannot begin, or by messages, a few of them ahead of time (`send-window.js`).
 */

import { WapcError } from '../base/error.js';
import { inMicrotask } from '../base/microtask.js';
import { HOST_CALL_FAILED } from '../generated/constants.js';
import { delist, enlist } from '../invocation/calling-guests.js';
import { isRewritten } from '../loading/interruptible.js';
import { platform } from '../platform/platform.js';
import { sizeOfBytes, sizeOfText } from './backpressure.js';
import { Callbacks } from './callbacks.js';
import { BY_MESSAGE, Channel } from './channel.js';
import { unpack } from './errors.js';
import { startWithMemory, workerStopped } from './memories.js';
import {
  CALL,
  DONE,
  FAILED,
  LOADED,
  LOG,
  MORE,
  OUTPUT,
  RESET,
  START,
  WRITTEN,
  isWellFormed,
  received,
} from './messages.js';
import { Request } from './request.js';
import { RequestTime } from './request-time.js';
import { Requests } from './requests.js';
import { mayPipeline, workerSettings } from './settings.js';
import { diedError, notLoadedError } from './start.js';

export class RemoteGuest {
  /** Length of linear memory in bytes, as last reported. */
  memorySize = 0;
  /** True if the guest is gone: the next invocation needs a new instance. */
  broken = false;
  /** True if the next invocation needs a new instance, although the guest goes on with what the worker has begun. */
  #mustBeReplaced = false;
  #host;
  #settings;
  #callbacks;
  #time;
  #died;
  #becameIdle;
  #slowed;
  /** The worker; undefined if none is running. */
  #channel;
  #requests = new Requests();
  /** The error that ended the last worker, or the last guest that has run. */
  #lastError;
  /** True once the worker's script has loaded. */
  #loaded = false;
  /** True once its guest has started. */
  #started = false;
  /** True if the last worker's script had loaded: a later WAPC_LOAD is of WASI. */
  #hasLoaded = false;

  /**
   * @param {{ id: number }} host the host as callbacks see it
   * @param {import('./settings.js').RemoteSettings} settings of the host
   * @param {() => void} died called when the worker dies between requests
   * @param {() => void} becameIdle called when no request is left, before the promise of the last one settles
   * @param {() => void} slowed called when `isPrompt` has ended while others wait behind the running invocation
   */
  constructor(host, settings, died, becameIdle, slowed) {
    this.#becameIdle = becameIdle;
    this.#slowed = slowed;
    this.#host = host;
    this.#settings = settings;
    this.#callbacks = new Callbacks(host, settings);
    this.#time = new RequestTime(settings, {
      running: () => this.#requests.first,
      isWaiting: () => this.#callbacks.calling !== undefined,
      stop: (invocation, error) => this.stop(invocation, error, true),
    });
    enlist(host, this);
    this.#died = died;
  }

  /** True if a worker is running. */
  get hasWorker() {
    return this.#channel !== undefined;
  }

  /** True while the host callback runs, called by this guest. */
  get inCallback() {
    return this.#callbacks.isRunning;
  }

  /** The start that runs, if it has called its host. */
  get starting() {
    return this.#requests.first?.start;
  }

  /** The invocation that runs; undefined if there is none, or if the guest starts. */
  get runningInvocation() {
    const request = this.#requests.first;
    return request === undefined || request.isStart ? undefined : request.invocation;
  }

  /** True while an invocation or a start computes, and does not wait for the answer to a host call. */
  get isComputing() {
    return this.#requests.length > 0 && this.#callbacks.calling === undefined;
  }

  /** True while the running invocation is expected to end within microseconds, as others did lately. */
  get isPrompt() {
    return this.#channel?.isPrompt === true && this.#callbacks.calling === undefined;
  }

  /** Requests that were sent and have not ended. */
  get load() {
    return this.#requests.length;
  }

  /** Start of the guest, as a `performance.now()` time. */
  get startedAt() {
    return this.#time.startedAt;
  }

  /** For `chain.js`: the limits of the running invocation or start. */
  get deadline() {
    return this.#time.deadline;
  }

  get timeout() {
    return this.#time.timeout;
  }

  get startLimit() {
    return this.#time.startLimit;
  }

  /** True while the answer to a host call of this invocation is awaited. */
  isCalling(invocation) {
    return this.#callbacks.calling === invocation;
  }

  /** Runs an invocation. Resolves with the response. */
  invoke(invocation) {
    return this.#sendRequest(invocation, false, (channel, request) => {
      channel.begins();
      request.number = channel.sendInvocation(invocation);
      this.#time.invokes();
    });
  }

  /**
   * Offers an invocation to the worker while another one runs. False where it has to wait. Throws WAPC_ARGUMENT.
   * @param {import('./request.js').Offered} offered
   */
  offer(offered) {
    if (this.runningInvocation === undefined || this.#channel === undefined) return false;
    const { invocation } = offered;
    const number = this.#channel.offer(offered, this.#requests.length);
    if (number === undefined) return false;
    const resolve = (response) => offered.resolve(response);
    const reject = (error) => offered.reject(error);
    this.#requests.push(new Request(invocation, resolve, reject, number, offered));
    return true;
  }

  /** Takes back the offered invocations that have not begun, and tells them so. */
  takeBack() {
    this.#requests.takeBack(this.#channel);
  }

  /** Rejects an invocation that was offered, if it has not begun. True if it was rejected. */
  cancel(invocation, error) {
    return this.#requests.cancel(this.#channel, invocation, error);
  }

  /** True if the worker was sent this invocation, and it has not ended as far as is known here. */
  has(invocation) {
    return this.#requests.of(invocation) !== undefined;
  }

  /**
   * Stops an invocation, or a start: terminates the worker, unless it has ended meanwhile. What was offered behind it is
   * taken back first, so that it cannot begin.
   * @param {import('../invocation/invocation.js').Invocation} invocation
   * @param {unknown} error
   * @param {boolean} isOverdue true if the worker had its time: then it is terminated even if it has not begun
   */
  stop(invocation, error, isOverdue = false) {
    this.takeBack();
    const channel = this.#channel;
    if (channel !== undefined) this.#read(channel);
    const request = this.#requests.of(invocation);
    if (request === undefined) return;
    // The request in front of it has ended, and its messages are on their way.
    if (request !== this.#requests.first) request.stopping = error;
    else if (!isOverdue && channel?.takeBack(request.number)) this.#settled().reject(error);
    else if (!this.#requests.hasEnded(this.#channel)) this.kill(error);
  }

  /** Makes a new instance, of `module` if given. Resolves when it has started. */
  reset(invocation, module) {
    this.#mustBeReplaced = false;
    return this.#sendRequest(invocation, true, (channel) => {
      channel.send([RESET, module, platform.modules.wasi, isRewritten(module)]);
      this.#time.starts();
    });
  }

  /** Starts a worker with a guest of `module`. */
  start(invocation, module) {
    // WAPC_LOAD is of the script, unless that had loaded.
    const mayTryAgain = (error) => error.code !== 'WAPC_LOAD' || this.#hasLoaded;
    return startWithMemory(
      () => this.#startOnce(invocation, module),
      mayTryAgain,
      () => this.#lastError,
    );
  }

  /** Terminates the worker, and rejects the running request with `error`. */
  kill(error) {
    this.#requests.takeBack(this.#channel, true);
    const requests = this.#requests.clear();
    this.#discard();
    this.#lastError = error;
    this.#becameIdle();
    // All of them have begun: the others were taken back.
    for (const request of requests) {
      request.invocation.abort(error);
      request.start?.abort(error);
      request.reject(error);
    }
    if (requests.length === 0) this.#died();
  }

  /** Terminates the worker for good. */
  close(error) {
    this.#died = () => {};
    this.kill(error);
    this.#callbacks.end();
    delist(this.#host, this);
  }

  /** Starts a worker with a guest, once. */
  #startOnce(invocation, module) {
    const { script } = this.#settings;
    this.#hasLoaded = false;
    this.#channel = new Channel(
      script,
      (channel, message) => this.#receive(channel, message),
      (channel) => this.#read(channel),
      (channel) => this.#slowsDown(channel),
      (channel, error) => this.#die(channel, error),
      mayPipeline(this.#settings),
    );
    const settings = workerSettings(this.#settings, isRewritten(module), this.#channel);
    return this.#sendRequest(invocation, true, (channel) => {
      channel.send([START, platform.modules.core, module, platform.modules.wasi, settings]);
      this.#time.loads();
    });
  }

  #slowsDown(channel) {
    if (this.#channel === channel && this.#requests.length > 1) this.#slowed();
  }

  /** The worker has died: what it has answered in shared memory still counts. */
  #die(channel, error) {
    this.#read(channel);
    this.kill(this.#loaded ? diedError(error) : notLoadedError(error));
  }

  /** Sends the worker a request with `send`, while none runs. Resolves with the response. */
  #sendRequest(invocation, isStart, send) {
    return new Promise((resolve, reject) => {
      if (this.#channel === undefined) throw this.#lastError;
      const request = new Request(invocation, resolve, reject, BY_MESSAGE, undefined);
      request.isStart = isStart;
      this.#requests.push(request);
      this.#callbacks.begin();
      try {
        send(this.#channel, request);
      } catch (error) {
        this.#notSent(error);
      }
    });
  }

  /** Handles a request that could not be sent: the worker accepts no messages, or there is no memory for one. */
  #notSent(error) {
    if (this.#loaded) this.#settled().reject(error);
    else this.kill(notLoadedError(error));
  }

  #receive(channel, message) {
    const isWoken = Array.isArray(message) && message[0] === WRITTEN;
    if (isWoken) channel.woken();
    this.#read(channel);
    channel.receive();
    // What was written before it may have ended this worker; and a script of the caller may send anything, at any time.
    if (this.#channel !== channel) return;
    if (!isWoken && isWellFormed(message)) this.#handle(channel, message);
    this.#read(channel);
  }

  /** Handles what the worker has written to shared memory so far. */
  #read(channel) {
    if (this.#channel !== channel) return;
    const into = () => /** @type {any} */ (this.#requests.first?.invocation)?.into;
    let hasRead = false;
    try {
      hasRead = channel.read(into, (message) => {
        this.#handle(channel, message);
        return this.#channel === channel;
      });
    } catch (error) {
      // A record that cannot be read: what the worker says from now on is not known.
      if (this.#channel === channel) this.kill(diedError(error));
    }
    if (this.#channel === channel) channel.watch(hasRead, this.#requests.length > 0);
  }

  #handle(channel, message) {
    const request = this.#requests.first;
    if (request === undefined) return;
    // No code of the caller runs for a response.
    if (message[0] === DONE) this.#done(message[1], received(message[2]));
    else if (request.isOver) this.#ignore(channel, message);
    else request.invocation.inScope(() => this.#understand(channel, message));
  }

  #understand(channel, [kind, first, second, third, fourth]) {
    switch (kind) {
      case LOADED:
        return this.#load();
      case FAILED:
        return this.#failed(first, second, third);
      case CALL:
        return this.#callHost(channel, [first, second, third, received(fourth)]);
      case MORE:
        return channel.answerMore();
      case LOG:
        return this.#tell(channel, 'logger', () => this.#callbacks.log(channel, first));
      case OUTPUT:
        return this.#tell(channel, first === 1 ? 'stdout' : 'stderr', () =>
          this.#callbacks.write(channel, first, second),
        );
    }
  }

  /** Handles a message of a request that was rejected before: nobody is told what its guest said. */
  #ignore(channel, [kind, first, second, third]) {
    if (kind === FAILED) this.#failed(first, second, third);
    else if (kind === LOG) channel.acknowledge(sizeOfText(first));
    else if (kind === OUTPUT) channel.acknowledge(sizeOfBytes(second));
  }

  /** Handles LOADED: the worker's script has loaded. */
  #load() {
    if (this.#loaded) return;
    this.#loaded = this.#hasLoaded = true;
    this.#time.starts();
  }

  #done(memorySize, response) {
    this.memorySize = memorySize;
    this.broken = this.#mustBeReplaced;
    this.#started = true;
    const { invocation, resolve, reject } = this.#settled();
    try {
      resolve(invocation.received(response));
    } catch (error) {
      reject(error);
    }
  }

  #failed(memorySize, broken, error) {
    this.memorySize = memorySize;
    this.broken = broken || this.#mustBeReplaced;
    // Its worker waits for a new instance.
    if (broken) this.#requests.takeBack(this.#channel, true);
    const request = this.#settled();
    const hasRun = broken || request.start !== undefined;
    const { callingInvocation, reject } = request;
    // Without a host callback, the worker itself has refused the host call.
    if (error.hostCall !== undefined) callingInvocation.failure ??= { error: undefined, hostCall: error.hostCall };
    const unpacked = unpack(error, callingInvocation.failure?.error);
    // It is not started again in another worker (`startWithMemory`).
    if (hasRun) this.#lastError = unpacked;
    // Without a started guest, the worker is of no use.
    if (!this.#started) this.#discard();
    reject(unpacked);
  }

  #settled() {
    const request = this.#requests.shift();
    this.#time.ended();
    this.#channel.ended(request.number);
    if (this.#requests.length > 0) {
      this.#next();
    } else {
      this.#time.stop();
      this.#channel.becomeIdle();
      this.#becameIdle();
    }
    return request;
  }

  /** The worker goes on with the next invocation that was offered. */
  #next() {
    const { invocation, offered, stopping } = this.#requests.first;
    this.#channel?.begins();
    this.#callbacks.begin();
    this.#time.invokes();
    offered?.begins();
    if (stopping !== undefined) inMicrotask(() => this.stop(invocation, stopping));
  }

  #callHost(channel, call) {
    const request = this.#requests.first;
    const { callingInvocation } = request;
    const mayAnswer = (called) => {
      if (this.#channel !== channel || this.#requests.first !== request) return false;
      return called !== HOST_CALL_FAILED || !this.#time.endsLate(request);
    };
    this.#callbacks.callHost(channel, call, callingInvocation, mayAnswer);
    // Its answer comes later: others need not wait for it.
    if (this.#callbacks.calling === undefined) return;
    if (channel.waits(this.#requests.length)) this.#requests.takeBack(this.#channel, true);
    else this.#slowsDown(channel);
  }

  /** Calls a callback of the caller. Its error ends the guest. */
  #tell(channel, callback, tell) {
    const request = this.#requests.first;
    try {
      tell();
    } catch (error) {
      // The callback has aborted it, or another invocation: for that, more of what the worker has said was read.
      if (this.#channel !== channel || this.#requests.first !== request) return;
      const [code, what] = request.isStart ? ['WAPC_INIT', 'start failed'] : ['WAPC_TRAP', 'guest trapped'];
      const message = `the ${what}: \`${callback}\` threw${this.#callbacks.lastWords()}`;
      this.#fail(new WapcError(code, message, { cause: error }));
    }
  }

  /**
   * Ends the running request with `error`, and its guest. If the worker has gone on to the next one meanwhile, what it has
   * begun ends first.
   */
  #fail(error) {
    if (!this.#requests.hasEnded(this.#channel)) return this.kill(error);
    const request = this.#requests.dismissFirst();
    this.#mustBeReplaced = this.broken = true;
    this.#time.ended();
    request.invocation.abort(error);
    request.reject(error);
  }

  #discard() {
    if (this.#channel !== undefined) workerStopped();
    this.#time.stop();
    this.#channel?.stop();
    this.#channel = undefined;
    this.#loaded = this.#started = this.#mustBeReplaced = false;
    this.memorySize = 0;
    this.broken = true;
  }
}
