import { encodeOperation, toBytes } from './bytes.js';
import { WapcError, argumentError } from './error.js';
import { WapcModule } from './module.js';
import { Exchange } from './sys/exchange.js';
import { closedError } from './sys/port.js';

export const HOST = Symbol('host');
const INVOKE_OPTIONS = ['signal', 'timeout'];

/** One instance of a guest, with a memory of its own. */
export class WapcHost {
  /** The core's half; undefined once it is freed. */
  #host;
  #port;
  #id;

  constructor(token, host) {
    if (token !== HOST) throw new WapcError('WAPC_ARGUMENT', 'WapcHost: use WapcHost.instantiate to make one');
    this.#host = host;
    this.#port = host.port;
    this.#id = host.id;
  }

  static async instantiate(source, options) {
    const module = source instanceof WapcModule ? source : await WapcModule.compile(source, options);
    return module.instantiate(module === source ? options : undefined);
  }

  get id() {
    return this.#id;
  }

  get memorySize() {
    return this.#host?.memorySize ?? 0;
  }

  get closed() {
    return this.#host?.closed ?? true;
  }

  // Not an async function, whose promise would cost a second one.
  invoke(operation, payload, options) {
    try {
      const exchange = exchangeOf(operation, payload, this);
      return options === undefined ? this.#port.invoke(exchange) : this.#invokeWith(exchange, options);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  invokeSync(operation, payload) {
    return this.#port.invokeSync(exchangeOf(operation, payload, this));
  }

  async #invokeWith(exchange, options) {
    const signal = signalOf(options);
    if (signal === undefined) return this.#port.invoke(exchange);
    signal.throwIfAborted();
    // Listened to before it runs: a host callback may be what aborts it.
    const abort = () => this.#host?.abort(exchange, signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    try {
      return await this.#port.invoke(exchange);
    } finally {
      signal.removeEventListener('abort', abort);
    }
  }

  async replace(source) {
    const module = await WapcModule.of(source);
    await this.#open().replace(module);
  }

  async reset() {
    await this.#open().reset();
  }

  close() {
    if (this.#host?.close() !== true) return;
    // At once, not when it is collected: many hosts may come and go between two collections.
    this.#port.close();
    this.#host.free();
    this.#host = undefined;
  }

  #open() {
    if (this.#host === undefined) throw closedError();
    return this.#host;
  }

  [Symbol.dispose]() {
    this.close();
  }
}

function exchangeOf(operation, payload, owner) {
  return new Exchange(
    encodeOperation(operation),
    payload === undefined ? undefined : toBytes(payload, 'payload'),
    owner,
  );
}

/** The signal of `InvokeOptions`. WAPC_ARGUMENT for what is none, WAPC_UNSUPPORTED for a timeout. */
function signalOf(options) {
  if (options === null || typeof options !== 'object') throw argumentError('options', 'an object', options);
  for (const name of Object.keys(options)) {
    if (!INVOKE_OPTIONS.includes(name)) {
      throw new WapcError('WAPC_ARGUMENT', `options: expected only ${INVOKE_OPTIONS.join(', ')}, got \`${name}\``);
    }
  }
  const { signal, timeout } = options;
  if (timeout !== undefined) throw new WapcError('WAPC_UNSUPPORTED', '`timeout` is not supported by this version');
  if (signal !== undefined && !(signal instanceof AbortSignal)) throw argumentError('signal', 'an AbortSignal', signal);
  return signal;
}
