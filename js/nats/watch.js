/** Watches of guests in an object store: tell of each new version of one. */

import { throwUncaught } from '../base/microtask.js';
import { startTimer } from '../base/timer.js';

/** Milliseconds before a version is read again, or changes are asked for again, where that has failed. */
const AGAIN = 1_000;

/** Milliseconds between two checks of the version, for a bucket that was deleted and created again. */
const EACH = 30_000;

/**
 * The questions of a watch to its bucket.
 * @typedef {object} Asking
 * @property {(mayCreate: boolean) => Promise<any>} changes of all guests; makes the bucket if it is missing, and may be made
 * @property {() => Promise<{ version: string | undefined, stored: string }>} version of the guest that there is now, and the
 * name that it is stored by
 * @property {() => Promise<{ version: string, bytes: Uint8Array }>} guest as it is now. WAPC_LOAD where there is none
 */

/** Follows the versions of one guest. */
export class Watch {
  #connection;
  #changes;
  #statuses;
  #name;
  #version;
  /** The version that a change or a check named last; undefined after a change of a link, which has no version of its own. */
  #seen;
  /** The name that the guest is stored by; of a link, its target's, which may be in another bucket. */
  #stored;
  #asking;
  #onChange;
  #isStopped = false;
  /** True if the connection was lost, or the changes have ended, since they were asked for. */
  #isLost = false;
  #isLooking = false;
  #mustLook = false;
  #stopTimer = () => {};
  #stopAsking = () => {};

  /**
   * @param {import('@nats-io/nats-core').NatsConnection} connection
   * @param {string} name of the guest
   * @param {Asking} asking
   * @param {any} changes of the bucket, which have been asked for
   * @param {string | undefined} version that the caller knows; undefined if there is none
   * @param {(bytes: Uint8Array) => void} onChange
   */
  constructor(connection, name, asking, changes, version, onChange) {
    this.#connection = connection;
    this.#statuses = connection.status();
    this.#name = this.#stored = name;
    this.#version = this.#seen = version;
    this.#asking = asking;
    this.#onChange = onChange;
    this.#followChanges(changes);
    const closed = this.#follow(this.#statuses, ({ type }) => {
      if (type !== 'reconnect') return;
      this.#isLost = true;
      void this.#look();
    });
    void closed.then(() => this.#stopAsking());
    void this.#look();
    this.#askLater();
  }

  stop() {
    this.#isStopped = true;
    this.#stopTimer();
    this.#stopAsking();
    this.#changes.stop();
    this.#statuses.stop();
  }

  #followChanges(changes) {
    this.#changes = changes;
    const ended = this.#follow(changes, (change) => {
      if (change.name !== this.#name && change.name !== this.#stored) return;
      this.#seen = change.nuid;
      void this.#look();
    });
    void ended.then(() => {
      if (this.#changes !== changes) return;
      this.#isLost = true;
      this.#lookAgain();
    });
  }

  async #follow(events, onEvent) {
    try {
      for await (const event of events) onEvent(event);
    } catch {
      // The connection is closed, or the changes ended with an error: they are asked for again.
    }
  }

  /**
   * Asks for the changes again, after the connection was lost or they have ended: a server that has restarted may have
   * forgotten who asked, and the client of NATS does not ask again. A bucket that is missing is not made.
   */
  async #renew() {
    this.#isLost = false;
    try {
      const changes = await this.#asking.changes(false);
      this.#changes.stop();
      if (this.#isStopped) changes.stop();
      else this.#followChanges(changes);
    } catch (error) {
      this.#isLost = true;
      throw error;
    }
  }

  /**
   * Asks for the version now and then. A bucket that was deleted and created again counts its changes from 1: the client of
   * NATS waits for the number that follows the last one of the old bucket.
   */
  #askLater() {
    if (this.#isStopped || this.#connection.isClosed()) return;
    const ask = async () => {
      const before = this.#seen;
      const { version } = await this.#asking.version().catch(() => ({ version: before }));
      // A change that came meanwhile is newer than the answer.
      if (version !== before && this.#seen === before) {
        this.#seen = version;
        this.#isLost = true;
        void this.#look();
      }
      this.#askLater();
    };
    this.#stopAsking = startTimer(EACH, () => void ask(), true);
  }

  /** Looks for a new version; one at a time, and once more where something happens meanwhile. */
  async #look() {
    this.#mustLook = true;
    if (this.#isLooking) return;
    this.#isLooking = true;
    while (this.#mustLook && !this.#isStopped) {
      this.#mustLook = false;
      try {
        if (this.#isLost) await this.#renew();
        if (this.#isStopped) break;
        // After a renewal, too: the new changes do not tell of versions that were put before it.
        await this.#compare();
      } catch (error) {
        // WAPC_LOAD: there is none now, and the changes tell of the next.
        if (error.code !== 'WAPC_LOAD') this.#lookAgain();
      }
    }
    this.#isLooking = false;
  }

  /** Asks for the version, and reads a new one. */
  async #compare() {
    const { version, stored } = await this.#asking.version();
    if (stored !== this.#stored) {
      // Asked once more: changes of that name were not followed until now.
      this.#stored = stored;
      this.#mustLook = true;
      return;
    }
    // After a change of a link, which named no version. Not where another change came meanwhile: that is newer.
    if (!this.#mustLook) this.#seen ??= version;
    if (version === this.#version) return;
    const current = await this.#asking.guest();
    if (current.version !== this.#version && !this.#isStopped) this.#tell(current);
  }

  /** Looks again later, unless nobody wants to know, or nothing can be read any more. */
  #lookAgain() {
    this.#stopTimer();
    if (this.#isStopped || this.#connection.isClosed()) return;
    this.#stopTimer = startTimer(AGAIN, () => void this.#look(), true);
  }

  #tell({ version, bytes }) {
    this.#version = version;
    try {
      this.#onChange(bytes);
    } catch (error) {
      throwUncaught(error);
    }
  }
}
