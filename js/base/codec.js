/** Codecs: how values become payloads, and payloads values (`codec` of `HostOptions`). */

import { NOTHING, encode } from './bytes.js';
import { strict } from './encoding.js';
import { WapcError, argumentError, messageOf } from './error.js';
import { attempt } from './options.js';
import { isUint8Array, thenOf, whenSettled } from './payload.js';

/**
 * A codec, as the package uses it.
 * @typedef {object} Codec
 * @property {string} name in errors
 * @property {string} [values] the values that it encodes; `encode` returns undefined for others
 * @property {(value: unknown) => unknown} encode
 * @property {(bytes: Uint8Array) => unknown} decode
 */

/** The codecs that are named by a string. */
const NAMED = /** @type {Record<string, Codec>} */ ({
  __proto__: null,
  text: {
    name: "codec 'text'",
    values: 'a string',
    encode: (value) => (typeof value === 'string' ? encode(value) : undefined),
    decode: (bytes) => strict.decode(bytes),
  },
  json: {
    name: "codec 'json'",
    values: 'a value that JSON has',
    encode(value) {
      const text = JSON.stringify(value);
      return text === undefined ? undefined : encode(text);
    },
    decode: (bytes) => JSON.parse(strict.decode(bytes)),
  },
});

/**
 * Reads the option `codec`. Throws WAPC_ARGUMENT.
 * @returns {Codec | undefined}
 */
export function readCodec(value) {
  if (value === undefined) return undefined;
  const named = typeof value === 'string' ? NAMED[value] : undefined;
  if (named !== undefined) return named;
  const [encode, decode] = ['encode', 'decode'].map((name) => readMethod(value, name));
  return {
    name: '`codec`',
    encode(decoded) {
      const bytes = Reflect.apply(encode, value, [decoded]);
      // Copied: codecs may use their buffer again, and the invocation may have to wait.
      return isUint8Array(bytes) ? new Uint8Array(bytes) : refuse(bytes);
    },
    decode: (bytes) => Reflect.apply(decode, value, [bytes]),
  };
}

function readMethod(codec, name) {
  if (codec === null || (typeof codec !== 'object' && typeof codec !== 'function')) {
    throw argumentError(
      'codec',
      "'text', 'json' or an object with `encode` and `decode`, such as `@msgpack/msgpack`",
      codec,
    );
  }
  const method = attempt(`codec.${name}`, () => codec[name]);
  if (typeof method !== 'function') throw argumentError(`codec.${name}`, 'a function', method);
  return method;
}

/** Refuses the result of a caller's codec. A promise's rejection is ignored: it would end a Node process. */
function refuse(result) {
  const then = thenOf(result);
  const ignore = () => {};
  if (then !== undefined) whenSettled(result, then, ignore, ignore);
  throw argumentError('its result', then === undefined ? 'a Uint8Array' : 'no promise', result);
}

/**
 * Encodes a value. Without a codec it is returned as it is. `undefined` becomes no bytes, without asking the codec.
 * Throws WAPC_ARGUMENT, with the codec's error as `cause`.
 * @param {Codec | undefined} codec
 * @param {unknown} value
 * @param {string} [what] the value is, in errors
 */
export function encodeBy(codec, value, what = 'value') {
  if (codec === undefined) return value;
  if (value === undefined) return NOTHING;
  let bytes;
  try {
    bytes = codec.encode(value);
  } catch (cause) {
    throw new WapcError('WAPC_ARGUMENT', `${what}: ${codec.name} failed: ${messageOf(cause)}`, { cause });
  }
  if (bytes === undefined) throw argumentError(what, `${codec.values}, by ${codec.name}`, value);
  return bytes;
}

/**
 * Decodes bytes. Without a codec they are returned as they are. No bytes are `undefined`. Throws the codec's error.
 * @param {Codec | undefined} codec
 */
export function decodeBy(codec, bytes) {
  if (codec === undefined) return bytes;
  if (bytes.length === 0) return undefined;
  const value = codec.decode(bytes);
  return thenOf(value) === undefined ? value : refuse(value);
}
