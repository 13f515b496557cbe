/** A host whose guest runs in a worker: stands in for both the core's `Host` and its port. */

import { WapcError, closedError } from '../base/error.js';
import { DEMANDS_INTERRUPT } from '../generated/constants.js';
import { duringStart } from '../invocation/blocked.js';
import { Invocation } from '../invocation/invocation.js';
import { timeoutError } from '../invocation/timeout.js';
import { Turns } from '../invocation/turns.js';
import { RemoteGuest } from './guest.js';
import { optionNotInWorkers, whyNoWorker } from './start.js';

/**
 * Creates a host of `module`, whose guest starts in a worker; it is one of those that are `starting` until that has started.
 * The other parameters are those of `start_remote` (`src/sys.rs`), which cross from the core one by one: making an object of
 * them there would take more of the core.
 */
export async function createRemote(
  starting,
  id,
  module,
  payloadLimit,
  timeout,
  startLimit,
  fuel,
  { callback: hostCall, codec },
  logger,
  isRequested,
  script,
  wasi,
  memoryLimit,
  demands,
  name,
  guestName,
) {
  const isInterruptible = (demands & DEMANDS_INTERRUPT) !== 0;
  const settings = { payloadLimit, timeout, startLimit, isInterruptible, fuel, hostCall, codec, logger, script, wasi };
  requireWorkers(module, settings, isRequested);
  const remote = new Remote(id, module, settings, { memoryLimit, demands }, { name, guestName });
  try {
    await starting.started(remote, () => remote.reset());
  } catch (error) {
    remote.close();
    throw error;
  }
  return remote;
}

/** Throws WAPC_UNSUPPORTED where a guest with these settings cannot run in a worker here. */
function requireWorkers(module, { hostCall, wasi }, isRequested) {
  const reason = whyNoWorker(module, hostCall !== undefined, isRequested);
  if (reason !== undefined) throw new WapcError('WAPC_UNSUPPORTED', reason);
  const option = optionNotInWorkers(wasi);
  if (option === undefined) return;
  const message = `wasi.${option}: a guest in a worker has the machine's; run it on this thread`;
  throw new WapcError('WAPC_UNSUPPORTED', message);
}

/** A queued start of a guest that takes over: of `module`, or of the current module if undefined. */
class QueuedStart extends Invocation {
  constructor(module, guestName) {
    super();
    this.module = module;
    this.guestName = guestName;
    this.queue();
  }
}

class Remote extends Turns {
  closed = false;
  isRemote = true;
  /** Called when the worker dies between requests. Set by a pool. */
  lost = undefined;
  /** Called when `isPrompt` has ended while others wait behind the running invocation. Set by a pool. */
  slowed = undefined;
  #module;
  #givenName;
  #makeGuest;
  #guest;
  /** The guest that takes over, while it starts in a worker of its own. */
  #successor;
  /** True if starts have a time limit (`limits.start`), which terminates the worker. */
  #limitsStart;
  /** Queued starts: they run before any pending invocation. */
  #starts = [];
  /** The running invocation or start, unless it was offered. */
  #current;
  /** True once `#current` was sent to the guest: from then on `#guest.has` says whether it runs. */
  #isSent = false;

  /**
   * @param {number} id
   * @param {WebAssembly.Module} module
   * @param {import('./settings.js').RemoteSettings} settings
   * @param {{ memoryLimit: number | undefined, demands: number }} required of each guest that takes over
   * @param {{ name: string | undefined, guestName: string | undefined }} names given to the host, and the guest's own
   */
  constructor(id, module, settings, required, { name, guestName }) {
    super();
    this.id = id;
    this.memoryLimit = required.memoryLimit;
    this.demands = required.demands;
    this.#module = module;
    this.#givenName = name;
    this.name = name ?? guestName;
    this.codec = settings.codec;
    const handle = Object.freeze({ id });
    const lost = () => this.lost?.();
    const becameIdle = () => this.#nextTurn();
    const slowed = () => this.slowed?.();
    this.#makeGuest = () => new RemoteGuest(handle, settings, lost, becameIdle, slowed);
    this.#guest = this.#makeGuest();
    this.#limitsStart = settings.startLimit !== undefined;
  }

  get port() {
    return this;
  }

  /** The current guest's module. */
  get module() {
    return this.#module;
  }

  /** Length of linear memory in bytes, as last reported. */
  get memorySize() {
    return this.#guest.memorySize;
  }

  /** True if the guest is gone: the next invocation needs a new instance. */
  get broken() {
    return this.#guest.broken;
  }

  /** Start of the guest, as a `performance.now()` time. */
  get startedAt() {
    return this.#guest.startedAt;
  }

  invokeSync() {
    throw new WapcError(
      'WAPC_UNSUPPORTED',
      'invokeSync: this guest runs in a worker, which cannot be waited for; use invoke, or `async: false`',
    );
  }

