/** The link of a connection, which all of its callers share: one inbox for answers, and whether the connection is there. */

import { WapcError, messageOf } from '../base/error.js';
import { closeServices, hasServices, replaceDrain } from './draining.js';
import { core } from './peers.js';

/**
 * A caller that waits for messages.
 * @typedef {object} Waiting
 * @property {(subject: string) => boolean} publishesTo says whether it has sent its request or pieces to a subject
 * @property {(message: any) => void} receive
 * @property {(error: unknown) => void} lose is called where no answer can come any more
 */

/** True if a connection is there now, of which there is no public word but `info`, which outlasts the connection. */
export const isConnected = (connection) => connection.protocol?.connected ?? connection.info !== undefined;

/** @type {WeakMap<object, Link>} */
const links = new WeakMap();

/**
 * Connections that `remote` was given.
 * @type {WeakSet<object>}
 */
const callers = new WeakSet();

/** The inbox of a connection. It stays as long as the connection, as the inbox of `request` does. */
export class Link {
  #connection;
  #inbox;
  /** @type {Map<string, Waiting>} those that wait for an answer, by the last token of their reply subject */
  #waiting = new Map();
  #last = 0;
  /** @type {Set<{ ended: Promise<unknown> }>} calls that have not settled, also those that wait to be sent again */
  #calls = new Set();
  /** True once `drain` of the connection has closed the services: what is invoked from then on is refused. */
  #isEnding = false;
  /** Called when the connection is back, or gone for good. */
  #pending = new Set();
  #isConnected;
  /** Makes the error of why no answer can arrive any more, which each that waits has for itself; undefined while it can. */
  #broken;
  /** The subscription to the inbox; undefined while it is refused. */
  #subscription;
  /** True while the NATS server has not said whether it refuses the subscription again. */
  #isResubscribing = false;

  /** The link of a connection. `@nats-io/nats-core` is loaded. */
  static of(connection) {
    let link = links.get(connection);
    if (link === undefined) links.set(connection, (link = new Link(connection)));
    return link;
  }

  /** True if guests on a connection may call others over it. */
  static isOn = (connection) => links.has(connection);

  /** `remote` was given the connection. Makes the link where anything is served on it: see `prepareService`. */
  static prepareCaller(connection) {
    callers.add(connection);
    if (hasServices(connection)) Link.of(connection);
  }

  /**
   * `serve` was given the connection. Makes the link where guests may call others over it: while a connection is drained,
   * nothing can be subscribed.
   */
  static prepareService(connection) {
    if (callers.has(connection)) Link.of(connection);
  }

  constructor(connection) {
    this.#connection = connection;
    // Told by events from now on.
    this.#isConnected = isConnected(connection);
    this.#inbox = core.createInbox(connection.options?.inboxPrefix);
    this.#subscribe();
    void this.#watch();
  }

  #subscribe() {
    const { length } = `${this.#inbox}.`;
    const callback = (error, message) => {
      if (error) {
        this.#subscription = undefined;
        this.#broken = () => unreachable(`the inbox for answers is refused: ${error.message}`, error);
        this.#loseAll(this.#broken);
      } else this.#deliver(message.subject.slice(length), message);
    };
    try {
      this.#subscription = this.#connection.subscribe(`${this.#inbox}.*`, { callback });
      const drain = replaceDrain(this.#subscription, () => this.#settled().then(drain));
    } catch (cause) {
      this.#broken = () =>
        this.#connection.isClosed()
          ? gone(cause)
          : unreachable(`answers cannot be received: ${messageOf(cause)}`, cause);
    }
  }

