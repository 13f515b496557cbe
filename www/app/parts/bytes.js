/** Bytes as people read them. */

const strict = new TextDecoder('utf-8', { fatal: true });

/** UTF-8 text, or undefined. */
export function textOf(bytes) {
  try {
    return strict.decode(bytes);
  } catch {
    return undefined;
  }
}

/** The first bytes, which end where a character of UTF-8 does. */
export function firstBytes(bytes, most) {
  if (bytes.length <= most) return bytes;
  let end = most;
  while (end > most - 3 && (bytes[end] & 0xc0) === 0x80) end--;
  return bytes.subarray(0, end);
}

/** The start of a text, which does not end within a character of two UTF-16 units. */
export const startOf = (text, most) => text.slice(0, most).replace(/[\ud800-\udbff]$/, '');

/** Bytes as pairs of digits. */
export const hex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join(' ');

/** Rows of eight bytes, each with its offset and its characters; nothing is left out. */
export function dump(bytes) {
  const rows = [];
  for (let at = 0; at < bytes.length; at += 8) {
    const row = bytes.subarray(at, at + 8);
    const characters = Array.from(row, (byte) => (byte > 31 && byte < 127 ? String.fromCharCode(byte) : '.')).join('');
    rows.push(`${at.toString(16).padStart(6, '0')}  ${hex(row).padEnd(23)}  ${characters}`);
  }
  return rows.join('\n');
}

/** A text in one line that says what bytes are. Quotes within it stay as they are: much of it is JSON. */
export function brief(bytes, most = 40) {
  const text = textOf(bytes);
  if (text === undefined) return bytes.length > 8 ? `${hex(bytes.subarray(0, 8))} …` : hex(bytes);
  return JSON.stringify(text.length > most ? `${startOf(text, most)}…` : text).replaceAll('\\"', '"');
}
