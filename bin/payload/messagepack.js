/** MessagePack, which the package brings along: loaded only where it is asked for. */

/** @returns {Promise<{ encode(value: unknown): Uint8Array, decode(bytes: Uint8Array): unknown }>} */
export const messagePack = () => import('../../dist/msgpack.js');

/** A value of MessagePack as JSON: bytes in Base64, integers over 53 bits as text. */
export const asJson = (value) => JSON.stringify(value, jsonOf);

/** @this {any} */
function jsonOf(key, value) {
  // Read from its holder: by now a `toJSON` was called, which Buffers have.
  const raw = this[key];
  if (raw instanceof Uint8Array) return Buffer.from(raw).toString('base64');
  return value;
}
