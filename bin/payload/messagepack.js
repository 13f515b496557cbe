/** MessagePack, which the package brings along: loaded only where it is asked for. */

/** @returns {Promise<{ encode(value: unknown): Uint8Array, decode(bytes: Uint8Array, options?: object): unknown }>} */
export const messagePack = () => import('../../dist/msgpack.js');

/** Options of `decode` for `asJson`: integers of 64 bits are bigints, which have all of their digits. */
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
