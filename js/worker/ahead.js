/**
 * How far a worker may be ahead of its host: the bytes of log lines, output and host calls that were sent and not read
 * yet. They lie in the memory of the caller's process, which a guest must not be able to fill.
 */

import { WapcError } from '../base/error.js';

/** Bytes that may be ahead in all; a piece that is longer goes alone. */
export const MOST_AHEAD = 1 << 20;

/** Bytes counted for each message besides its text and bytes, so that short lines are held back as well. */
const OVERHEAD = 256;

/** Both sides count in 32 bits. */
const LONGEST = 2 ** 32 - 1;

/** Bytes of a message: engines keep a character of text in two at the most. */
const sizeOf = (characters, bytes) => Math.min(OVERHEAD + 2 * characters + bytes, LONGEST);
export const sizeOfText = (text) => sizeOf(text.length, 0);
export const sizeOfBytes = (bytes) => sizeOf(0, bytes.length);
export const sizeOfCall = (binding, namespace, operation, payload) =>
  sizeOf(binding.length + namespace.length + operation.length, payload.length);

/** True where a piece of `size` may go while `unread` bytes are ahead. */
export const fits = (unread, size) => unread === 0 || unread + size <= MOST_AHEAD;

/**
 * The count of a worker that shares no memory with its host, and so hears of what was read only in messages, which it
 * takes when its event loop turns. A guest that logs or writes cannot be made to wait for that (`__console_log` and
 * `fd_write` answer at once), and keeping what it writes in the worker would fill the same process: what is over the bound
 * ends the guest. One that waits for host calls or sleeps in between is never ended, since messages come in their order.
 */
export class Unread {
  #bytes = 0;
  #wake = () => {};
  /** The error that ended the guest. */
  error = undefined;

  /** Counts a log line or a chunk of output. Throws WAPC_LIMIT where there is no room. */
  reserve(size) {
    if (!fits(this.#bytes, size)) throw (this.error = limitError(this.#bytes + size));
    this.#bytes += size;
  }

  /** Waits until a host call may be sent. It is answered before anything else is sent, so it is not counted. */
  async room(size) {
    while (!fits(this.#bytes, size)) await new Promise((resolve) => (this.#wake = () => resolve(undefined)));
  }

  /** The host has read so many bytes. */
  read(size) {
    this.#bytes = Math.max(0, this.#bytes - size);
    this.#wake();
  }
}

const limitError = (bytes) =>
  new WapcError(
    'WAPC_LIMIT',
    `log lines and output of ${bytes} bytes that the caller's thread has not read are over the limit of ${MOST_AHEAD} ` +
      'bytes; a worker can wait for it only with shared memory: serve the page cross-origin isolated, or let the guest ' +
      'write less between two host calls',
  );
