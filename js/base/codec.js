/** Codecs: how values become payloads, and payloads values (`codec` of `HostOptions`). */

import { encoder, strict } from './encoding.js';
import { WapcError, argumentError, messageOf } from './error.js';
import { isBytes } from './payload.js';

const NOTHING = new Uint8Array(0);

/** The codecs that are named by a string. */
const NAMED = {
  __proto__: null,
  text: {
    name: 'text',
    encode(value) {
      if (typeof value !== 'string') throw argumentError('value', "a string, by the codec 'text'", value);
      return encoder.encode(value);
    },
    decode: (bytes) => strict.decode(bytes),
  },
  json: {
    name: 'json',
    encode(value) {
      const text = JSON.stringify(value);
      if (text === undefined) throw argumentError('value', "something that JSON has, by the codec 'json'", value);
      return encoder.encode(text);
    },
    decode: (bytes) => JSON.parse(strict.decode(bytes)),
  },
};

/**
 * Reads the option `codec`. Returns an object that runs no other code of the caller than `encode` and `decode`;
 * undefined if there is none. Throws WAPC_ARGUMENT.
 */
export function readCodec(value) {
  if (value === undefined) return undefined;
  const named = typeof value === 'string' ? NAMED[value] : undefined;
  if (named !== undefined) return named;
  const [encode, decode] = ['encode', 'decode'].map((name) => readMethod(value, name));
  return {
    name: 'codec',
    encode: (decoded) => Reflect.apply(encode, value, [decoded]),
    decode: (bytes) => Reflect.apply(decode, value, [bytes]),
  };
}

function readMethod(codec, name) {
  if (codec === null || (typeof codec !== 'object' && typeof codec !== 'function')) {
    throw argumentError('codec', "'text', 'json' or an object with `encode` and `decode`", codec);
  }
  let method;
  try {
    method = codec[name];
  } catch (cause) {
    throw new WapcError('WAPC_ARGUMENT', `codec.${name}: it could not be read: ${messageOf(cause)}`, { cause });
  }
  if (typeof method !== 'function') throw argumentError(`codec.${name}`, 'a function', method);
  return method;
}

/**
 * Encodes a value. Without a codec it is returned as it is. `undefined` becomes no bytes, without asking the codec.
 * Throws WAPC_ARGUMENT, with the codec's error as `cause`.
 */
export function encodeBy(codec, value) {
  if (codec === undefined) return value;
  if (value === undefined) return NOTHING;
  let bytes;
  try {
    bytes = codec.encode(value);
  } catch (cause) {
    if (cause instanceof WapcError) throw cause;
    throw new WapcError('WAPC_ARGUMENT', `value: the codec '${codec.name}' failed: ${messageOf(cause)}`, { cause });
  }
  if (!isBytes(bytes)) throw argumentError('codec.encode', 'a Uint8Array', bytes);
  return bytes;
}

/** Decodes bytes. Without a codec they are returned as they are. No bytes are `undefined`. Throws the codec's error. */
export function decodeBy(codec, bytes) {
  if (codec === undefined) return bytes;
  return bytes.length === 0 ? undefined : codec.decode(bytes);
}
