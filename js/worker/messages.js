/** Messages between a remote host and its worker: arrays that begin with one of these constants. */

import { tagOf } from '../base/tag.js';
import { isPacked } from './errors.js';

// To the worker. It answers START, INVOKE and RESET with DONE or FAILED, in their order. Where no memory is shared, several
// INVOKE may be on their way: of those, it drops the ones behind a FAILED that says that the guest is gone, until a RESET.
/** Invocations are offered in shared memory (`rings/`). Sent to a worker whose event loop waits. */
export const OFFER = 'offer';
/** Starts a guest: the modules of the core, of the guest and (if loaded) of WASI, and `Settings`. */
export const START = 'start';
/** Runs an invocation: operation and payload as bytes. Those that are offered in shared memory need no message. */
export const INVOKE = 'invoke';
/** Drops the invocations that have not begun. Sent while the guest waits for the answer to a host call. */
export const DROP = 'drop';
/** Makes a new instance: of another module if given, with the module of WASI, and true if that was rewritten. */
export const RESET = 'reset';
/**
 * Answers a host call of a worker that does not block: true and the answer's bytes, or false and the error text in
 * UTF-8. Over the limit, the length in place of the bytes.
 */
export const ANSWER = 'answer';
/** Reports bytes of log lines and output as read (`backpressure.js`), if no memory is shared. */
export const READ = 'read';

/**
 * Closes the host: the worker is about to be terminated. Sent where the worker's files would stay open then (`terminateLater`
 * of `platform.js`).
 */
export const CLOSE = 'close';

// From the worker. Where memory is shared, a record in place of the message, if there is room: but for FAILED.
/** Records are in shared memory (`rings/`). Sent to a host that waits for them. */
export const WRITTEN = 'written';
/** The core is loaded, and the guest is about to start. */
export const LOADED = 'loaded';
/** Success: length of the guest's memory in bytes, and the response, if there is one. */
export const DONE = 'done';
/** Failure: length of the guest's memory in bytes, true if the guest is gone, and the packed error (`errors.js`). */
export const FAILED = 'failed';
/** A host call: binding, namespace, operation, payload. */
export const CALL = 'call';
/** Requests the next part of a long answer. */
export const MORE = 'more';
/** A log line: its text. */
export const LOG = 'log';
/** Output: 1 or 2 for the standard stream, and a chunk of bytes. */
export const OUTPUT = 'output';

/** From this many bytes on, transferring an array costs less than copying it. */
const WORTH_TRANSFERRING = 1024;

/** The buffers of a message to transfer: that of a long array, which is then detached here. */
export const transferOf = (array) => (array.length >= WORTH_TRANSFERRING ? [array.buffer] : []);

/**
 * The form in which an array goes into a message: a long array that covers its whole buffer goes as that buffer. Deno 2.9
 * takes far longer to send an array than to send a buffer.
 * @param {Uint8Array<ArrayBuffer>} array
 */
export const toSend = (array) =>
  array.length >= WORTH_TRANSFERRING && array.length === array.buffer.byteLength ? array.buffer : array;

/** The array that a message brought, in the form of `toSend`. */
export const received = (sent) => (isBuffer(sent) ? new Uint8Array(sent) : sent);

const isText = (value) => typeof value === 'string';
const isSize = (value) => typeof value === 'number' && value >= 0;
// Compared by tag, since messages in jest are objects of another realm. A message cannot fake a tag: cloning drops it.
const isBuffer = (value) => tagOf(value) === 'ArrayBuffer';
const isBytes = (value) => tagOf(value) === 'Uint8Array' && isBuffer(value.buffer);
const isSentBytes = (value) => isBuffer(value) || isBytes(value);

/** Validates the fields of each message from a worker. */
const FORMS = {
  [LOADED]: () => true,
  [WRITTEN]: () => true,
  [DONE]: ([, memorySize, response]) => isSize(memorySize) && (response === undefined || isSentBytes(response)),
  [FAILED]: ([, memorySize, broken, error]) => isSize(memorySize) && typeof broken === 'boolean' && isPacked(error),
  [CALL]: ([, binding, namespace, operation, payload]) =>
    [binding, namespace, operation].every(isText) && isSentBytes(payload),
  [MORE]: () => true,
  [LOG]: ([, text]) => isText(text),
  [OUTPUT]: ([, stream, chunk]) => (stream === 1 || stream === 2) && isBytes(chunk),
};

/** True for a message that the package's worker script may have sent. A script of the caller may send anything. */
export function isWellFormed(message) {
  return Array.isArray(message) && isText(message[0]) && Object.hasOwn(FORMS, message[0]) && FORMS[message[0]](message);
}

/**
 * @typedef {object} Settings
 * @property {import('../api/index.js').Limits} limits that the worker itself enforces
 * @property {boolean} isRewritten true if the guest was rewritten so that it can be interrupted
 * @property {boolean} callsHost true if there is a host callback
 * @property {import('../api/index.js').WasiOptions} wasi
 * @property {SharedArrayBuffer | undefined} memory holds answers (`shared.js`); undefined if messages do
 * @property {SharedArrayBuffer | undefined} rings holds invocations, and what the worker says (`rings/`); undefined if messages do
 */
