/** What a remote host and its worker say to each other: arrays that begin with one of these. */

// To the worker, which answers each but the last with DONE or FAILED before it gets another.
/** The modules of the core, of the guest and, if it is loaded, of WASI, and `Settings`. */
export const START = 'start';
/** Operation and payload, as bytes; of a payload in shared memory its length. */
export const INVOKE = 'invoke';
/** A fresh instance is wanted; of another module, if there is one, with that of WASI. */
export const RESET = 'reset';
/** What the host callback answered (true, bytes) or failed with (false, text in UTF-8), where the worker does not block. */
export const ANSWER = 'answer';

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

/** What of a message is to be transferred: the array's buffer, which is then gone here. */
export const transferOf = (array) => (array.length >= WORTH_TRANSFERRING ? [array.buffer] : []);

/**
 * @typedef {object} Settings
 * @property {number} payloadLimit bytes
 * @property {boolean} callsHost whether there is a host callback
 * @property {import('../index.js').WasiOptions} wasi
 * @property {SharedArrayBuffer | undefined} memory where payloads and answers are (`shared.js`); without it, in messages
 */
