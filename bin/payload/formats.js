/** The formats of payloads and answers: text, JSON, MessagePack, hex. */

import { UsageError } from '../arguments/usage-error.js';
import { Failure } from '../output/failure.js';
import { isPrintable } from '../output/printable.js';
import { WITH_BIGINTS, asJson, fromJson, messagePack } from './messagepack.js';

/**
 * @typedef {object} Format
 * @property {any} codec of the package, for routes; undefined for bytes
 * @property {(bytes: Uint8Array, from: string) => Uint8Array} encode what was written, as a payload
 * @property {(answer: Uint8Array, isTerminal: boolean) => Uint8Array | string} show an answer, as it is printed
 */

export const FORMAT_OPTIONS = {
  json: { type: 'boolean', help: 'PAYLOAD and the answer are JSON' },
  msgpack: { type: 'boolean', help: 'sends PAYLOAD, which is JSON, as MessagePack, and shows the answer as JSON' },
  hex: { type: 'boolean', help: 'PAYLOAD and the answer are bytes in hexadecimal' },
};

/**
 * The format that the options choose; text where they choose none.
 * @returns {Promise<Format>}
 */
export async function formatOf(values) {
  const chosen = Object.keys(FORMAT_OPTIONS).filter((name) => values[name]);
  if (chosen.length > 1)
    throw new UsageError(
      `${chosen.map((name) => `--${name}`).join(' and ')} exclude one another: expected one of them`,
    );
  return FORMATS[chosen[0] ?? 'text']();
}

const FORMATS = {
  text: () => ({ codec: undefined, encode: (bytes) => bytes, show: showText }),
  json: () => ({ codec: 'json', encode: encodeJson, show: (answer) => `${answerOf(answer, 'JSON', jsonText)}\n` }),
  hex: () => ({ codec: undefined, encode: encodeHex, show: (answer) => `${hexOf(answer)}\n` }),
  msgpack: async () => {
    const { encode, decode } = await messagePack();
    return {
      codec: { encode, decode },
      encode: (bytes, from) => (bytes.length === 0 ? bytes : encode(valueOf(bytes, from), WITH_BIGINTS)),
      show: (answer) => `${answerOf(answer, 'MessagePack', (bytes) => asJson(decode(bytes, WITH_BIGINTS)))}\n`,
    };
  },
};

const utf8 = (bytes) => new TextDecoder('utf-8', { fatal: true }).decode(bytes);
const hexOf = (bytes) => Buffer.from(bytes).toString('hex');

/** Checks JSON, which is sent as it was written: numbers keep all of their digits. No bytes are no value. */
function encodeJson(bytes, from) {
  try {
    return bytes.length === 0 ? bytes : Buffer.from(jsonText(bytes));
  } catch (error) {
    const shell = `in a shell it stands between single quotes: '{"name":"value"}'`;
    throw new UsageError(`${from}: expected JSON, got ${excerpt(bytes)} (${error.message}); ${shell}`, {
      cause: error,
    });
  }
}

/** The value of JSON bytes, for MessagePack. */
function valueOf(bytes, from) {
  const text = utf8(encodeJson(bytes, from));
  try {
    return fromJson(text);
  } catch (error) {
    throw new UsageError(`${from}: ${error.message}`, { cause: error });
  }
}

/** The text of JSON bytes, as it is; throws where it is none. */
function jsonText(bytes) {
  const text = utf8(bytes);
  JSON.parse(text);
  return text.trim();
}

function encodeHex(bytes, from) {
  const digits = Buffer.from(bytes).toString('latin1').replace(/\s+/g, '').replace(/^0x/i, '');
  if (!/^(?:[0-9a-f]{2})*$/i.test(digits))
    throw new UsageError(`${from}: expected two hexadecimal digits for each byte, such as 00ff, got ${excerpt(bytes)}`);
  return Buffer.from(digits, 'hex');
}

/** An answer, decoded; what cannot be decoded is the guest's fault. */
function answerOf(answer, format, decode) {
  if (answer.length === 0) return '';
  try {
    return decode(answer);
  } catch (error) {
    const without = 'without the option it is printed as it is';
    const message = `the answer was expected to be ${format}, got ${excerpt(answer)} (${error.message}); ${without}`;
    throw new Failure('WAPC_GUEST', message, { cause: error });
  }
}

/** The beginning of bytes, for a message: as text where they are. */
function excerpt(bytes) {
  const head = Buffer.from(bytes.subarray(0, 60));
  const rest = bytes.length > head.length ? '…' : '';
  const text = head.toString();
  if (text.includes('\ufffd') && rest === '') return `${bytes.length} bytes (hex ${hexOf(head)})`;
  return text.includes('\ufffd') ? `${bytes.length} bytes (hex ${hexOf(head)}…)` : `${JSON.stringify(text)}${rest}`;
}

/** Text as it is. A terminal gets a line, and bytes that are no text in hexadecimal. */
function showText(answer, isTerminal) {
  if (!isTerminal || answer.length === 0) return answer;
  const text = textOf(answer);
  if (text !== undefined && isPrintable(text)) return text.endsWith('\n') ? text : `${text}\n`;
  return `${hexOf(answer)}\n(${answer.length} bytes that are no text, in hexadecimal; redirected to a file they come as they are)\n`;
}

function textOf(bytes) {
  try {
    return utf8(bytes);
  } catch {
    return undefined;
  }
}
