/** A host whose guest runs in a worker: in place of the core's `Host` and its port, both. */

import { WapcError, closedError } from '../base/error.js';
import { Invocation } from '../invocation/invocation.js';
import { Turns } from '../invocation/turns.js';
import { RemoteGuest } from './guest.js';
import { notInWorkers, whyNot } from './start.js';

/**
 * The settings of a host whose guest runs in a worker.
 * @typedef {object} RemoteSettings
 * @property {number} payloadLimit bytes
 * @property {number | undefined} timeout ms of an invocation
 * @property {number | undefined} startLimit ms of a start
 * @property {import('../api/index.js').HostCall | undefined} hostCall
 * @property {((text: string) => void) | undefined} logger
 * @property {unknown} script of the worker: an address, a factory, or undefined for the package's own
 * @property {import('../wasi/settings.js').WasiSettings} wasi
 */

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
  name,
  guestName,
) {
  const reason = whyNot(hostCall !== undefined, asked);
  if (reason !== undefined) throw new WapcError('WAPC_UNSUPPORTED', reason);
  const option = notInWorkers(wasi);
  if (option !== undefined) {
    throw new WapcError(
      'WAPC_UNSUPPORTED',
      `wasi.${option}: a guest in a worker has the machine's; run it on this thread`,
    );
  }
  const settings = { payloadLimit, timeout, startLimit, hostCall, logger, script, wasi };
  const remote = new Remote(id, module, settings, { memoryLimit, demandsIntegrity }, { name, guestName });
  try {
    await remote.reset();
  } catch (error) {
    remote.close();
    throw error;
  }
  return remote;
}

/** The turn of a guest that is to take over: of `module`, or of the one that is there. */
class Succession extends Invocation {
  constructor(module, guestName) {
    super();
    this.module = module;
    this.guestName = guestName;
    this.queue();
  }
}

class Remote extends Turns {
  closed = false;
  /** Called when the worker died while nothing was asked of it. A pool sets it. */
  lost = undefined;
  #module;
  #givenName;
  #makeGuest;
  #guest;
  /** The guest that is to take its place, while it starts in a worker of its own. */
  #successor;
  /** True where a start may be ended for its time (`limits.start`), and its worker with it. */
  #limitsStart;
  /** Guests that are to take over: each before any invocation that is pending. */
  #successions = [];
  /** The invocation, or the succession, that runs. */
  #current;

  /**
   * @param {number} id
   * @param {WebAssembly.Module} module
   * @param {RemoteSettings} settings
   * @param {{ memoryLimit: number | undefined, demandsIntegrity: boolean }} demands on a guest that takes over
   * @param {{ name: string | undefined, guestName: string | undefined }} names that the host was given, and the guest's own
   */
  constructor(id, module, settings, demands, { name, guestName }) {
    super();
    this.id = id;
    this.memoryLimit = demands.memoryLimit;
    this.demandsIntegrity = demands.demandsIntegrity;
    this.#module = module;
    this.#givenName = name;
    this.name = name ?? guestName;
    const handle = Object.freeze({ id });
    this.#makeGuest = () => new RemoteGuest(handle, settings, () => this.lost?.());
    this.#guest = this.#makeGuest();
    this.#limitsStart = settings.startLimit !== undefined;
  }

  get port() {
    return this;
  }

  /** The guest that runs now. */
  get module() {
    return this.#module;
  }

  /** Bytes of linear memory when last heard of. */
  get memorySize() {
    return this.#guest.memorySize;
  }

  /** True where the guest is gone, so that the next invocation begins with a fresh one. */
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
      'invokeSync: this guest runs in a worker, which cannot be waited for; use invoke, or `async: false`',
    );
  }

  /** A promise of the response. Throws an error that is there at once. */
  invoke(invocation) {
    if (this.closed) throw invocation.locate(closedError('host'), this.name);
    if (this.#guest.inCallback || this.#successor?.inCallback) {
      throw invocation.locate(
        new WapcError('WAPC_REENTRANT', 'this host was invoked from inside its own host call; use another instance'),
        this.name,
      );
    }
    const response = this.enqueue(invocation);
    this.drainNow();
    return response;
  }

  get hasPending() {
    return this.#successions.length > 0 || super.hasPending;
  }

  dequeue() {
    return this.#successions.shift() ?? super.dequeue();
  }

  /** For `Turns`: runs an invocation or a succession. */
  begin(invocation) {
    this.running = true;
    this.#current = invocation;
    const result = invocation instanceof Succession ? this.#reset(invocation) : this.#invoke(invocation);
    const ended = () => {
      this.#current = undefined;
      this.running = false;
      this.drainNow();
    };
    // Settled before others run.
    result.then(invocation.resolve, (error) => invocation.reject(error)).then(ended);
  }

  /** True where this invocation runs, so that `interrupt` ends it. */
  interrupts(invocation) {
    return this.#current === invocation;
  }

  /** Ends what runs, and the worker with it: its promise rejects with `reason`. */
  interrupt(reason) {
    this.#guest.kill(reason);
  }

  /** Lets a fresh instance of `module` (the core's) take over. One that does not start leaves the old one in place. */
  async replace(module) {
    await this.#succeed(module.linkable(), module.guestName);
  }

  /** Lets a fresh instance of the same guest take over. */
  async reset() {
    await this.#succeed(undefined, undefined);
  }

  /** Ends everything. Whether there was anything to end. */
  close() {
    if (this.closed) return false;
    this.closed = true;
    const error = closedError('host');
    this.cancelAll();
    for (const succession of this.#successions.splice(0)) succession.reject(error);
    this.#successor?.close(error);
    this.#guest.close(error);
    return true;
  }

  free() {}

  #succeed(module, guestName) {
    if (this.closed) throw closedError('host');
    const succession = new Succession(module, guestName);
    this.#successions.push(succession);
    this.drainNow();
    return succession.promise;
  }

  async #invoke(invocation) {
    try {
      // Apart from the invocation, whose time is another.
      if (!this.#guest.isThere || this.#guest.broken) await this.#renew(invocation, this.#module);
      return await this.#guest.invoke(invocation);
    } catch (error) {
      throw invocation.locate(error, this.name);
    }
  }

  async #reset(succession) {
    const { module = this.#module } = succession;
    const hasGuest = this.#guest.isThere && !this.#guest.broken;
    if (hasGuest && this.#limitsStart) await this.#startBeside(succession, module);
    else await this.#renew(succession, module);
    this.#module = module;
    if (succession.module !== undefined) this.name = this.#givenName ?? succession.guestName;
  }

  /** A fresh instance, in the worker that there is or in another one. */
  #renew(invocation, module) {
    if (!this.#guest.isThere) return this.#guest.start(invocation, module);
    return this.#guest.reset(invocation, module === this.#module ? undefined : module);
  }

  /** A fresh instance in a worker of its own: if that has to be stopped, the guest that is there stays in place. */
  async #startBeside(invocation, module) {
    const successor = (this.#successor = this.#makeGuest());
    try {
      await successor.start(invocation, module);
      if (this.closed) throw closedError('host');
      [this.#guest, this.#successor] = [successor, this.#guest];
    } finally {
      this.#successor.close(closedError('host'));
      this.#successor = undefined;
    }
  }
}
