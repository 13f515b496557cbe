/** `remote`: a guest that somebody serves. */

import { checkSignal, checkTimeout, readHostCallContext, throwIfAborted } from '../base/checks.js';
import { decodeBy, encodeBy, readCodec } from '../base/codec.js';
import { WapcError, argumentError, endedError, locate, messageOf } from '../base/error.js';
import { attempt, readFields } from '../base/options.js';
import { rejectionOf } from '../base/call-site.js';
import { toBytes, viewOf } from '../base/payload.js';
import { acquire } from '../invocation/into.js';
import { Call } from './call.js';
import { checkConnection, readCount } from './checks.js';
import { Link } from './link.js';
import { readName, tokenOf } from './names.js';
import { core, loadCore } from './peers.js';
import { tooLong } from './pieces.js';
import { LONGEST_PAYLOAD } from './wire.js';

const OPTIONS = 'prefix,timeout,codec,retries,idempotent';
const OF_CALL = 'signal,timeout,context,from';
const OF_INVOKE = `${OF_CALL},into`;
const NO_INTO = ', which `invoke` takes: `call` answers with a value, not with bytes';

const DEFAULT_TIMEOUT = 10_000;
const NOTHING = new Uint8Array(0);

/** Of W3C Trace Context: https://www.w3.org/TR/trace-context/#traceparent-header */
const TRACEPARENT = /^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}(-[ -~]{0,200})?$/;

/** Reads the options of `remote`, each once. Throws WAPC_ARGUMENT. */
function readOptions(options) {
  const {
    prefix = 'wapc',
    timeout = DEFAULT_TIMEOUT,
    codec,
    retries,
    idempotent = false,
  } = readFields('options', options, OPTIONS);
  checkTimeout(timeout);
  return {
    prefix: readName('prefix', prefix),
    timeout,
    codec: readCodec(codec),
    retries: readCount('retries', retries, 0, 0),
    isIdempotent: readIdempotent(idempotent),
  };
}

/** A function that says of an operation whether it is idempotent. */
function readIdempotent(value) {
  if (typeof value === 'boolean') return () => value;
  const names = attempt('idempotent', () => (Array.isArray(value) ? [...value] : undefined));
  if (names === undefined || !names.every((name) => typeof name === 'string')) {
    throw argumentError('idempotent', 'true, false or an array of operations', value);
  }
  const known = new Set(names);
  return (operation) => known.has(operation);
}

/** A guest on another machine. */
class Remote {
  #connection;
  #name;
  #settings;

  constructor(connection, name, options) {
    checkConnection(connection);
    this.#connection = connection;
    this.#name = readName('name', name);
    this.#settings = readOptions(options);
    Link.prepareCaller(connection);
  }

  invoke(operation, payload, options) {
    return this.#invoke(operation, payload, options, OF_INVOKE).catch(rejectionOf);
  }

  call(operation, value, options) {
    return this.#call(operation, value, options).catch(rejectionOf);
  }

  async #call(operation, value, options) {
    const { codec } = this.#settings;
    const bytes = await this.#invoke(operation, encodeBy(codec, value), options, OF_CALL);
    try {
      return decodeBy(codec, bytes);
    } catch (cause) {
      const message = `the response does not decode by ${codec.name}: ${messageOf(cause)}`;
      throw locate(new WapcError('WAPC_GUEST', message, { cause }), this.#name, operation, undefined);
    }
  }

  async #invoke(operation, payload, options, names) {
    if (typeof operation !== 'string') throw argumentError('operation', 'a string', operation);
    const bytes = payload === undefined ? NOTHING : bytesOf(payload);
    const { signals, timeout = this.#settings.timeout, context, into } = readInvokeOptions(options, names);
    checkTimeout(timeout);
    // A getter of the caller's, which may abort.
    const traceparent = traceparentOf(context);
    signals.forEach(throwIfAborted);
    if (timeout === 0)
      throw locate(new WapcError('WAPC_TIMEOUT', 'no answer came within 0 ms'), this.#name, operation, undefined);
    const token = tokenOf(operation);
    const destination = into === undefined ? undefined : acquire(into);
    try {
      if (core === undefined) {
        await loadCore();
        signals.forEach(throwIfAborted);
      }
      const { prefix, retries, isIdempotent } = this.#settings;
      const response = await new Call({
        connection: this.#connection,
        link: Link.of(this.#connection),
        prefix,
        name: this.#name,
        operation,
        token,
        bytes,
        timeout,
        signals,
        retries,
        isIdempotent: isIdempotent(operation),
        traceparent,
      }).run();
      if (destination === undefined) return response;
      destination.write(response, 0, response.length);
      return destination.response();
    } finally {
      destination?.release();
    }
  }
}

/** The bytes of a payload, as they are now; not copied, but for those in shared memory, which sockets refuse. */
function bytesOf(payload) {
  const bytes = viewOf(toBytes(payload, 'payload')) ?? NOTHING;
  if (bytes.length > LONGEST_PAYLOAD) throw tooLong(bytes.length);
  return bytes.buffer instanceof ArrayBuffer ? bytes : bytes.slice();
}

/** Reads the options of an invocation, each once; signal and context are those of `from` where they are not given. */
function readInvokeOptions(options, names) {
  if (options === undefined) return { signals: [] };
  const others = names === OF_CALL ? 'into' : '';
  const { signal, timeout, context, from, into } = readFields('options', options, names, others, NO_INTO);
  checkSignal(signal);
  const inherited = from === undefined ? undefined : readHostCallContext(from);
  // The reason of an abort is thrown where the signals are looked at.
  if (inherited?.isAwaited === false && !inherited.signal.aborted) throw endedError();
  // A route passes the same signal on twice.
  const signals = [...new Set([signal, inherited?.signal])].filter((one) => one !== undefined);
  return { signals, timeout, context: context === undefined ? inherited?.context : context, into };
}

/** The trace that a context says the invocation belongs to, by its property `traceparent`; undefined where it says none. */
function traceparentOf(context) {
  try {
    const { traceparent } = /** @type {any} */ (context ?? {});
    return typeof traceparent === 'string' && TRACEPARENT.test(traceparent) ? traceparent : undefined;
  } catch {
    return undefined;
  }
}

/** The guest that is served under a name. Throws WAPC_ARGUMENT. */
export const remote = (connection, name, options) => new Remote(connection, name, options);
