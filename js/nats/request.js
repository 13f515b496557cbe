/** A request that a service has taken: its fields, its payload, its answer. */

import { WapcError, messageOf } from '../base/error.js';
import { startTimer } from '../base/timer.js';
import { headersOf } from './peers.js';
import { Receiver, Sender } from './pieces.js';
import {
  ACKNOWLEDGE,
  ALIVE_STILL,
  CONTINUE,
  MESSAGE,
  PIECE,
  REQUEST,
  canReplyTo,
  fittingIn,
  pieceOf,
  readRequest,
  roomIn,
} from './wire.js';

/** Bounds of the milliseconds between the signs of life that a caller may ask for. */
const [SHORTEST_ALIVE, LONGEST_ALIVE] = [100, 60_000];

/** The message of an error where a piece of the payload comes with another reply subject than the request. */
const FOREIGN =
  'a piece came with another reply subject than the request, or with none: each has to carry that of the request';

const NOTHING = new Uint8Array(0);

const WITHOUT_HEADER = { timeout: Infinity, pieces: false, cancel: false, alive: undefined, length: undefined };

export class Request {
  #connection;
  #outbox;
  #message;
  #fields = WITHOUT_HEADER;
  #begun = performance.now();
  #controller;
  #stopAlive;
  #stopTimer;
  #receiver;
  /** Settle the promise of the payload. */
  #resolve;
  #reject;
  #sender;
  #headers;
  #open;
  #subject;

  /** Ends what `open` has begun. */
  leave = () => {};
  /** Bytes of its payload that its service counts; it is one message otherwise. */
  held = 0;

  /**
   * @param {any} connection
   * @param {import('./outbox.js').Outbox} outbox
   * @param {any} message
   * @param {(request: Request) => string} open the subject of messages to it, which come to `receive` from then on
   */
  constructor(connection, outbox, message, open) {
    this.#open = open;
    this.#connection = connection;
    this.#outbox = outbox;
    this.#message = message;
  }

