/** MessagePack, which the package brings along: loaded only where it is asked for. */

import { randomUUID } from 'node:crypto';

/** @returns {Promise<{ encode(value: unknown, options?: object): Uint8Array, decode(bytes: Uint8Array, options?: object): unknown }>} */
export const messagePack = () => import('../../dist/msgpack.js');

/**
 * Options of `decode` for `asJson`, and of `encode` for what comes from `fromJson`: integers of 64 bits are bigints, which
 * have all of their digits.
 */
export const WITH_BIGINTS = { useBigInt64: true, mapKeyConverter: nameOf };

/** A key of a map as the name of a property. */
function nameOf(key) {
  if (['string', 'number', 'bigint'].includes(typeof key)) return String(key);
  throw new TypeError(`expected text or a number as the key of a map, got ${key === null ? 'null' : typeof key}`);
}

/** A value of MessagePack as JSON: bytes in Base64, integers over 53 bits as text. */
export const asJson = (value) => JSON.stringify(value, jsonOf);

/** @this {any} */
function jsonOf(key, value) {
  // Read from its holder: by now a `toJSON` was called, which Buffers have.
  const raw = this[key];
  if (raw instanceof Uint8Array) return Buffer.from(raw).toString('base64');
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
  return value;
}

/**
 * Quotation marks and numbers of JSON, also numbers within strings; escapes, since one may be a quotation mark. No strings:
 * the engine's stack is too short for those with millions of escapes.
 */
const TOKENS = /\\.|"|-?\d[\d.eE+-]*/g;

/**
 * The value of JSON, with all digits of its integers: those of over 32 bits are bigints.
 * @param {string} text which `JSON.parse` takes
 * @throws {RangeError} it has a number that MessagePack does not have
 */
export function fromJson(text) {
  // `JSON.parse` rounds integers over 53 bits: they become strings that begin with what no other string does.
  const mark = randomUUID();
  let isInString = false;
  const marked = text.replace(TOKENS, (token) => {
    if (token === '"') isInString = !isInString;
    else if (!isInString && isRounded(token)) return `"${mark}${token}"`;
    return token;
  });
  return JSON.parse(marked, (key, value) => {
    if (typeof value === 'string' && value.startsWith(mark)) return BigInt(value.slice(mark.length));
    return isLong(value) ? BigInt(value) : value;
  });
}

/** True for an integer that `JSON.parse` may round. Throws for a number that MessagePack does not have. */
function isRounded(literal) {
  const number = Number(literal);
  const isRounded = /^-?\d+$/.test(literal) && !Number.isSafeInteger(number);
  if (isRounded ? !fits(BigInt(literal)) : !Number.isFinite(number)) {
    const expected = 'numbers that MessagePack has: integers of 64 bits, and others up to 1.8e308';
    throw new RangeError(`expected ${expected}; got ${literal.slice(0, 60)}`);
  }
  return isRounded;
}

const fits = (integer) => integer === (integer < 0n ? BigInt.asIntN(64, integer) : BigInt.asUintN(64, integer));

/** True for a number that `encode` makes a float of, with `WITH_BIGINTS`, although it is an integer. */
const isLong = (value) => Number.isSafeInteger(value) && (value >= 2 ** 32 || value < -(2 ** 31));
