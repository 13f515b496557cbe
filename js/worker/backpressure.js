/**
 * Backpressure on a worker: bounds the bytes of log lines, output and host calls that it has sent and its host has not read
 * yet. They occupy memory of the caller's process, which a guest must not be able to fill.
 */

import { WapcError } from '../base/error.js';

/** Most unread bytes in total. A longer message is sent alone. */
export const MOST_UNREAD = 1 << 20;

/** Bytes counted for each message besides its content, so that short lines are limited as well. */
const OVERHEAD = 256;

/** Largest size: both sides count in 32 bits. */
const LONGEST = 2 ** 32 - 1;

/** Size of a message in bytes. Engines store a character in 2 bytes at most. */
const sizeOf = (characters, bytes) => Math.min(OVERHEAD + 2 * characters + bytes, LONGEST);
export const sizeOfText = (text) => sizeOf(text.length, 0);
export const sizeOfBytes = (bytes) => sizeOf(0, bytes.length);
export const sizeOfCall = (binding, namespace, operation, payload) =>
  sizeOf(binding.length + namespace.length + operation.length, payload.length);

/** True if a message of `size` bytes may be sent while `unread` bytes are unread. */
export const fits = (unread, size) => unread === 0 || unread + size <= MOST_UNREAD;

/**
 * The count of a worker without shared memory. Such a worker learns what was read only from messages, which arrive when
 * its event loop turns. A guest that logs or writes cannot wait for that (`__console_log` and `fd_write` return
 * synchronously), and buffering its output in the worker would fill the same process. So the guest is ended when it
 * exceeds the limit. A guest that awaits host calls or sleeps in between is never ended, since messages arrive in
 * order.
 */
export class Unread {
  #bytes = 0;
  #wake = () => {};
  /** The error that ended the guest. */
  error = undefined;

  /** Counts a log line or a chunk of output. Throws WAPC_LIMIT if it exceeds the limit. */
  reserve(size) {
    if (!fits(this.#bytes, size)) throw (this.error = limitError(this.#bytes + size));
    this.#bytes += size;
  }

  /** Waits until a host call may be sent. It is not counted, since it is answered before anything else is sent. */
  async room(size) {
    while (!fits(this.#bytes, size)) await new Promise((resolve) => (this.#wake = () => resolve(undefined)));
  }

  /** The host has read `size` more bytes. */
  read(size) {
    this.#bytes = Math.max(0, this.#bytes - size);
    this.#wake();
  }
}

const limitError = (bytes) =>
  new WapcError(
    'WAPC_LIMIT',
    `log lines and output of ${bytes} bytes that the caller's thread has not read are over the limit of ${MOST_UNREAD} ` +
      'bytes; a worker can wait for it only with shared memory: serve the page cross-origin isolated, or let the guest ' +
      'write less between two host calls',
  );
