/**
 * The half of a host whose guest runs in a worker: for the core's `Host` and its port in one. Invocations run one at a
 * time, first come first served; the worker (`serve.js`) is asked for one thing at a time.
 */

import { WapcError, argumentError, closedError } from '../error.js';
import { timeoutError } from '../invoke.js';
import { platform } from '../platform.js';
import { Queue } from '../queue.js';
import { Exchange } from '../sys/exchange.js';
import { startTimer } from '../timer.js';
import { writerOf } from '../wasi/streams.js';
import { unpack } from './errors.js';
import { callHost } from './host-call.js';
import { collectMemories, isOutOfMemory, memoriesComeBack, workerStopped } from './memories.js';
import { ANSWER, CALL, DONE, FAILED, INVOKE, LOADED, LOG, MORE, OUTPUT, RESET, START, transferOf } from './messages.js';
import { Shared, canShare } from './shared.js';
import { diedError, notLoadedError, startWorker, whyNot } from './start.js';
import { Thread } from './thread.js';

/** A host of `module` in a worker that has started. */
export async function startRemote(id, module, payloadLimit, timeout, hostCall, logger, asked, script, wasi) {
  const reason = whyNot(hostCall !== undefined);
  if (reason !== undefined) {
    const what = asked ? 'pools with `workers` need' : 'this engine can not await a host callback without';
    throw new WapcError('WAPC_UNSUPPORTED', `${what} ${reason}`);
  }
  const remote = new Remote(id, module, { payloadLimit, timeout, hostCall, logger, script, wasi });
  try {
    await remote.reset();
  } catch (error) {
    remote.close();
    throw error;
  }
  return remote;
}

class Remote {
  /** Bytes of linear memory when last heard of. */
  memorySize = 0;
  closed = false;
  /** Whether an invocation runs or waits. */
  running = false;
  /** Whether the guest is gone, so that the next invocation begins with a fresh one. */
  broken = false;
  #module;
  #settings;
  #handle;
  #thread;
  #shared;
  /** What waits for its turn: guests that are to take over, and invocations. */
  #successions = [];
  #waiting = new Queue();
  /** What the worker was asked for. */
  #request;
  /** The invocation, or the start of a guest, that is under way. */
  #current;
  /** Why the last worker was ended. */
  #fate;
  /** Whether the worker's script has loaded, and whether its guest has started. */
  #loaded = false;
  #started = false;
  #inCallback = false;
  /** Of the guest's standard streams. */
  #writers;

  constructor(id, module, settings) {
    this.id = id;
    this.#module = module;
    this.#settings = settings;
    const { stdout, stderr } = settings.wasi;
    this.#writers = { 1: writerOf(1, stdout), 2: writerOf(2, stderr) };
    this.#handle = Object.freeze({ id });
  }

  get port() {
    return this;
  }

  invokeSync() {
    throw new WapcError(
      'WAPC_UNSUPPORTED',
      'invokeSync: this guest runs in a worker, which can not be waited for; use invoke, or `async: false`',
    );
  }

  /** A promise of the response. Throws an error that is there at once. */
  invoke(exchange) {
    if (this.closed) throw closedError('host');
    if (this.#inCallback) {
      throw new WapcError(
        'WAPC_REENTRANT',
        'this host was invoked from inside its own host call; use another instance',
      );
    }
    exchange.queue();
    this.#waiting.push(exchange);
    this.#run();
    return exchange.promise;
  }

