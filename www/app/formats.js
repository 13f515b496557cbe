/** Payloads in the formats that people write and read. */

import { decode, encode } from '@msgpack/msgpack';

const encoder = new TextEncoder();
const strict = new TextDecoder('utf-8', { fatal: true });

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

/** UTF-8 text, or undefined. */
export function textOf(bytes) {
  try {
    return strict.decode(bytes);
  } catch {
    return undefined;
  }
}

/** Readings of bytes besides hex: pairs of a name and a text. */
export function readings(bytes) {
  const text = textOf(bytes);
  const all = text === undefined ? [] : [['text', text]];
  const attempt = (name, read) => {
    try {
      const value = read();
      if (value !== null && typeof value === 'object') all.push([name, JSON.stringify(value, asJson, 2)]);
    } catch {
      // Not in this format.
    }
  };
  attempt('JSON', () => JSON.parse(text));
  if (text === undefined || all.length === 1) attempt('MessagePack', () => decode(bytes));
  return all;
}

/** Replaces values that JSON cannot hold. */
function asJson(key, value) {
  if (typeof value === 'bigint') return String(value);
  return value instanceof Uint8Array ? hex(value) : value;
}

const hex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join(' ');

/** The most bytes that are shown. */
const SHOWN = 4096;

/** A hex dump: offset, bytes, and their letters. */
export function dump(bytes) {
  const lines = [];
  for (let at = 0; at < Math.min(bytes.length, SHOWN); at += 16) {
    const row = bytes.subarray(at, at + 16);
    const letters = Array.from(row, (byte) => (byte > 31 && byte < 127 ? String.fromCharCode(byte) : '.')).join('');
    lines.push(`${at.toString(16).padStart(6, '0')}  ${hex(row).padEnd(48)} ${letters}`);
  }
  if (bytes.length > SHOWN) lines.push(`… ${bytes.length - SHOWN} bytes more`);
  return lines.join('\n');
}

/** A few bytes on one line, as text if they are text. */
export function brief(bytes) {
  const text = textOf(bytes);
  const told = text === undefined || /\p{Cc}/u.test(text.replace(/\s/g, '')) ? hex(bytes.subarray(0, 24)) : text;
  return told.length > 80 ? `${told.slice(0, 80)}…` : told;
}
