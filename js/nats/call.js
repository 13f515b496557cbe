/** One request of a caller: sent, tried again where it may be, and settled once. */

import { WapcError, locate } from '../base/error.js';
import { startTimer } from '../base/timer.js';
import { onAbort } from '../invocation/signals.js';
import { markMayHaveRun, mayHaveRun, unpacked } from './failures.js';
import { Receiver, Sender } from './pieces.js';
import { headersOf } from './peers.js';
import { afterSilence } from './silence.js';
import {
  ACKNOWLEDGE,
  ALIVE,
  ALIVE_STILL,
  CONTINUE,
  MESSAGE,
  MISSED,
  PIECE,
  REQUEST,
  TRACEPARENT,
  LONGEST_REPLY,
  canReplyTo,
  cancelSubject,
  memberSubjects,
  pieceOf,
  readMessage,
  requestText,
  roomIn,
  subjectOf,
} from './wire.js';

/** Milliseconds before a request is tried again: the first time about this long, then twice as long, up to `LONGEST_WAIT`. */
const FIRST_WAIT = 20;
const LONGEST_WAIT = 1_000;

/** Milliseconds of the longest time that a request says is left for it: a longer one never ends. */
const LONGEST_TIME = 1e12;

/** The message of an error where a piece of the answer comes with another reply subject than the first. */
const FOREIGN = 'a piece of another answer came: two services answer the same request';

/** Half of it is random, so that callers that were refused at once do not come back at once. */
const waitBefore = (attempt) => Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** attempt) * (0.5 + Math.random() / 2);

/**
 * @typedef {object} Settings
 * @property {any} connection
 * @property {import('./link.js').Link} link
 * @property {string} prefix
 * @property {string} name of the service
 * @property {string} operation
 * @property {string} token of the operation
 * @property {Uint8Array} bytes the payload
 * @property {number} timeout in ms
 * @property {AbortSignal[]} signals any of which ends it; none of them has aborted
 * @property {number} retries
 * @property {boolean} isIdempotent
 * @property {string | undefined} traceparent
 */

/** The headers of the last request, of which most are alike: making them takes longer than sending them. */
let lastText;
let lastHeaders;

function requestHeaders(text, traceparent) {
  if (traceparent === undefined && text === lastText) return lastHeaders;
  const headers = headersOf(REQUEST, text);
  if (traceparent !== undefined) headers.set(TRACEPARENT, traceparent);
  else [lastText, lastHeaders] = [text, headers];
  return headers;
}

/** A copy that the caller owns. Of Node's buffers `slice` makes a view. */
const copyOf = (data) => new Uint8Array(data);

export class Call {
  /** The promise of `run`. */
  ended;
  #settings;
  /** The subject of the requests. */
  #subject;
  #resolve;
  #reject;
  #begun = performance.now();
  /** Attempts that are left beside the current one. */
  #left;
  #attempts = 0;
  /** The error of the last attempt. */
  #last;
  /** True if somebody may have run it: an attempt was sent, and nobody has said that it was refused. */
  #mayHaveRun = false;
  /** True while it waits for the connection, with no attempt on its way. */
  #isOffline = false;
  /** Of the current attempt. */
  #token;
  #reply;
  #sender;
  #receiver;
  /** The subject of the payload's pieces: the service's, then that of the member that took the first. */
  #to;
  /** The subject of acknowledgements of the answer's pieces. */
  #acknowledgeTo;
  /** Headers of the first piece of the answer. */
  #firstHeaders;
  #heardAt = 0;
  /** Functions that end what was begun: for all of the request, and for the current attempt. */
  #stopTimer;
  #stopListening = [];
  #stopAttempt;

  /** @param {Settings} settings */
  constructor(settings) {
    this.#settings = settings;
    this.#left = settings.retries;
    this.#subject = subjectOf(settings.prefix, settings.name, settings.token);
  }

