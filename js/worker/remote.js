/**
 * A host whose guest runs in a worker: for the core's `Host` and its port in one. Invocations run one at a time, first
 * come first served.
 */

import { WapcError, closedError } from '../base/error.js';
import { Queue } from '../base/queue.js';
import { Exchange } from '../invocation/exchange.js';
import { RemoteGuest } from './guest.js';
import { whyNot } from './start.js';

/** A host of `module` in a worker that has started. */
export async function startRemote(
  id,
  module,
  payloadLimit,
  timeout,
  startLimit,
  hostCall,
  logger,
  asked,
  script,
  wasi,
  memoryLimit,
  demandsIntegrity,
) {
  const reason = whyNot(hostCall !== undefined);
  if (reason !== undefined) {
    const what = asked ? 'pools with `workers` need' : 'this engine can not await a host callback without';
    throw new WapcError('WAPC_UNSUPPORTED', `${what} ${reason}`);
  }
  const settings = { payloadLimit, timeout, startLimit, hostCall, logger, script, wasi };
  const remote = new Remote(id, module, settings, { memoryLimit, demandsIntegrity });
  try {
    await remote.reset();
  } catch (error) {
    remote.close();
    throw error;
  }
  return remote;
}

class Remote {
  closed = false;
  /** Whether an invocation runs or waits. */
  running = false;
  /** Called when the worker died while nothing was asked of it. A pool sets it. */
  lost = undefined;
  #module;
  #makeGuest;
  #guest;
  /** The guest that is to take its place, while it starts in a worker of its own. */
  #successor;
  /** Whether starts may be ended, and with them their worker. */
  #limitsStart;
  /** What waits for its turn: guests that are to take over, and invocations. */
  #successions = [];
  #waiting = new Queue();
  /** The invocation, or the start of a guest, that is under way. */
  #current;

  /** @param {{ memoryLimit: number | undefined, demandsIntegrity: boolean }} demands on a guest that takes over */
  constructor(id, module, settings, { memoryLimit, demandsIntegrity }) {
    this.id = id;
    this.memoryLimit = memoryLimit;
    this.demandsIntegrity = demandsIntegrity;
    this.#module = module;
    const handle = Object.freeze({ id });
    this.#makeGuest = () => new RemoteGuest(handle, settings, () => this.lost?.());
    this.#guest = this.#makeGuest();
    this.#limitsStart = settings.startLimit !== undefined;
  }

  get port() {
    return this;
  }

  /** Bytes of linear memory when last heard of. */
  get memorySize() {
    return this.#guest.memorySize;
  }

  /** Whether the guest is gone, so that the next invocation begins with a fresh one. */
  get broken() {
    return this.#guest.broken;
  }

  /** When the guest began to start, on the clock of `performance.now()`. */
  get startedAt() {
    return this.#guest.startedAt;
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
    if (this.#guest.inCallback || this.#successor?.inCallback) {
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
    else if (this.#current === exchange) this.#guest.kill(reason);
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
    this.#successor?.close(error);
    this.#guest.close(error);
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
    // Apart from the invocation, whose time is another.
    if (!this.#guest.isThere || this.#guest.broken) await this.#renew(exchange, this.#module);
    return this.#guest.invoke(exchange);
  }

  async #reset({ exchange, module = this.#module }) {
    const hasGuest = this.#guest.isThere && !this.#guest.broken;
    if (hasGuest && this.#limitsStart) await this.#startBeside(exchange, module);
    else await this.#renew(exchange, module);
    this.#module = module;
  }

  /** A fresh instance, in the worker that there is or in another one. */
  #renew(exchange, module) {
    if (!this.#guest.isThere) return this.#guest.start(exchange, module);
    return this.#guest.reset(exchange, module === this.#module ? undefined : module);
  }

  /** A fresh instance in a worker of its own: if that has to be stopped, the guest that is there stays in place. */
  async #startBeside(exchange, module) {
    const successor = (this.#successor = this.#makeGuest());
    try {
      await successor.start(exchange, module);
      if (this.closed) throw closedError('host');
      [this.#guest, this.#successor] = [successor, this.#guest];
    } finally {
      this.#successor.close(closedError('host'));
      this.#successor = undefined;
    }
  }
}
