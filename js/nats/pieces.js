/** Payloads and responses that are longer than a message: in pieces, in order, with flow control, each checked. */

import { WapcError } from '../base/error.js';
import { afterSilence } from './silence.js';
import { LONGEST_PAYLOAD, SLOWEST, STALL, WINDOW } from './wire.js';

/** The error of pieces that were lost: the request has to be made again. */
const lost = (message) => new WapcError('WAPC_UNREACHABLE', message);

/**
 * Gives a payload up that does not go on, or too slowly: where nothing has moved for `STALL` ms, and where less than
 * `SLOWEST` bytes a second have since its first piece. Else one byte now and then would keep its memory.
 */
class Progress {
  /** When the first of it had moved, on this process's clock. */
  #begun;
  #late;
  #stopTimer;

  /** @param {() => void} late is called once */
  constructor(late) {
    this.#late = late;
    this.moved(0);
  }

  /** So many bytes of it have moved by now. */
  moved(bytes) {
    this.stop();
    const now = performance.now();
    if (bytes > 0) this.#begun ??= now;
    const earned = STALL + (bytes / SLOWEST) * 1_000 - (now - (this.#begun ?? now));
    this.#stopTimer = afterSilence(Math.max(0, Math.min(STALL, earned)), this.#late);
  }

  /** Idempotent. */
  stop() {
    this.#stopTimer?.();
  }
}

/** Sends the pieces of one payload, at most `WINDOW` ahead of what was acknowledged. */
export class Sender {
  #bytes;
  #size;
  /** Number of pieces. Kept, since `stop` lets go of the payload. */
  #count;
  #send;
  #ended;
  /** Pieces that were sent, and those of them that were acknowledged. */
  #sent = 0;
  #acknowledged = 0;
  #progress = new Progress(() => this.#end(lost(this.#stalled)));

  /**
   * @param {Uint8Array} bytes
   * @param {number} size of a piece in bytes
   * @param {(index: number, piece: Uint8Array) => void} send
   * @param {(error: unknown, isSent: boolean) => void} ended is called once: with undefined when all of it was acknowledged,
   * else with the error, and whether all of it was sent
   */
  constructor(bytes, size, send, ended) {
    this.#bytes = bytes;
    this.#size = size;
    this.#count = Math.ceil(bytes.length / size);
    this.#send = send;
    this.#ended = ended;
  }

  /** True if all of the payload was sent. */
  get isSent() {
    return this.#sent === this.#count;
  }

  get #stalled() {
    return `the other side has acknowledged ${this.#acknowledged} of ${this.#count} pieces, and none for ${STALL} ms or too slowly`;
  }

  /** Sends pieces until `most` are on their way. */
  send(most = WINDOW) {
    while (this.#ended !== undefined && this.#sent < this.#count && this.#sent - this.#acknowledged < most) {
      const start = this.#sent * this.#size;
      const piece = this.#bytes.subarray(start, start + this.#size);
      try {
        this.#send(this.#sent++, piece);
      } catch (error) {
        this.#end(error);
      }
    }
  }

  /** The receiver has the first `count` pieces. Numbers that cannot be true are ignored. */
  acknowledge(count) {
    if (this.#ended === undefined || !(count > this.#acknowledged && count <= this.#sent)) return;
    this.#acknowledged = count;
    if (count === this.#count) this.#end();
    else {
      this.#progress.moved(count * this.#size);
      this.send();
    }
  }

  /** Lets go of the payload. Idempotent. */
  stop() {
    this.#progress.stop();
    this.#ended = undefined;
    this.#bytes = new Uint8Array(0);
  }

  #end(error) {
    const ended = this.#ended;
    this.stop();
    ended?.(error, this.isSent);
  }
}

/** Receives the pieces of one payload. */
export class Receiver {
  #bytes;
  #from;
  #foreign;
  #filled = 0;
  #next = 0;
  #progress;

  /**
   * @param {number} length in bytes, as the sender has announced it
   * @param {string | undefined} from the reply subject of all of its pieces
   * @param {string} foreign the message of an error where a piece has another one
   * @param {(error: unknown) => void} stalled is called when no piece has come for `STALL` ms, or they come too slowly
   */
  constructor(length, from, foreign, stalled) {
    if (length > LONGEST_PAYLOAD) throw tooLong(length);
    this.#bytes = allocated(length);
    this.#from = from;
    this.#foreign = foreign;
    this.#progress = new Progress(() => stalled(lost(this.#missing)));
  }

  get #missing() {
    return `${this.#filled} of ${this.#bytes.length} bytes came, and no piece for ${STALL} ms or too slowly`;
  }

  /** Pieces that were taken. */
  get count() {
    return this.#next;
  }

  /** All of the bytes; undefined while some are missing. */
  get bytes() {
    return this.#filled === this.#bytes.length ? this.#bytes : undefined;
  }

  /**
   * Takes a piece.
   * @param {number | undefined} index
   * @param {Uint8Array} piece copied
   * @param {string | undefined} from
   * @throws {WapcError} WAPC_UNREACHABLE: it is not the one that comes next, or not of this payload
   */
  take(index, piece, from) {
    if (from !== this.#from) throw lost(this.#foreign);
    if (index !== this.#next) throw lost(`piece ${index} came where ${this.#next} was expected: one was lost`);
    const length = this.#bytes.length;
    if (piece.length === 0 || piece.length > length - this.#filled) {
      throw lost(`piece ${index} has ${piece.length} bytes, and ${length - this.#filled} of ${length} are missing`);
    }
    this.#bytes.set(piece, this.#filled);
    this.#filled += piece.length;
    this.#next++;
    if (this.#filled === length) this.#progress.stop();
    else this.#progress.moved(this.#filled);
  }

  /** Lets go of the bytes. Idempotent. */
  stop() {
    this.#progress.stop();
    this.#bytes = new Uint8Array(0);
  }
}

/** The error of a payload that is too long for pieces. */
export const tooLong = (length) =>
  new WapcError('WAPC_LIMIT', `${length} bytes are more than a payload may have over NATS, ${LONGEST_PAYLOAD}`);

function allocated(length) {
  try {
    return new Uint8Array(length);
  } catch (cause) {
    throw new WapcError('WAPC_LIMIT', `there is no memory for ${length} bytes`, { cause });
  }
}
