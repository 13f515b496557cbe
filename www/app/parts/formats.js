/** Payloads in the formats that people write and read. */

import { decode, encode } from '@msgpack/msgpack';

import { dump, hex } from './bytes.js';

const encoder = new TextEncoder();
const strict = new TextDecoder('utf-8', { fatal: true });

/** The formats, and what they are called. */
export const FORMATS = [
  ['text', 'text'],
  ['json', 'JSON'],
  ['msgpack', 'MessagePack'],
  ['hex', 'hex'],
];

/** The bytes of what was written. Throws where it is malformed. */
export function bytesOf(text, format) {
  switch (format) {
    case 'hex':
      return fromHex(text);
    case 'json':
      return encoder.encode(JSON.stringify(JSON.parse(text)));
    case 'msgpack':
      return encode(JSON.parse(text));
    default:
      return encoder.encode(text);
  }
}

function fromHex(text) {
  const digits = text.replace(/\s+/g, '');
  if (!/^([0-9a-f]{2})*$/i.test(digits)) throw new Error('hex is pairs of digits, such as 48 65 6c 6c 6f');
  return Uint8Array.from(digits.match(/../g) ?? [], (pair) => parseInt(pair, 16));
}

/** The bytes in a format; undefined where they are not in it. */
export function read(bytes, format) {
  try {
    switch (format) {
      case 'hex':
        return dump(bytes);
      case 'json':
        return JSON.stringify(JSON.parse(strict.decode(bytes)), null, 2);
      case 'msgpack':
        return JSON.stringify(decode(bytes), asJson, 2);
      default:
        return strict.decode(bytes);
    }
  } catch {
    return undefined;
  }
}

/** Replaces values that JSON cannot hold. */
function asJson(key, value) {
  if (typeof value === 'bigint') return String(value);
  return value instanceof Uint8Array ? hex(value) : value;
}