  /** Runs an invocation when its turn comes. Resolves with the response. Throws errors that are known synchronously. */
  invoke(invocation) {
    if (this.closed) throw invocation.locate(closedError('host'), this.name);
    if (this.#guest.inCallback || this.#successor?.inCallback) {
      throw invocation.locate(
        new WapcError('WAPC_REENTRANT', 'this host was invoked from inside its own host call; use another instance'),
        this.name,
      );
    }
    if (invocation.isTimeoutZero) throw invocation.locate(timeoutError(0), this.name);
    const response = this.enqueue(invocation);
    this.drainNow();
    return response;
  }

  get hasPending() {
    return this.#starts.length > 0 || super.hasPending;
  }

  dequeue() {
    return this.#starts.shift() ?? super.dequeue();
  }

  /** For `Turns`: begins an invocation or a start. */
  begin(invocation) {
    this.running = true;
    this.#current = invocation;
    this.#isSent = false;
    const result = invocation instanceof QueuedStart ? this.#reset(invocation) : this.#invoke(invocation);
    const ended = () => {
      this.#current = undefined;
      this.#nextTurn();
    };
    // This promise settles before others begin.
    result.then(invocation.resolve, (error) => invocation.reject(error)).then(ended);
  }

  /** The next turn comes when nothing runs, neither what `begin` has begun nor what was offered. */
  #nextTurn() {
    if (this.#current !== undefined || this.#guest.load > 0) return;
    this.running = false;
    this.drainNow();
  }

  /** True while an invocation runs, and others may be offered to the worker. */
  get takesOffers() {
    return (
      !this.closed && !this.hasPending && this.#successor === undefined && this.#guest.runningInvocation !== undefined
    );
  }

  /** True while its worker takes a processor. */
  get isComputing() {
    return this.#guest.isComputing;
  }

  /** True while the running invocation is expected to end within microseconds, as others did lately. */
  get isPrompt() {
    return this.#guest.isPrompt;
  }

  /**
   * Offers an invocation to the worker, if it takes offers. False where there is no room for it. Throws WAPC_ARGUMENT.
   * @param {import('./request.js').Offered} offered
   */
  offer(offered) {
    return this.#guest.offer(offered);
  }

  /** Takes back the offered invocations that have not begun, and tells them so. */
  takeBack() {
    this.#guest.takeBack();
  }

  /** Rejects an invocation with `reason` if it has not begun. True if it was rejected. */
  cancel(invocation, reason) {
    return super.cancel(invocation, reason) || this.#guest.cancel(invocation, reason);
  }

  /** For `Turns`: the running invocation, or the start of an instance. */
  get current() {
    return this.#guest.starting ?? this.#successor?.starting ?? this.#guest.runningInvocation ?? this.#current;
  }

  /** True if this invocation is running, so that `interrupt` ends it. One that has been answered may still be `#current`. */
  interrupts(invocation) {
    return this.#guest.has(invocation) || (this.#current === invocation && !this.#isSent);
  }

  /** Ends a running invocation with `reason`: terminates the worker, unless it has just ended. */
  interrupt(reason, invocation) {
    if (this.#guest.has(invocation)) this.#guest.stop(invocation, reason);
    else if (this.#guest.load === 0) this.#guest.kill(reason);
  }

  /** Replaces the guest by a new instance of `module` (the core's). If that does not start, the old guest stays. */
  async replace(module) {
    await this.#succeed(module.linkable(), module.guestName);
  }

  /** Replaces the guest by a new instance of the same module. */
  async reset() {
    await this.#succeed(undefined, undefined);
  }

  /** Terminates the worker, and rejects everything pending. False if the host was closed already. */
  close() {
    if (this.closed) return false;
    this.closed = true;
    const error = closedError(this.owner);
    this.cancelAll();
    for (const start of this.#starts.splice(0)) start.reject(error);
    this.#successor?.close(error);
    this.#guest.close(error);
    return true;
  }

  free() {}

  #succeed(module, guestName) {
    if (this.closed) throw closedError('host');
    const start = new QueuedStart(module, guestName);
    this.#starts.push(start);
    this.drainNow();
    return start.promise;
  }

  async #invoke(invocation) {
    try {
      // Started separately from the invocation, since it has a time limit of its own.
      if (!this.#guest.hasWorker || this.#guest.broken) {
        const start = { holders: () => this.#guest.starting && [this.#guest.starting] };
        await duringStart(invocation, start, () => this.#renew(invocation, this.#module)).finally(() =>
          invocation.endsWait(this.id),
        );
      }
      this.#isSent = true;
      return await this.#guest.invoke(invocation);
    } catch (error) {
      throw invocation.locate(error, this.name);
    }
  }

  async #reset(start) {
    const { module = this.#module } = start;
    const hasGuest = this.#guest.hasWorker && !this.#guest.broken;
    if (hasGuest && this.#limitsStart) await this.#startBeside(start, module);
    else await this.#renew(start, module);
    this.#module = module;
    if (start.module !== undefined) this.name = this.#givenName ?? start.guestName;
  }

  /** Starts a new instance in the current worker, or in a new one. */
  #renew(invocation, module) {
    if (!this.#guest.hasWorker) return this.#guest.start(invocation, module);
    return this.#guest.reset(invocation, module === this.#module ? undefined : module);
  }

  /** Starts a new instance in a worker of its own: if that has to be terminated, the current guest stays. */
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
