/**
 * Answers that are published together. The client of NATS writes to its socket once for all that is published before a
 * microtask, and the answers of one pool are ready one microtask after the other: each would be a write of its own, which
 * takes longer than most invocations.
 */

import { atNextTurn } from '../base/next-turn.js';

export class Outbox {
  #connection;
  #pending = [];

  constructor(connection) {
    this.#connection = connection;
  }

  /** Publishes a message at the next turn of the event loop. */
  send(subject, bytes, options) {
    if (this.#pending.push({ subject, bytes, options }) === 1) atNextTurn(() => this.flush());
  }

  /** Publishes what is pending. */
  flush() {
    const pending = this.#pending;
    this.#pending = [];
    for (const { subject, bytes, options } of pending) {
      try {
        this.#connection.publish(subject, bytes, options);
      } catch {
        // The connection is closed, and with it the way to the caller.
      }
    }
  }
}
