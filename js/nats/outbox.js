/**
 * Answers that are published together. The client of NATS writes to its socket once for all that is published before a
 * microtask, and the answers of one pool are ready one microtask after the other: each would be a write of its own, which
 * takes longer than most invocations.
 *
 * While the connection is lost, answers are kept until it is back: its client drops what is published meanwhile, and a caller,
 * whose own connection may be another one, would wait until its timeout. No requests come in that time, so that no more
 * answers are kept than requests were in flight.
 */

import { atNextTurn } from '../base/next-turn.js';
import { isConnected } from './link.js';
import { roomIn } from './wire.js';

export class Outbox {
  #connection;
  #statuses;
  #isConnected;
  #pending = [];
  /** Called when the connection is back. */
  #waiting = [];

  constructor(connection) {
    this.#connection = connection;
    this.#isConnected = isConnected(connection);
    // Known from now on, also while the connection is lost.
    roomIn(connection);
    this.#statuses = connection.status();
    void this.#watch();
  }

  async #watch() {
    for await (const { type } of this.#statuses) {
      if (type === 'disconnect') this.#isConnected = false;
      else if (type === 'reconnect') this.#goOn();
    }
    // The connection is closed, or this is: nothing is kept from now on, and what cannot be sent fails at once.
    this.#goOn();
  }

  #goOn() {
    this.#isConnected = true;
    this.flush();
    for (const begin of this.#waiting.splice(0)) begin();
  }

  /** Publishes a message at the next turn of the event loop; while the connection is lost, only answers, once it is back. */
  send(subject, bytes, options, isAnswer) {
    if (!this.#isConnected && !isAnswer) return;
    if (this.#pending.push({ subject, bytes, options, isAnswer }) === 1) atNextTurn(() => this.flush());
  }

  /** Calls `begin` now, or when the connection is back. */
  onceConnected(begin) {
    if (this.#isConnected) begin();
    else this.#waiting.push(begin);
  }

  /** Publishes what is pending. */
  flush() {
    const pending = this.#pending;
    if (!this.#isConnected) {
      this.#pending = pending.filter(({ isAnswer }) => isAnswer);
      return;
    }
    this.#pending = [];
    for (const { subject, bytes, options } of pending) {
      try {
        this.#connection.publish(subject, bytes, options);
      } catch {
        // The connection is closed, and with it the way to the caller; or the server that it found again takes less.
      }
    }
  }

  /**
   * Resolves once what is kept for a lost connection is published: at once if nothing is, or when the connection is back or
   * closed.
   */
  async sent() {
    if (this.#isConnected || !this.#pending.some(({ isAnswer }) => isAnswer)) return;
    await new Promise((resolve) => this.#waiting.push(() => resolve(undefined)));
  }

  /** Publishes what is pending, if it can, and keeps nothing from then on. */
  close() {
    this.flush();
    this.#statuses.stop();
  }
}
