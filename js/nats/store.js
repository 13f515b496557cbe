/** `guestStore`: guests in a NATS object store, which JetStream keeps. */

import { WapcError, argumentError, messageOf } from '../base/error.js';
import { viewOf } from '../base/payload.js';
import { startTimer } from '../base/timer.js';
import { checkConnection } from './checks.js';
import { readName } from './names.js';
import { loadStores } from './peers.js';
import { readCurrent } from './reading.js';

/** Characters of the longest name of a guest. */
const LONGEST_NAME = 256;

function checkName(name) {
  // The client of NATS encodes names in a way that has no other characters.
  if (typeof name !== 'string' || !/^[\0-\xff]+$/.test(name) || name.length > LONGEST_NAME) {
    throw argumentError('name', `the name of a guest, 1 to ${LONGEST_NAME} characters of Latin-1`, name);
  }
}

/** Milliseconds before a version is read again, or changes are asked for again, where that has failed. */
const AGAIN = 1_000;

/** Milliseconds between two checks of the version, for a bucket that was deleted and created again. */
const EACH = 30_000;

/** Guests by their names. */
class GuestStore {
  #connection;
  #bucket;
  /** @type {Promise<any> | undefined} the store, once it was asked for */
  #opened;
  /** The version of each guest that was read last. */
  #read = new Map();

  constructor(connection, bucket) {
    checkConnection(connection);
    this.#connection = connection;
    this.#bucket = readName('bucket', bucket);
  }

  async put(name, guest) {
    checkName(name);
    const bytes = viewOf(guest);
    if (bytes === undefined || bytes.length === 0) throw argumentError('guest', 'the bytes of a guest', guest);
    // Now, since the caller may write to them while the bucket is opened.
    const copy = bytes.slice();
    await this.#use(true, (store) => store.putBlob({ name }, copy));
  }

  async get(name) {
    checkName(name);
    const { version, bytes } = await this.#current(name);
    this.#read.set(name, version);
    return bytes;
  }

  async watch(name, onChange) {
    checkName(name);
    if (typeof onChange !== 'function') throw argumentError('onChange', 'a function', onChange);
    const begin = (mayCreate) => this.#use(mayCreate, (store) => store.watch({ ignoreDeletes: true }));
    const ask = async () => (await this.#use(false, (store) => store.info(name)))?.nuid;
    const changes = await begin(true);
    try {
      // Asked after it has begun, so that no version is missed in between.
      const version = this.#read.get(name) ?? (await ask());
      return new Watch(this.#connection, begin, changes, name, version, ask, () => this.#current(name), onChange);
    } catch (error) {
      changes.stop();
      throw error;
    }
  }

  /** The current version of a guest. Throws WAPC_LOAD where there is none. */
  #current(name) {
    return this.#use(false, async (store) => {
      const open = async (bucket) =>
        bucket === this.#bucket ? store : new (await loadStores()).Objm(this.#connection).open(bucket);
      const current = await readCurrent(store, name, open);
      if (current !== undefined) return current;
      throw new WapcError('WAPC_LOAD', `the bucket \`${this.#bucket}\` has no guest \`${name}\``);
    });
  }

  /** Runs `work` on the store, which is made where it is missing and `mayCreate`. Throws WAPC_UNREACHABLE. */
  async #use(mayCreate, work) {
    try {
      return await work(await this.#open(mayCreate));
    } catch (cause) {
      this.#opened = undefined;
      if (cause instanceof WapcError) throw cause;
      const message = `the bucket \`${this.#bucket}\` cannot be used: ${messageOf(cause)}`;
      throw new WapcError('WAPC_UNREACHABLE', message, { cause });
    }
  }

  /** The store. Where it is missing, callers that may not make it do not keep those from it that may. */
  async #open(mayCreate) {
    const { Objm } = await loadStores();
    const stores = new Objm(this.#connection);
    try {
      return await (this.#opened ??= stores.open(this.#bucket));
    } catch (error) {
      if (!mayCreate) throw error;
      return await (this.#opened = stores.create(this.#bucket));
    }
  }
}

/** Follows the versions of one guest. */
class Watch {
  #connection;
  #begin;
  #changes;
  #statuses;
  #name;
  #version;
  /** The version that a change or a check named last; of a link, that of the link itself. */
  #seen;
  #ask;
  #current;
  #onChange;
  #isStopped = false;
  /** True if the connection was lost, or the changes have ended, since they were asked for. */
  #isLost = false;
  #isLooking = false;
  #mustLook = false;
  #stopTimer = () => {};
  #stopAsking = () => {};

  constructor(connection, begin, changes, name, version, ask, current, onChange) {
    this.#connection = connection;
    this.#begin = begin;
    this.#statuses = connection.status();
    this.#name = name;
    this.#version = this.#seen = version;
    this.#ask = ask;
    this.#current = current;
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
      if (change.name !== this.#name) return;
      this.#seen = change.nuid;
      void this.#look();
    });
    void ended.then(() => {
      if (this.#changes !== changes) return;
      this.#isLost = true;
      this.#lookAgain();
    });
  }

  async #follow(events, hear) {
    try {
      for await (const event of events) hear(event);
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
      const changes = await this.#begin(false);
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
      const version = await this.#ask().catch(() => before);
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
        // Read after a renewal, too: the new changes do not tell of versions that were put before it.
        const { version, bytes } = await this.#current();
        if (version !== this.#version && !this.#isStopped) this.#tell(version, bytes);
      } catch (error) {
        // WAPC_LOAD: there is none now, and the changes tell of the next.
        if (error.code !== 'WAPC_LOAD') this.#lookAgain();
      }
    }
    this.#isLooking = false;
  }

  /** Looks again later, unless nobody wants to know, or nothing can be read any more. */
  #lookAgain() {
    this.#stopTimer();
    if (this.#isStopped || this.#connection.isClosed()) return;
    this.#stopTimer = startTimer(AGAIN, () => void this.#look(), true);
  }

  #tell(version, bytes) {
    this.#version = version;
    try {
      this.#onChange(bytes);
    } catch (error) {
      queueMicrotask(() => {
        throw error;
      });
    }
  }
}

/** The guests of a bucket. Throws WAPC_ARGUMENT. */
export const guestStore = (connection, bucket) => new GuestStore(connection, bucket);
