/** A guest in a worker. It sends the worker (`serve.js`) one request at a time. */

import { WapcError } from '../base/error.js';
import { startTimer } from '../base/timer.js';
import { delist, enlist } from '../invocation/chain.js';
import { Invocation } from '../invocation/invocation.js';
import { startTimeoutError, timeoutError } from '../invocation/timeout.js';
import { isRewritten } from '../loading/interruptible.js';
import { platform } from '../platform/platform.js';
import { Callbacks } from './callbacks.js';
import { Channel } from './channel.js';
import { unpack } from './errors.js';
import { collectMemories, isOutOfMemory, memoriesComeBack, workerStopped } from './memories.js';
import { CALL, DONE, FAILED, LOADED, LOG, MORE, OUTPUT, RESET, START, isWellFormed } from './messages.js';
import { LOADING, diedError, lateError, notLoadedError } from './start.js';

/** The invocation that host calls belong to. A guest that starts gets an empty one of its own. */
function callerIn(request) {
  return request.isStart ? (request.start ??= new Invocation()) : request.invocation;
}

/** The limits that the worker itself enforces: those of time only if its guest ends at them by itself. */
function limitsOf({ payloadLimit: payload, isInterruptible, timeout, startLimit: start, fuel }) {
  return isInterruptible ? { payload, interrupt: true, timeout, start, fuel } : { payload };
}

/** Milliseconds after its time limit until the worker of a guest is terminated that should have ended by itself. */
const GRACE = 50;

export class RemoteGuest {
  /** Length of linear memory in bytes, as last reported. */
  memorySize = 0;
  /** True if the guest is gone: the next invocation needs a new instance. */
  broken = false;
  /** Start of the guest, as a `performance.now()` time. */
  startedAt;
  #host;
  #settings;
  #callbacks;
  #died;
  /** The worker; undefined if none is running. */
  #channel;
  /** The running request. */
  #request;
  /** The error that ended the last worker. */
  #fate;
  /** True once the worker's script has loaded; true once its guest has started. */
  #loaded = false;
  #started = false;

  /**
   * @param {{ id: number }} host the host as callbacks see it
   * @param {import('./remote.js').RemoteSettings} settings of the host
   * @param {() => void} died called when the worker dies between requests
   */
  constructor(host, settings, died) {
    this.#host = host;
    this.#settings = settings;
    this.#callbacks = new Callbacks(host, settings);
    enlist(host, this);
    this.#died = died;
  }

  /** True if a worker is running. */
  get isThere() {
    return this.#channel !== undefined;
  }

  /** True while the host callback runs, called by this guest. */
  get inCallback() {
    return this.#callbacks.isRunning;
  }

  /** The start that runs, if it has called its host. */
  get starting() {
    return this.#request?.start;
  }

  /** True while the answer to a host call of this invocation is awaited. */
  isCalling(invocation) {
    return this.#callbacks.calling === invocation;
  }

