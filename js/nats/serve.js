/** `serve`: a guest as one member of a NATS service. */

import { WapcError, argumentError, describe, messageOf } from '../base/error.js';
import { withCallSite } from '../base/call-site.js';
import { isUint8Array, thenOf, viewOf } from '../base/payload.js';
import { checkConnection } from './checks.js';
import { Counts, Discovery } from './discovery.js';
import { closeOnDrain, closeServices, replaceDrain } from './draining.js';
import { operationOf } from './names.js';
import { inOneLine, lineOf, packed } from './failures.js';
import { Link } from './link.js';
import { Outbox } from './outbox.js';
import { loadCore } from './peers.js';
import { tooLong } from './pieces.js';
import { Request } from './request.js';
import { checkGuest, readOptions } from './settings.js';
import { settledBy } from './settled-by.js';
import {
  LONGEST_PAYLOAD,
  LONGEST_REPLY,
  MESSAGE,
  STALL,
  cancelSubject,
  memberSubject,
  readMessage,
  subjectOf,
} from './wire.js';

/** Bytes of all payloads that came in pieces, and of all answers that leave in pieces. */
const MOST_IN_PIECES = 1 << 29;

/** Serves a guest. */
export function serve(connection, guest, options) {
  return withCallSite(serve, async () => {
    checkConnection(connection);
    checkGuest(guest);
    const settings = readOptions(options);
    const { nuid } = await loadCore();
    const service = new Service(connection, guest, settings, nuid.next());
    await service.start();
    return new Served(service);
  });
}

/** A guest that is served. */
class Served {
  #service;

  constructor(service) {
    this.#service = service;
  }

  get id() {
    return this.#service.id;
  }

  close() {
    return this.#service.close();
  }

  async [Symbol.asyncDispose]() {
    await this.close();
  }
}

class Service {
  #connection;
  #outbox;
  #guest;
  #settings;
  #counts = new Counts();
  #discovery;
  /** The subscriptions: to requests, and to messages of callers whose requests were taken. */
  #subscriptions = [];
  /** Ends the subscription to requests, once those that the server had sent were taken. */
  #drain;
  /** Requests that were taken and have not ended. */
  #inFlight = 0;
  /** Bytes of payloads in pieces, of requests that have not ended: they may wait for an instance. */
  #arriving = 0;
  /** Bytes of answers that are leaving in pieces: responses and errors. */
  #leaving = 0;
  /** Requests by the token of the subject that their callers send to, and those that can be cancelled by their reply subject. */
  #byToken = new Map();
  #byReply = new Map();
  #lastToken = 0;
  #closing;
  /** True unless `close` has waited in vain for the NATS server. */
  #hasAnswered = true;
  /** Unregisters it from `drain` of the connection. */
  #unregister;
  #becomeIdle = () => {};
  /** Operations by their subject, since few are used again and again. */
  #operations = new Map();
  /** Why a subscription is refused. */
  #refusal;

  constructor(connection, guest, settings, id) {
    this.#connection = connection;
    this.#outbox = new Outbox(connection);
    this.#unregister = closeOnDrain(connection, () => this.close().then(() => this.#hasAnswered));
    this.#guest = guest;
    this.#settings = settings;
    this.id = id;
    const { name, version, description, queue, prefix } = settings;
    const service = { name, id, version, description, queue, subject: subjectOf(prefix, name, '>') };
    this.#discovery = new Discovery(connection, service, this.#counts, () => this.#data());
  }

