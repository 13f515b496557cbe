/** The messages of a remote host and its worker: arrays that begin with one of these. */

import { isPacked } from './errors.js';

// To the worker, which answers each but the last two with DONE or FAILED before it gets another.
/** The modules of the core, of the guest and, if it is loaded, of WASI, and `Settings`. */
export const START = 'start';
/** Operation and payload, as bytes; of a payload in shared memory its length. */
export const INVOKE = 'invoke';
/** A fresh instance is wanted; of another module, if there is one, with that of WASI. */
export const RESET = 'reset';
/**
 * The answer of the host callback (true, bytes) or its error (false, text in UTF-8), where the worker does not block; of
 * what is over the limit its length.
 */
export const ANSWER = 'answer';
/** So many bytes of log lines and output were read (`ahead.js`), where no memory is shared. */
export const READ = 'read';

// From the worker.
/** The core is there, the guest is about to start. */
export const LOADED = 'loaded';
/** Bytes of the guest's memory, and the response if there is one. */
export const DONE = 'done';
/** Bytes of the guest's memory, whether the guest is gone, and the error as `errors.js` packs it. */
export const FAILED = 'failed';
/** A host call: binding, namespace, operation, payload. */
export const CALL = 'call';
/** More of the answer to it is wanted. */
export const MORE = 'more';
/** A line of text. */
export const LOG = 'log';
/** Output: 1 or 2 for the standard stream, and a chunk of bytes. */
export const OUTPUT = 'output';

/** From this many bytes on transferring an array costs less than copying it. */
const WORTH_TRANSFERRING = 1024;

/** The buffers of a message to transfer: that of a long array, which is then gone here. */
export const transferOf = (array) => (array.length >= WORTH_TRANSFERRING ? [array.buffer] : []);

const isText = (value) => typeof value === 'string';
const isSize = (value) => typeof value === 'number' && value >= 0;
const isA = (tag, value) => Object.prototype.toString.call(value) === `[object ${tag}]`;
// By tags: in jest messages arrive as objects of another realm. No object that was sent can claim one.
const isBytes = (value) => isA('Uint8Array', value) && isA('ArrayBuffer', value.buffer);

/** The form of each message of a worker. */
const FORMS = {
  [LOADED]: () => true,
  [DONE]: ([, memorySize, response]) => isSize(memorySize) && (response === undefined || isBytes(response)),
  [FAILED]: ([, memorySize, broken, error]) => isSize(memorySize) && typeof broken === 'boolean' && isPacked(error),
  [CALL]: ([, binding, namespace, operation, payload]) =>
    [binding, namespace, operation].every(isText) && isBytes(payload),
  [MORE]: () => true,
  [LOG]: ([, text]) => isText(text),
  [OUTPUT]: ([, stream, chunk]) => (stream === 1 || stream === 2) && isBytes(chunk),
};

/** True for a message that a worker of ours may have sent. A script of the caller's own may send anything. */
export function isWellFormed(message) {
  return Array.isArray(message) && isText(message[0]) && Object.hasOwn(FORMS, message[0]) && FORMS[message[0]](message);
}

/**
 * @typedef {object} Settings
 * @property {number} payloadLimit bytes
 * @property {boolean} callsHost whether there is a host callback
 * @property {import('../api/index.js').WasiOptions} wasi
 * @property {SharedArrayBuffer | undefined} memory where payloads and answers are (`shared.js`); without it, in messages
 */