  /** Ends an invocation that waits or runs: its promise rejects with `reason`. */
  abort(exchange, reason) {
    if (this.#waiting.delete(exchange)) exchange.reject(reason);
    else if (this.#current === exchange) this.#kill(reason);
  }

  /** Lets a fresh instance of `module` (the core's) take over. One that does not start leaves the old one in place. */
  async replace(module) {
    await this.#succeed(module.linkable());
  }

  /** Lets a fresh instance of the same guest take over. */
  async reset() {
    await this.#succeed(undefined);
  }

  /** Ends everything. Whether there was anything to end. */
  close() {
    if (this.closed) return false;
    this.closed = true;
    const error = closedError('host');
    for (const exchange of this.#waiting.clear()) exchange.reject(error);
    for (const { exchange } of this.#successions.splice(0)) exchange.reject(error);
    this.#kill(error);
    for (const writer of Object.values(this.#writers)) writer.end?.();
    return true;
  }

  free() {}

  #succeed(module) {
    if (this.closed) throw closedError('host');
    const exchange = new Exchange();
    exchange.queue();
    this.#successions.push({ exchange, module });
    this.#run();
    return exchange.promise;
  }

  /** Runs what waits, one after the other. */
  async #run() {
    if (this.running) return;
    this.running = true;
    for (;;) {
      const succession = this.#successions.shift();
      const exchange = succession === undefined ? this.#waiting.shift() : succession.exchange;
      if (exchange === undefined) break;
      this.#current = exchange;
      const result = succession === undefined ? this.#invoke(exchange) : this.#reset(succession);
      // Settled before others run, and the loop goes on whatever it was.
      await result.then(exchange.resolve, (error) => exchange.reject(error));
      this.#current = undefined;
    }
    this.running = false;
  }

  async #invoke(exchange) {
    if (this.#thread === undefined) await this.#startAnyhow(exchange, this.#module);
    const { operation, payloadLength, payload } = exchange;
    if (payload.length !== payloadLength) throw argumentError('payload', 'the bytes it had', payload);
    if (this.#shared?.offer(payload)) return this.#ask(exchange, [INVOKE, operation, payloadLength]);
    // A copy, since the array is the caller's. Not by `slice`: a Buffer's would share its memory.
    const sent = new Uint8Array(payload);
    return this.#ask(exchange, [INVOKE, operation, sent], transferOf(sent));
  }

  async #reset({ exchange, module = this.#module }) {
    if (this.#thread === undefined) await this.#startAnyhow(exchange, module);
    else await this.#ask(exchange, [RESET, module === this.#module ? undefined : module, platform.modules.wasi]);
    this.#module = module;
  }

  /** Starts a worker with a guest; where memories have run out, after those that nobody needs are gone. */
  async #startAnyhow(exchange, module) {
    for (let collected = false; ; collected = true) {
      try {
        return await this.#start(exchange, module);
      } catch (error) {
        if (!isOutOfMemory(error)) throw error;
        const fate = this.#fate;
        if (!(!collected && collectMemories()) && !(await memoriesComeBack())) throw error;
        // It was ended while it waited.
        if (this.#fate !== fate) throw this.#fate;
      }
    }
  }

  /** Starts a worker with a guest. */
  #start(exchange, module) {
    const { script, payloadLimit, hostCall } = this.#settings;
    this.#shared = canShare() ? new Shared() : undefined;
    this.#thread = new Thread(
      startWorker(script),
      (thread, message) => this.#receive(thread, message),
      (thread, error) => this.#kill(this.#loaded ? diedError(error) : notLoadedError(error)),
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
    if (timeout !== undefined) this.#request.stopTimer = startTimer(timeout, () => this.#kill(timeoutError(timeout)));
  }

  #receive(thread, [kind, ...rest]) {
    // A script of the caller's own may say more than was asked of it.
    if (this.#request === undefined) return undefined;
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
      const bytes = exchange.answer ?? new Uint8Array(0);
      if (this.#shared === undefined) thread.send([ANSWER, answered, new Uint8Array(bytes)]);
      else this.#shared.answer(answered, bytes);
    };
    this.#inCallback = true;
    try {
      callHost(this.#settings.hostCall, call, exchange, this.#handle, answer);
    } finally {
      this.#inCallback = false;
    }
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
      this.#kill(new WapcError('WAPC_TRAP', `the guest trapped: the ${callback} threw`, { cause: error }));
    }
  }

  /** Ends the worker wherever it is, and what it was asked for with `error`. */
  #kill(error) {
    this.#discard();
    this.#fate = error;
    const request = this.#request;
    this.#request = undefined;
    request?.stopTimer?.();
    request?.exchange.abort(error);
    request?.reject(error);
    if (!this.closed && request === undefined) this.lost?.();
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

  /** Called when the worker died while nothing was asked of it. A pool sets it. */
  lost = undefined;
}
