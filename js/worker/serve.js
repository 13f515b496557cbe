/** The worker's half of a remote host (`remote.js`): runs the same core and host, and handles one request after the other. */

import { instantiate } from '../api/instantiate.js';
import { WapcError } from '../base/error.js';
import { Host, Module } from '../generated/core.js';
import { Invocation } from '../invocation/invocation.js';
import { hasThrown } from '../invocation/stack.js';
import { noteRewritten } from '../loading/interruptible.js';
import { platform } from '../platform/platform.js';
import { Wasi } from '../wasi/wasi.js';
import { HostLink } from './host-link.js';
import { ANSWER, CLOSE, DROP, INVOKE, OFFER, READ, RESET, START, received } from './messages.js';

/**
 * Serves requests of the thread that started this worker.
 * @param {(message: unknown[], transfer?: Transferable[]) => void} send
 * @returns {{ receive: (message: any) => void, cannotRead: () => void }} functions that handle a message, and one that
 * cannot be read
 */
export function serve(send) {
  const server = new Server(new HostLink(send));
  return { receive: (message) => server.receive(message), cannotRead: () => server.cannotRead() };
}

class Server {
  #link;
  /** The core's half of the host; undefined until its guest has started. */
  #host;
  /** Requests that came while another one runs; and true while one runs. */
  #requests = [];
  #isRunning = false;
  /** True once the worker is about to be terminated. */
  #isClosed = false;
  /** True from a FAILED that says that the guest is gone: the host runs elsewhere what it has sent, and sends RESET. */
  #isGone = false;

  /** @param {HostLink} link to the host */
  constructor(link) {
    this.#link = link;
  }

  /** Handles a message: an answer at once, a request when those before it have ended. */
  async receive(message) {
    const [kind, first, second] = message;
    if (kind === ANSWER) return this.#link.answer(first, second);
    if (kind === READ) return this.#link.read(first);
    if (kind === DROP) return this.#requests.splice(0);
    if (kind === CLOSE) return this.#close();
    this.#link.rings?.receive();
    if (this.#isRunning) return this.#requests.push(message);
    this.#isRunning = true;
    await this.#handle(message);
    while (this.#requests.length > 0) await this.#handle(this.#requests.shift());
    this.#isRunning = false;
    if (this.#link.rings !== undefined && this.#host !== undefined) this.#work();
  }

  /**
   * Handles a message that cannot be read: usually the first, since Firefox gives no modules to a worker that may not compile
   * any. An error later ends this worker: it does not know what it was asked.
   */
  cannotRead() {
    if (this.#host !== undefined) throw new Error('a message to the worker cannot be read');
    const reason = 'the policy that its script is served with may forbid WebAssembly (`wasm-unsafe-eval`)';
    this.#fail(new WapcError('WAPC_INIT', `start failed: the worker cannot read the guest: ${reason}`));
  }

  async #handle([kind, ...request]) {
    if (kind === OFFER || (kind === INVOKE && this.#isGone)) return;
    if (kind === INVOKE && !this.#link.canBlock) await this.#link.allRead();
    try {
      const response = await this.#task(kind, request);
      this.#link.respond(this.#host.memorySize, response);
    } catch (error) {
      this.#fail(error);
    }
  }

  #task(kind, request) {
    switch (kind) {
      case START:
        return this.#start(...request);
      case RESET:
        return this.#reset(...request);
      case INVOKE:
        return this.#host.port.invoke(new Invocation(request[0], received(request[1]), this.#host));
    }
  }

  async #start(core, guest, wasi, settings) {
    try {
      await instantiate(core);
    } catch (cause) {
      throw new WapcError('WAPC_INIT', 'start failed: the core could not be instantiated in the worker', { cause });
    }
    const link = this.#link;
    link.open(settings);
    link.loaded();
    if (link.canBlock) platform.block = (milliseconds) => link.block(milliseconds);
    platform.wasi = async () => ({ Wasi });
    const { callsHost, limits } = settings;
    const options = {
      hostCall: callsHost ? link.hostCall(limits.payload, () => this.#host?.close()) : undefined,
      // Blocking is cheaper than a suspendable stack.
      async: link.canBlock ? false : 'auto',
      logger: (text) => link.log(text),
      stdout: (chunk) => link.output(1, chunk),
      stderr: (chunk) => link.output(2, chunk),
      wasi: settings.wasi,
      limits,
    };
    const instantiated = (module) => Host.instantiate(module, options);
    this.#host = await withModule(guest, settings.isRewritten, wasi, instantiated);
    if (this.#isClosed) this.#close();
  }

  /** Closes the host: now, or once it has started. */
  #close() {
    this.#isClosed = true;
    this.#host?.close();
  }

  async #reset(guest, wasi, isRewritten) {
    this.#isGone = false;
    if (guest === undefined) await this.#host.reset();
    else await withModule(guest, isRewritten, wasi, (module) => this.#host.replace(module));
  }

  /** Runs invocations that are offered in shared memory, until a message comes, nothing is offered, or the guest breaks. */
  #work() {
    const host = this.#host;
    const { rings } = this.#link;
    while (!rings.hasMail && !host.port.broken) {
      if (!rings.take()) {
        if (!rings.wait()) return;
        continue;
      }
      try {
        const invocation = new Invocation(rings.operation, rings.payload, host);
        rings.begin();
        /** @type {any} */ (invocation).into = rings;
        const response = host.port.invokeSync(invocation);
        rings.end();
        this.#link.respondToOffered(host.memorySize, response);
      } catch (error) {
        rings.end();
        this.#fail(error);
      }
    }
  }

  #fail(error) {
    // Without a host, the first guest has not started: it has run if it threw, and would run again elsewhere.
    this.#isGone = this.#host?.port.broken ?? hasThrown;
    this.#link.fail(this.#host?.memorySize ?? 0, this.#isGone, error);
  }
}

/** Calls `act` with the core's module of a compiled guest, and sets the module of WASI that it may import. */
async function withModule(guest, isRewritten, wasi, act) {
  platform.modules.wasi = wasi;
  if (isRewritten) noteRewritten(guest);
  const module = await Module.compile(guest, undefined, false);
  try {
    return await act(module);
  } finally {
    module.free();
  }
}