  /** Reads its header. Throws WAPC_ARGUMENT. */
  read() {
    const text = requestHeaderOf(this.#message);
    if (this.#message.headers?.get(MESSAGE)) {
      throw new WapcError('WAPC_ARGUMENT', `${MESSAGE}: this is no request but an answer, or a message to one`);
    }
    if (text === '') return;
    const fields = readRequest(text);
    if (fields === undefined) {
      throw new WapcError(
        'WAPC_ARGUMENT',
        `${REQUEST}: expected fields such as timeout=1000, with whole numbers, got ${JSON.stringify(text.slice(0, 80))}`,
      );
    }
    this.#fields = fields;
    if (fields.cancel) this.#controller = new AbortController();
    if (fields.alive !== undefined) this.#showAlive(Math.min(Math.max(fields.alive, SHORTEST_ALIVE), LONGEST_ALIVE));
  }

  #showAlive(interval) {
    const timer = setInterval(() => this.#publish(undefined, headersOf(MESSAGE, ALIVE_STILL)), interval);
    this.#stopAlive = () => clearInterval(timer);
  }

  /** The subject of messages to it. */
  get #to() {
    return (this.#subject ??= this.#open(this));
  }

  /** The reply subject; empty where it has none that can be answered. */
  get reply() {
    const { reply } = this.#message;
    return canReplyTo(reply) ? reply : '';
  }

  /** True if the caller may cancel it. */
  get canBeCancelled() {
    return this.#fields.cancel;
  }

  /** Bytes of its payload that its first message announces; undefined where that has all of it. */
  get length() {
    return this.#fields.length;
  }

  get signal() {
    return this.#controller?.signal;
  }

  /** The headers, which anybody can have written: of each name the first. */
  get headers() {
    if (this.#headers === undefined) {
      this.#headers = new Map();
      for (const [name, [value]] of this.#message.headers ?? []) this.#headers.set(name, value);
    }
    return this.#headers;
  }

  /** Milliseconds since it came. */
  get age() {
    return performance.now() - this.#begun;
  }

  /** Milliseconds that are left for it; undefined where it has no deadline. Throws WAPC_TIMEOUT where none are. */
  get timeLeft() {
    const { timeout } = this.#fields;
    if (timeout === Infinity) return undefined;
    const left = timeout - this.age;
    if (left > 0) return left;
    throw this.#overdue();
  }

  #overdue() {
    const { timeout } = this.#fields;
    return new WapcError('WAPC_TIMEOUT', `the request had ${timeout} ms, which were over before it was run`);
  }

  /** Throws where nobody waits for it any more. */
  requireAwaited() {
    this.signal?.throwIfAborted();
    void this.timeLeft;
  }

  /**
   * Waits for a promise as long as the caller waits for the request: settles like it, or rejects with the error that ends
   * the request.
   * @template T
   * @param {Promise<T>} work
   * @returns {Promise<T>}
   */
  whileAwaited(work) {
    return new Promise((resolve, reject) => {
      work.then(resolve, reject);
      this.signal?.addEventListener('abort', () => reject(this.signal.reason), { once: true });
      this.#stopTimer = startTimer(this.timeLeft ?? Infinity, () => reject(this.#overdue()));
    }).finally(() => this.#stopTimer?.());
  }

  cancel() {
    this.#controller?.abort(new WapcError('WAPC_CLOSED', 'the caller has cancelled the request'));
  }

  /**
   * Its payload, which comes in pieces: the caller is told where to send the others.
   * @returns {Promise<Uint8Array>}
   */
  payload() {
    const { data } = this.#message;
    const { length } = this.#fields;
    return new Promise((resolve, reject) => {
      // A request that nobody waits for must not keep its memory until its pieces stall.
      this.signal?.addEventListener('abort', () => reject(this.signal.reason), { once: true });
      const { timeLeft = Infinity } = this;
      this.#stopTimer = startTimer(timeLeft, () => reject(this.#overdue()));
      this.#receiver = new Receiver(length, this.reply, FOREIGN, reject);
      this.#resolve = resolve;
      this.#reject = reject;
      this.#take(0, data, (count) => this.#publish(undefined, headersOf(MESSAGE, `${CONTINUE} ${count}`), this.#to));
    }).finally(() => {
      this.#stopTimer?.();
      this.#receiver?.stop();
    });
  }

  /** A piece of the payload, or an acknowledgement of pieces of the response. */
  receive({ kind, number }, message) {
    if (kind === ACKNOWLEDGE) this.#sender?.acknowledge(number);
    else if (kind === PIECE && this.#receiver !== undefined) {
      this.#take(
        number,
        message.data,
        (count) => this.#publish(undefined, headersOf(MESSAGE, `${ACKNOWLEDGE} ${count}`)),
        message.reply,
      );
    }
  }

  #take(index, data, acknowledge, from = this.reply) {
    try {
      this.#receiver.take(index, data, from);
    } catch (error) {
      this.#reject(error);
      return;
    }
    acknowledge(this.#receiver.count);
    const { bytes } = this.#receiver;
    if (bytes !== undefined) this.#resolve(bytes);
  }

  /** True if an answer of `length` bytes is longer than a message. */
  isLong(length) {
    return length > roomIn(this.#connection);
  }

  /**
   * Answers with a response. Of one that is sent in pieces a promise, which resolves when the caller has all of it.
   * @param {Uint8Array} bytes
   * @returns {Promise<void> | undefined}
   */
  respond(bytes) {
    return this.#answer(bytes, []);
  }

  /**
   * Answers with an error, as `respond` does. Of one that is longer than a message the headers alone, with its first
   * characters, where the caller takes no pieces, or they are more bytes than there is `room` for.
   * @param {ReturnType<typeof import('./failures.js').packed>} error
   * @param {number} room
   * @returns {Promise<void> | undefined}
   */
  fail({ fields, body }, room) {
    const isWhole = !this.isLong(body.length) || (this.#fields.pieces && body.length <= room);
    return this.#answer(isWhole ? body : NOTHING, fittingIn(this.#connection, fields));
  }

  #answer(bytes, fields) {
    this.#stopAlive?.();
    if (!this.isLong(bytes.length)) return void this.#publish(bytes, withFields(undefined, fields), undefined, true);
    if (!this.#fields.pieces) {
      const message = `the response has ${bytes.length} bytes, and a message of this NATS server at most ${roomIn(this.#connection)}: the caller would have to take pieces (${REQUEST}: pieces)`;
      throw new WapcError('WAPC_LIMIT', message);
    }
    return new Promise((resolve, reject) => {
      const send = (index, part) => {
        const text = index === 0 ? `${PIECE} 0 ${bytes.length}` : `${PIECE} ${index}`;
        const own = withFields(headersOf(MESSAGE, text), index === 0 ? fields : []);
        this.#connection.publish(this.reply, part, { headers: own, reply: this.#to });
      };
      this.#sender = new Sender(bytes, pieceOf(this.#connection), send, (error) =>
        error === undefined ? resolve(undefined) : reject(error),
      );
      this.signal?.addEventListener('abort', () => reject(this.signal.reason), { once: true });
      // Then its caller no longer waits.
      const { timeout } = this.#fields;
      this.#stopTimer = startTimer(timeout - this.age, () =>
        reject(new WapcError('WAPC_TIMEOUT', `the response was not taken within the ${timeout} ms of the request`)),
      );
      this.#outbox.onceConnected(() => this.#sender.send());
    }).finally(() => {
      this.#stopTimer();
      this.#sender.stop();
    });
  }

  #publish(bytes, headers, reply, isAnswer = false) {
    const options = headers === undefined ? undefined : { headers, reply };
    this.#outbox.send(this.reply, bytes, options, isAnswer);
  }

  /** Ends the request: nothing more comes or goes for it. */
  close() {
    this.leave();
    this.#stopAlive?.();
    this.#receiver?.stop();
  }
}

/** The text of a message's `REQUEST` header; empty where it has none. Throws WAPC_ARGUMENT. */
function requestHeaderOf(message) {
  try {
    return message.headers?.get(REQUEST) ?? '';
  } catch (cause) {
    throw new WapcError('WAPC_ARGUMENT', `the headers of the request cannot be read: ${messageOf(cause)}`, { cause });
  }
}

function withFields(headers, fields) {
  for (const [name, value] of fields) {
    if (headers === undefined) headers = headersOf(name, value);
    else headers.set(name, value);
  }
  return headers;
}