  /** Resolves when requests reach it. */
  async start() {
    const { prefix, name, queue } = this.#settings;
    const subscribe = (subject, receive, options) => {
      const callback = (error, message) => {
        if (error) {
          this.#refusal = error;
          return;
        }
        try {
          receive(message);
        } catch {
          // Headers that the client of NATS cannot read. It would read nothing more from the connection if this threw.
        }
      };
      const subscription = this.#connection.subscribe(subject, { ...options, callback });
      this.#subscriptions.push(subscription);
      return replaceDrain(subscription, () => closeServices(this.#connection, Link.isOn(this.#connection)));
    };
    try {
      subscribe(memberSubject(prefix, this.id, '*'), (message) => this.#deliver(message));
      subscribe(cancelSubject(prefix, name), (message) => this.#byReply.get(message.string())?.cancel());
      this.#discovery.start();
      Link.prepareService(this.#connection);
      this.#drain = subscribe(subjectOf(prefix, name, '>'), (message) => this.#take(message), { queue });
      // Errors of subscriptions come before the answer to this.
      await this.#connection.flush();
      if (this.#refusal !== undefined) throw this.#refusal;
    } catch (cause) {
      this.#stop();
      const message = `${name} cannot be served: ${messageOf(cause)}`;
      throw new WapcError('WAPC_UNREACHABLE', message, { cause });
    }
  }

  /** A message to a request that was taken. */
  #deliver(message) {
    const request = this.#byToken.get(message.subject.slice(message.subject.lastIndexOf('.') + 1));
    const read = readMessage(message.headers?.get(MESSAGE) ?? '');
    if (read !== undefined) request?.receive(read, message);
  }

  /** Takes a request: answers it later, and counts it. Never throws. Not an async function, of whose promises each is garbage. */
  #take(message) {
    const request = new Request(this.#connection, this.#outbox, message, this.#open);
    this.#inFlight++;
    const respond = (response) => this.#respond(request, response);
    const fail = (error) => this.#fail(request, error);
    try {
      this.#run(request, message).then(respond, fail);
    } catch (error) {
      fail(error);
    }
  }

  /** The subject of messages to a request, which come to `#deliver` from now on. */
  #open = (request) => {
    const token = (++this.#lastToken).toString(36);
    this.#byToken.set(token, request);
    request.leave = () => this.#byToken.delete(token);
    return memberSubject(this.#settings.prefix, this.id, token);
  };

  /** Runs a request: a promise of the response. Also throws. */
  #run(request, message) {
    const { maxInFlight, authorize } = this.#settings;
    // Nobody would see what comes of it.
    if (request.reply === '') {
      throw new WapcError(
        'WAPC_ARGUMENT',
        `a request without a reply subject, or with one of over ${LONGEST_REPLY} characters, was not run`,
      );
    }
    if (this.#inFlight > maxInFlight) {
      throw new WapcError('WAPC_POOL_FULL', `${maxInFlight} requests are under way or queued here (maxInFlight)`);
    }
    request.read();
    const operation = this.#operationOf(message.subject);
    if (request.canBeCancelled) this.#byReply.set(request.reply, request);
    if (authorize !== undefined || request.length !== undefined) return this.#runLater(request, operation, message);
    return this.#invoke(request, operation, message.data);
  }

  /** Runs a request that has to be allowed first, or whose payload comes in pieces. */
  async #runLater(request, operation, message) {
    const { authorize } = this.#settings;
    if (authorize !== undefined) {
      await request.whileAwaited(Promise.resolve(authorize({ operation, headers: request.headers })));
      request.requireAwaited();
    }
    if (request.length === undefined) return this.#invoke(request, operation, message.data);
    const payload = await this.#receivePayload(request);
    request.requireAwaited();
    return this.#invoke(request, operation, payload);
  }

  #invoke(request, operation, payload) {
    const { context } = this.#settings;
    const invoke = (made) => {
      const { timeLeft: timeout, signal } = request;
      return this.#guest.invoke(operation, payload, { timeout, signal, context: made });
    };
    const made = context === undefined ? undefined : context(request.headers);
    // A promise is awaited here: the guest may ignore it, and an unhandled rejection would end the process.
    return thenOf(made) === undefined ? invoke(made) : request.whileAwaited(Promise.resolve(made)).then(invoke);
  }

  #respond(request, response) {
    try {
      // NATS publishes arrays of this realm only.
      const bytes = isUint8Array(response) ? viewOf(response) : undefined;
      if (bytes === undefined) {
        const message = `the guest has answered with ${describe(response)}, where a Uint8Array was expected`;
        throw new WapcError('WAPC_GUEST', message);
      }
      const { length } = bytes;
      if (request.isLong(length) && length > this.#room) {
        const message = `${this.#leaving} bytes of answers are leaving here in pieces, and ${length} more would be over ${MOST_IN_PIECES}`;
        throw new WapcError('WAPC_LIMIT', message);
      }
      this.#leave(request, length, request.respond(bytes));
    } catch (error) {
      this.#fail(request, error);
    }
  }

  #fail(request, error) {
    try {
      const answer = packed(error);
      this.#leave(request, answer.body.length, request.fail(answer, this.#room), inOneLine(answer));
    } catch (again) {
      // An answer to an error can fail as well: its caller has gone.
      this.#end(request, lineOf(again));
    }
  }

  /** Bytes that may leave in pieces beside those that do. */
  get #room() {
    return MOST_IN_PIECES - this.#leaving;
  }