  /** Resolves once the services on the connection are closed, and the calls that there are then have settled. */
  async #settled() {
    await closeServices(this.#connection, true);
    this.#isEnding = true;
    await Promise.allSettled([...this.#calls].map(({ ended }) => ended));
  }

  /**
   * Begins a call, for which `drain` of the connection waits until `end`.
   * @throws {WapcError} WAPC_UNREACHABLE: the connection is being drained, and its services are closed
   */
  begin(call) {
    if (this.#isEnding) throw unreachable('the connection to NATS is being drained');
    this.#calls.add(call);
  }

  /** Ends a call. Idempotent. */
  end(call) {
    this.#calls.delete(call);
  }

  /** Never throws: the client of NATS would read nothing more from the connection. */
  #deliver(token, message) {
    const waiting = this.#waiting.get(token);
    try {
      waiting?.receive(message);
    } catch (cause) {
      // Its headers, which the client of NATS reads only now.
      waiting.lose(unreachable(`the answer cannot be read: ${messageOf(cause)}`, cause));
    }
  }

  /** Follows the connection until it is closed. */
  async #watch() {
    for await (const { type, error } of this.#connection.status()) {
      if (type === 'disconnect') {
        this.#isConnected = false;
        this.#loseAll(() => unreachable('the connection was lost while the answer was awaited'));
      } else if (type === 'reconnect') {
        this.#isConnected = true;
        this.#wakeAll();
      } else if (type === 'error' && error?.operation === 'publish') this.#refuse(error);
    }
    this.#broken ??= () => gone();
    this.#loseAll(this.#broken);
    this.#wakeAll();
  }

  /** The server does not let this connection publish to a subject. */
  #refuse(error) {
    for (const [token, waiting] of this.#waiting) {
      if (!waiting.publishesTo(error.subject)) continue;
      this.#waiting.delete(token);
      waiting.lose(unreachable(`the NATS server refuses it: ${error.message}`, error));
    }
  }

  #loseAll(makeError) {
    const all = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const waiting of all) waiting.lose(makeError());
  }

  #wakeAll() {
    const all = [...this.#pending];
    this.#pending.clear();
    for (const wake of all) wake();
  }

  /** True if what is published now reaches the server. */
  get isConnected() {
    return this.#isConnected;
  }

  /** Calls `wake` once when the connection is back, or closed. Returns a function that cancels that. */
  onceConnected(wake) {
    this.#pending.add(wake);
    return () => this.#pending.delete(wake);
  }

  /** Throws WAPC_UNREACHABLE where no answer can come. Asks for a refused inbox again. */
  requireLive() {
    if (this.#connection.isClosed()) throw this.#broken?.() ?? gone();
    if (this.#broken === undefined) return;
    void this.#resubscribe();
    throw this.#broken();
  }

  /**
   * Asks for a subscription again that was refused: the NATS server may have been given other permissions. The request that finds
   * it refused is not sent meanwhile, since it would be run, and its answer be lost.
   */
  async #resubscribe() {
    if (this.#isResubscribing || !this.#isConnected) return;
    this.#isResubscribing = true;
    this.#subscribe();
    try {
      // Errors of subscriptions come before the answer to this.
      await this.#connection.flush();
      if (this.#subscription !== undefined) this.#broken = undefined;
    } catch {
      // The connection was lost: the next request asks. A second subscription would have each message come twice.
      this.#subscription?.unsubscribe();
      this.#subscription = undefined;
    }
    this.#isResubscribing = false;
  }

  /** Begins to wait for messages. Returns the reply subject and the token, for `close`. */
  open(waiting) {
    const token = (++this.#last).toString(36);
    this.#waiting.set(token, waiting);
    return { token, reply: `${this.#inbox}.${token}` };
  }

  /** Stops to wait. */
  close(token) {
    this.#waiting.delete(token);
  }

  /**
   * Publishes a message.
   * @throws {WapcError} WAPC_UNREACHABLE: the connection is closed or is being drained, or the NATS server takes no message of
   * that length
   */
  publish(subject, body, options) {
    try {
      this.#connection.publish(subject, body, options);
    } catch (cause) {
      throw this.#connection.isClosed()
        ? gone(cause)
        : unreachable(`the message cannot be sent: ${messageOf(cause)}`, cause);
    }
  }
}

const gone = (cause) =>
  unreachable(`the connection to NATS is closed${cause === undefined ? '' : `: ${cause.message}`}`, cause);

function unreachable(message, cause) {
  return new WapcError('WAPC_UNREACHABLE', message, cause === undefined ? {} : { cause });
}