  /** Runs an invocation. Resolves with the response. */
  invoke(invocation) {
    const { timeout } = this.#settings;
    return this.#ask(invocation, false, (channel) => {
      channel.sendInvocation(invocation);
      if (timeout !== undefined) this.#endAt(timeout, () => timeoutError(timeout));
    });
  }

  /** Makes a new instance, of `module` if given. Resolves when it has started. */
  reset(invocation, module) {
    return this.#ask(invocation, true, (channel) => {
      channel.send([RESET, module, platform.modules.wasi, isRewritten(module)]);
      this.#limitStart();
    });
  }

  /**
   * Starts a worker with a guest of `module`. If the engine is out of memories, tries again after unused ones were
   * collected.
   */
  async start(invocation, module) {
    const since = performance.now();
    for (let collected = false; ; collected = true) {
      try {
        return await this.#startOnce(invocation, module);
      } catch (error) {
        if (!isOutOfMemory(error) || error.code === 'WAPC_LOAD') throw error;
        const fate = this.#fate;
        if (!(!collected && collectMemories()) && !(await memoriesComeBack(since))) throw error;
        // The guest was ended during the wait.
        if (this.#fate !== fate) throw this.#fate;
      }
    }
  }

  /** Terminates the worker at once, and rejects the running request with `error`. */
  kill(error) {
    this.#discard();
    this.#fate = error;
    const request = this.#request;
    this.#request = undefined;
    request?.stopTimer?.();
    request?.invocation.abort(error);
    request?.start?.abort(error);
    request?.reject(error);
    if (request === undefined) this.#died();
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
    const { script, hostCall } = this.#settings;
    this.#channel = new Channel(
      script,
      (channel, message) => this.#receive(channel, message),
      (error) => this.kill(this.#loaded ? diedError(error) : notLoadedError(error)),
    );
    const { args, env, stdin, preopens } = this.#settings.wasi;
    const settings = {
      limits: limitsOf(this.#settings),
      isRewritten: isRewritten(module),
      callsHost: hostCall !== undefined,
      wasi: { args, env, stdin, preopens },
      memory: this.#channel.memory,
    };
    return this.#ask(invocation, true, (channel) => {
      channel.send([START, platform.modules.core, module, platform.modules.wasi, settings]);
      this.#endAfter(LOADING, lateError);
    });
  }

  /** Sends the worker a request with `send`. Resolves with the response. */
  #ask(invocation, isStart, send) {
    return new Promise((resolve, reject) => {
      if (this.#channel === undefined) throw this.#fate;
      this.#request = { invocation, resolve, reject, stopTimer: undefined, isStart, start: undefined };
      this.#callbacks.begin();
      try {
        send(this.#channel);
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

  /** Starts the time limit of a start. */
  #limitStart() {
    const { startLimit } = this.#settings;
    this.startedAt = performance.now();
    if (startLimit !== undefined) this.#endAt(startLimit, () => startTimeoutError(startLimit));
  }

  /** Ends the request after its time limit: a guest that can be interrupted ends by itself, unless it waits for its host. */
  #endAt(limit, error) {
    const overdue = () => {
      if (this.#settings.isInterruptible && this.#callbacks.calling === undefined) this.#endAfter(GRACE, error);
      else this.kill(error());
    };
    this.#request.stopTimer = startTimer(limit, overdue);
  }

  #endAfter(milliseconds, error) {
    this.#request.stopTimer = startTimer(milliseconds, () => this.kill(error()));
  }

  #receive(channel, message) {
    // A worker script of the caller may send anything, also between requests.
    if (this.#request === undefined || !isWellFormed(message)) return;
    this.#request.invocation.inScope(() => this.#understand(channel, message));
  }

  #understand(channel, [kind, first, second, third, fourth]) {
    switch (kind) {
      case LOADED:
        return this.#load();
      case DONE:
        return this.#done(first, second);
      case FAILED:
        return this.#failed(first, second, third);
      case CALL:
        return this.#callHost(channel, [first, second, third, fourth]);
      case MORE:
        return channel.answerMore();
      case LOG:
        return this.#tell('logger', () => this.#callbacks.log(channel, first));
      case OUTPUT:
        return this.#tell(first === 1 ? 'stdout' : 'stderr', () => this.#callbacks.write(channel, first, second));
    }
  }

  /** Handles LOADED: the worker's script has loaded. */
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
    const { invocation, resolve, reject } = this.#settled();
    try {
      resolve(invocation.received(response));
    } catch (error) {
      reject(error);
    }
  }

  #failed(memorySize, broken, error) {
    this.memorySize = memorySize;
    this.broken = broken;
    const request = this.#settled();
    const { reject } = request;
    // Without a started guest, the worker is of no use.
    if (!this.#started) this.#discard();
    const caller = callerIn(request);
    // Without a host callback, the worker itself has refused the host call.
    if (error.hostCall !== undefined) caller.failure ??= { error: undefined, hostCall: error.hostCall };
    reject(unpack(error, caller.failure?.error));
  }

  #settled() {
    const request = this.#request;
    this.#request = undefined;
    request.stopTimer?.();
    this.#channel.settled();
    return request;
  }

  #callHost(channel, call) {
    const request = this.#request;
    const isCurrent = () => this.#channel === channel && this.#request === request;
    this.#callbacks.callHost(channel, call, callerIn(request), isCurrent);
  }

  /** Calls a callback of the caller. Its error ends the guest. */
  #tell(callback, tell) {
    try {
      tell();
    } catch (error) {
      const [code, what] = this.#request?.isStart ? ['WAPC_INIT', 'start failed'] : ['WAPC_TRAP', 'guest trapped'];
      this.kill(new WapcError(code, `the ${what}: \`${callback}\` threw`, { cause: error }));
    }
  }

  #discard() {
    if (this.#channel !== undefined) workerStopped();
    this.#channel?.stop();
    this.#channel = undefined;
    this.#loaded = this.#started = false;
    this.memorySize = 0;
    this.broken = true;
  }
}