  /**
   * Ends a request when its answer has left.
   * @param {Request} request
   * @param {number} length of the answer in bytes, which count while it leaves in pieces
   * @param {Promise<void> | undefined} sent settles when the caller has all pieces; undefined for an answer in one message
   * @param {string} [failure] the error that it answers with, in one line
   */
  #leave(request, length, sent, failure) {
    if (sent === undefined) return this.#end(request, failure);
    this.#leaving += length;
    const end = (failure) => {
      this.#leaving -= length;
      this.#end(request, failure);
    };
    // The guest has run: an error as an answer could have the caller try again.
    sent.then(
      () => end(failure),
      (error) => end(lineOf(error)),
    );
  }

  #end(request, failure) {
    request.close();
    if (request.canBeCancelled && this.#byReply.get(request.reply) === request) this.#byReply.delete(request.reply);
    this.#arriving -= request.held;
    this.#counts.add(request.age, failure);
    if (--this.#inFlight === 0) this.#becomeIdle();
  }

  /** Receives a payload that comes in pieces. Its memory counts until the request has ended. */
  #receivePayload(request) {
    const { length } = request;
    if (length > LONGEST_PAYLOAD) throw tooLong(length);
    if (this.#arriving + length > MOST_IN_PIECES) {
      const message = `${this.#arriving} bytes came here in pieces or are arriving, and ${length} more would be over ${MOST_IN_PIECES}`;
      throw new WapcError('WAPC_POOL_FULL', message);
    }
    request.held = length;
    this.#arriving += length;
    return request.payload();
  }

  #operationOf(subject) {
    let operation = this.#operations.get(subject);
    if (operation === undefined) {
      const { prefix, name } = this.#settings;
      operation = operationOf(subject.slice(subjectOf(prefix, name, '').length));
      if (this.#operations.size >= 256) this.#operations.clear();
      this.#operations.set(subject, operation);
    }
    return operation;
  }

  /** `data` of STATS: the guest that runs now, its instances, and the result of the option `data`. */
  #data() {
    const { data } = this.#settings;
    const { name, stats } = this.#guest;
    const languages = this.#languages();
    const more = data?.();
    if (thenOf(more) !== undefined) {
      // The promise's rejection, which nobody handles, would end the process.
      Promise.resolve(more).catch(() => {});
      throw argumentError('data', 'a function that returns an object at once', more);
    }
    return { guest: { name, languages }, pool: stats, inFlight: this.#inFlight, ...more };
  }

  #languages() {
    const producers = this.#guest.info?.producers ?? [];
    const languages = producers.filter(({ field }) => field === 'language');
    return languages.map(({ name, version }) => (version === '' ? name : `${name} ${version}`));
  }

  /** Idempotent: every call returns the same promise. */
  close() {
    return (this.#closing ??= this.#close());
  }

  async #close() {
    // One deadline for all waits for the NATS server. It is set anew when the last request that was taken has its answer.
    let deadline = performance.now() + STALL;
    let goOn = () => {};
    this.#becomeIdle = () => {
      deadline = performance.now() + STALL;
      goOn();
    };
    // Settles when the server sends no more requests, and those that it had sent were taken.
    await settledBy(deadline, this.#drain());
    if (this.#inFlight > 0) await new Promise((resolve) => (goOn = () => resolve(undefined)));
    await settledBy(deadline, this.#outbox.sent());
    this.#stop();
    // Answers are on their way until the server has said that it has them.
    if (!this.#connection.isClosed()) await settledBy(deadline, this.#connection.flush());
    this.#hasAnswered = performance.now() < deadline;
  }

  #stop() {
    this.#unregister();
    this.#discovery.stop();
    for (const subscription of this.#subscriptions.splice(0)) subscription.unsubscribe();
    this.#outbox.close();
  }
}