  /**
   * Runs it. Resolves with the response: bytes that nobody else has.
   * @returns {Promise<Uint8Array>}
   */
  run() {
    const { link, timeout, signals } = this.#settings;
    this.ended = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
      try {
        link.begin(this);
      } catch (error) {
        return this.#fail(error);
      }
      if (timeout !== Infinity) this.#stopTimer = afterSilence(timeout, () => this.#overdue());
      this.#stopListening = signals.map((signal) => onAbort(signal, (reason) => this.#abort(reason)));
      this.#attempt();
    });
    return this.ended;
  }

  #attempt() {
    const { connection, link } = this.#settings;
    try {
      link.requireLive();
    } catch (error) {
      // The request was not sent. Where the inbox for answers is refused, `requireLive` has asked for it again.
      if (connection.isClosed()) this.#fail(error);
      else this.#refused(error);
      return;
    }
    try {
      this.#isOffline = !link.isConnected;
      if (this.#isOffline) this.#stopAttempt = link.onceConnected(() => this.#attempt());
      else this.#send();
    } catch (error) {
      this.#fail(error);
    }
  }

  #send() {
    const { connection, link, bytes, timeout, signals, traceparent } = this.#settings;
    const isWhole = bytes.length <= roomIn(connection);
    const alive = this.#mayRunAgain && this.#left > 0 ? ALIVE : undefined;
    const left =
      timeout > LONGEST_TIME ? undefined : Math.max(1, Math.ceil(timeout - (performance.now() - this.#begun)));
    const text = requestText(left, signals.length > 0, alive, isWhole ? undefined : bytes.length);
    const headers = requestHeaders(text, traceparent);
    const { token, reply } = link.open(this);
    this.#token = token;
    this.#reply = reply;
    const stopWatching = alive === undefined ? undefined : this.#watch();
    this.#stopAttempt = () => {
      stopWatching?.();
      link.close(token);
      this.#sender?.stop();
      this.#receiver?.stop();
      this.#token = this.#sender = this.#receiver = this.#to = this.#acknowledgeTo = undefined;
    };
    if (isWhole) link.publish(this.#subject, bytes, { reply, headers });
    else {
      // The first piece finds a member, which answers where the others go.
      this.#to = this.#subject;
      const send = (index, bytes) => {
        const own = index === 0 ? headers : headersOf(MESSAGE, `${PIECE} ${index}`);
        link.publish(this.#to, bytes, { reply, headers: own });
      };
      this.#sender = new Sender(bytes, pieceOf(connection), send, (error, isSent) => {
        if (error === undefined) return;
        if (isSent) this.#lost(error);
        else this.#refused(error);
      });
      this.#sender.send(1);
    }
  }

  get #mayRunAgain() {
    return this.#settings.isIdempotent;
  }

  /** Gives the member up that took the request where signs of life are missing. */
  #watch() {
    const most = ALIVE * MISSED;
    let stop;
    const wait = (silent) => {
      stop = afterSilence(most - silent, () => {
        const silent = performance.now() - this.#heardAt;
        if (silent < most) return wait(silent);
        const message = `the server that took the request has not been heard of for ${most} ms`;
        this.#lost(new WapcError('WAPC_UNREACHABLE', message));
      });
    };
    this.#heardAt = performance.now();
    wait(0);
    return () => stop();
  }

  /** A message to the reply subject of the current attempt. */
  receive(message) {
    this.#heardAt = performance.now();
    const { headers } = message;
    if (headers === undefined) return this.#answered(copyOf(message.data));
    try {
      this.#read(message, headers);
    } catch (error) {
      this.#lost(error);
    }
  }

  #read(message, headers) {
    const { data } = message;
    if (headers.code === 503 && data.length === 0) {
      const { name } = this.#settings;
      const isTaken = this.#sender !== undefined && this.#to !== this.#subject;
      const message = isTaken
        ? 'the member that took the first piece of the payload has gone'
        : `nobody serves \`${name}\`: there is no subscription to ${this.#subject}`;
      return this.#refused(new WapcError('WAPC_UNREACHABLE', message));
    }
    const text = headers.get(MESSAGE);
    if (text === '') return this.#finish(headers, copyOf(data));
    const { kind, number, length } = readMessage(text) ?? {};
    if (kind === PIECE) this.#take(message, number, length);
    else if (kind === ACKNOWLEDGE) this.#sender?.acknowledge(number);
    else if (kind === CONTINUE && this.#sender !== undefined && this.#to === this.#subject) {
      this.#to = this.#memberAt(message.reply);
      this.#sender.acknowledge(1);
    } else if (kind !== ALIVE_STILL && kind !== CONTINUE) {
      this.#lost(new WapcError('WAPC_UNREACHABLE', 'the service answered with a message of a kind that is not known'));
    }
  }

  /**
   * The subject where a member takes messages. Anybody can have answered, who must not have the caller publish where only
   * the caller may: an empty message to a subject of JetStream deletes a stream. Throws WAPC_UNREACHABLE.
   */
  #memberAt(subject) {
    const all = memberSubjects(this.#settings.prefix);
    if (canReplyTo(subject) && subject.startsWith(all)) return subject;
    const asked = subject === undefined ? 'has no reply subject' : `asks for messages to \`${subject}\``;
    const message = `the answer ${asked}: members take messages at ${all}> alone, of at most ${LONGEST_REPLY} characters`;
    throw new WapcError('WAPC_UNREACHABLE', message);
  }

  /** A piece of a long response, or of a long error. */
  #take(message, index, length) {
    const { data, reply } = message;
    if (index === 0 && this.#receiver === undefined) {
      this.#acknowledgeTo = this.#memberAt(reply);
      this.#receiver = new Receiver(length ?? 0, reply, FOREIGN, (error) => this.#lost(error));
      this.#firstHeaders = message.headers;
    }
    const receiver = this.#receiver;
    if (receiver === undefined) throw new WapcError('WAPC_UNREACHABLE', `piece ${index} came, and not the first`);
    receiver.take(index, data, reply);
    this.#settings.link.publish(this.#acknowledgeTo, undefined, {
      headers: headersOf(MESSAGE, `${ACKNOWLEDGE} ${receiver.count}`),
    });
    const { bytes } = receiver;
    if (bytes !== undefined) this.#finish(this.#firstHeaders, bytes);
  }

  /** All of an answer has come: a response, or an error. */
  #finish(headers, bytes) {
    const { name, operation } = this.#settings;
    const error = unpacked(headers, bytes, name, operation);
    if (error === undefined) return this.#answered(bytes);
    const { code } = /** @type {any} */ (error);
    if (code !== 'WAPC_POOL_FULL' && code !== 'WAPC_UNREACHABLE') this.#settle(this.#reject, error);
    else if (mayHaveRun(error)) this.#lost(error);
    // It was not run: the member had no room, or pieces of it were lost.
    else this.#refused(error);
  }

  /** Nobody has run the request: it may be tried again. */
  #refused(error) {
    this.#tryAgain(error, true);
  }

  /** Somebody may have run the request, and no answer comes. */
  #lost(error) {
    this.#mayHaveRun = true;
    this.#tryAgain(error, this.#mayRunAgain);
  }

  /** True if the current attempt has sent anything to a subject. */
  publishesTo(subject) {
    return [this.#subject, this.#to, this.#acknowledgeTo].includes(subject);
  }

  /** No answer can come: the connection was lost, or the NATS server refuses the request. */
  lose(error) {
    // Nobody can have run it before all of its payload was sent.
    if (this.#sender?.isSent === false) this.#refused(error);
    else this.#lost(error);
  }

  #tryAgain(error, isAllowed) {
    this.#stopAttempt?.();
    this.#stopAttempt = undefined;
    this.#last = error;
    if (!isAllowed || this.#left === 0) return this.#fail(error);
    this.#left--;
    this.#isOffline = false;
    this.#stopAttempt = startTimer(waitBefore(this.#attempts++), () => this.#attempt());
  }

  #answered(bytes) {
    this.#settle(this.#resolve, bytes);
  }

  #overdue() {
    // Between two attempts: fails with the error of the last one.
    const isRefused = this.#token === undefined && !this.#isOffline && !this.#mayHaveRun;
    if (isRefused) return this.#fail(this.#last);
    const { timeout } = this.#settings;
    const cause = this.#last;
    const options = cause === undefined ? {} : { cause };
    this.#fail(
      this.#isOffline
        ? new WapcError('WAPC_UNREACHABLE', `the connection to NATS was not there within ${timeout} ms`, options)
        : new WapcError('WAPC_TIMEOUT', `no answer came within ${timeout} ms`, options),
    );
  }

  #abort(reason) {
    const { link, prefix, name } = this.#settings;
    if (this.#token !== undefined) {
      try {
        link.publish(cancelSubject(prefix, name), this.#reply);
      } catch {
        // The connection is closed: nobody is there to be told.
      }
    }
    this.#settle(this.#reject, reason);
  }

  #fail(error) {
    const { name, operation } = this.#settings;
    if (this.#mayHaveRun) markMayHaveRun(error);
    this.#settle(this.#reject, locate(error, name, operation, undefined));
  }

  #settle(settle, value) {
    this.#stopAttempt?.();
    this.#stopTimer?.();
    for (const stop of this.#stopListening) stop();
    this.#settings.link.end(this);
    settle(value);
  }
}
