/** The wire between callers and services: headers, subjects and sizes. docs/cluster.md describes it for others. */

/** Header of a request: `timeout=MS`, `pieces`, `cancel`, `alive=MS` and `length=BYTES`, with spaces between them. */
export const REQUEST = 'Wapc-Request';
/** Header of an error: its code. The rest of it is the body, in JSON. */
export const ERROR = 'Wapc-Error';
/** Header of an error beside its code: `1` where the request may have been run, although others of the code were not. */
export const MAY_HAVE_RUN = 'Wapc-May-Have-Run';
/** Header of every other message: its kind, and numbers that belong to it. */
export const MESSAGE = 'Wapc-Message';
/** The kinds of messages beside requests and whole responses. */
export const [PIECE, ACKNOWLEDGE, CONTINUE, ALIVE_STILL] = ['piece', 'acknowledge', 'continue', 'alive'];
/** Headers of errors that clients of others know (ADR-32). */
export const SERVICE_ERROR = 'Nats-Service-Error';
export const SERVICE_ERROR_CODE = 'Nats-Service-Error-Code';
/** Header of W3C Trace Context. */
export const TRACEPARENT = 'traceparent';

/** Bytes of the longest piece of a payload: the longest message of a NATS server with its usual settings. */
const LONGEST_PIECE = 1 << 20;
/** Bytes of a message that are kept for headers. */
const HEADERS = 2_048;
/** The longest message in bytes, where a server does not say it. */
const USUAL_MESSAGE = 1 << 20;

/**
 * Characters of the longest subject of others that anything is sent to. A NATS server ends the connection of a client whose
 * message has subjects of more than 4,096 bytes, its own reply subject included.
 */
export const LONGEST_REPLY = 1_024;

/** Bytes of the longest payload that is sent in pieces. */
export const LONGEST_PAYLOAD = 1 << 29;
/** Bytes of the longest headers of a first piece. */
const LONGEST_PIECE_HEADER = `NATS/1.0\r\n${MESSAGE}: ${PIECE} 0 ${LONGEST_PAYLOAD}\r\n\r\n`.length;
/** Pieces that are sent ahead of what the receiver has acknowledged. */
export const WINDOW = 8;
/** Milliseconds without a piece, or without an acknowledgement, after which the other side is given up. */
export const STALL = 5_000;
/** Bytes a second of the slowest payload in pieces, after its first `STALL` milliseconds: a slower one is given up. */
export const SLOWEST = 1 << 17;
/** Milliseconds between the signs of life that a caller asks for. */
export const ALIVE = 1_000;
/** Signs of life that are missed before the member that took a request is given up. */
export const MISSED = 3;

/** The subject of an operation. */
export const subjectOf = (prefix, name, token) => `${prefix}.${name}.${token}`;
/** The subject of messages that cancel requests: to all members, which alone know what they run. */
export const cancelSubject = (prefix, name) => `${prefix}.$cancel.${name}`;
/** The subject of messages to one member: pieces and acknowledgements. No service is named so. */
export const memberSubject = (prefix, id, token) => `${memberSubjects(prefix)}${id}.${token}`;
/** True for a reply subject of others that something can be sent to. */
export const canReplyTo = (reply) => reply !== undefined && reply !== '' && reply.length <= LONGEST_REPLY;
/** The beginning of the subjects of all members. */
export const memberSubjects = (prefix) => `${prefix}.$member.`;

/**
 * The longest message in bytes that the server of a connection has said: while it is lost, the connection does not know.
 * @type {WeakMap<object, number>}
 */
const longestMessages = new WeakMap();

/** Bytes of the longest message, with its headers. */
function messageIn(connection) {
  const said = connection.info?.max_payload;
  if (said !== undefined) longestMessages.set(connection, said);
  return said ?? longestMessages.get(connection) ?? USUAL_MESSAGE;
}

/**
 * Bytes of the longest payload that fits into one message.
 * @param {any} connection
 */
export function roomIn(connection) {
  const message = messageIn(connection);
  return Math.max(message - HEADERS, Math.floor(message / 2));
}

/**
 * The fields of an error's headers: all of them, or those of this package, where a message has no room for those of ADR-32.
 * @param {any} connection
 * @param {[string, string][]} fields
 */
export function fittingIn(connection, fields) {
  const length = fields.reduce((sum, field) => sum + field.join(': \r\n').length, LONGEST_PIECE_HEADER);
  if (length <= messageIn(connection) - roomIn(connection)) return fields;
  return fields.filter(([name]) => name !== SERVICE_ERROR && name !== SERVICE_ERROR_CODE);
}

/** Bytes of a piece of a longer one. */
export const pieceOf = (connection) => Math.min(roomIn(connection), LONGEST_PIECE);

/** The fields of a `REQUEST` header as text; those that are undefined or false are left out. */
export function requestText(timeout, canCancel, alive, length) {
  let text = timeout === undefined ? 'pieces' : `timeout=${timeout} pieces`;
  if (canCancel) text += ' cancel';
  if (alive !== undefined) text += ` alive=${alive}`;
  if (length !== undefined) text += ` length=${length}`;
  return text;
}

/** Digits of the longest number in a header: all of them are exact. */
const NUMBER = /^\d{1,15}$/;

/** The last header that was read, and its fields: most requests have the same. */
let lastText = '';
let lastFields;

/**
 * The fields of a `REQUEST` header, shared by all that have the same; undefined where it is none. Fields that are not
 * known are ignored: a later version may send them.
 * @param {string} text
 */
export function readRequest(text) {
  if (text === lastText) return lastFields;
  const fields = parseRequest(text);
  [lastText, lastFields] = [text, fields];
  return fields;
}

function parseRequest(text) {
  const fields = { timeout: Infinity, pieces: false, cancel: false, alive: undefined, length: undefined };
  for (const part of text.split(' ')) {
    const at = part.indexOf('=');
    if (at < 0) {
      if (part === 'pieces' || part === 'cancel') fields[part] = true;
      continue;
    }
    const name = part.slice(0, at);
    if (name !== 'timeout' && name !== 'alive' && name !== 'length') continue;
    const number = part.slice(at + 1);
    if (!NUMBER.test(number)) return undefined;
    fields[name] = Number(number);
  }
  return fields;
}

/**
 * A `MESSAGE` header: its kind, and up to two numbers; undefined where it is none.
 * @param {string} text
 * @returns {{ kind: string, number: number | undefined, length: number | undefined } | undefined}
 */
export function readMessage(text) {
  const [kind, ...numbers] = text.split(' ');
  if (numbers.length > 2 || !numbers.every((number) => NUMBER.test(number))) return undefined;
  const [number, length] = numbers.map(Number);
  return { kind, number, length };
}
