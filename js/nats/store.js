/** `guestStore`: guests in a NATS object store, which JetStream keeps. */

import { WapcError, argumentError, messageOf } from '../base/error.js';
import { viewOf } from '../base/payload.js';
import { checkConnection } from './checks.js';
import { readName } from './names.js';
import { loadStores } from './peers.js';
import { readCurrent, versionOf } from './reading.js';
import { Watch } from './watch.js';

/** Characters of the longest name of a guest. */
const LONGEST_NAME = 256;

/** The name of the error of a bucket that was deleted after it was opened. */
const NO_BUCKET = 'StreamNotFoundError';

function checkName(name) {
  // The client of NATS encodes names in a way that has no other characters.
  if (typeof name !== 'string' || !/^[\0-\xff]+$/.test(name) || name.length > LONGEST_NAME) {
    throw argumentError('name', `the name of a guest, 1 to ${LONGEST_NAME} characters of Latin-1`, name);
  }
}

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
    if (bytes === undefined) throw argumentError('guest', 'the bytes of a guest', guest);
    if (bytes.length === 0) throw new WapcError('WAPC_ARGUMENT', 'guest: expected the bytes of a guest, got no bytes');
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
    const asking = {
      changes: (mayCreate) => this.#use(mayCreate, (store) => store.watch({ ignoreDeletes: true })),
      version: () => this.#use(false, (store) => versionOf(store, name, this.#opener(store))),
      guest: () => this.#current(name),
    };
    const changes = await asking.changes(true);
    try {
      // Asked after it has begun, so that no version is missed in between.
      const version = this.#read.get(name) ?? (await asking.version()).version;
      return new Watch(this.#connection, name, asking, changes, version, onChange);
    } catch (error) {
      changes.stop();
      throw error;
    }
  }

  /** The current version of a guest. Throws WAPC_LOAD where there is none. */
  #current(name) {
    return this.#use(false, async (store) => {
      const current = await readCurrent(store, name, this.#opener(store));
      if (current !== undefined) return current;
      throw new WapcError('WAPC_LOAD', `the bucket \`${this.#bucket}\` has no guest \`${name}\``);
    });
  }

  /** Opens the buckets that links lead to. */
  #opener(store) {
    return async (bucket) =>
      bucket === this.#bucket ? store : new (await loadStores()).Objm(this.#connection).open(bucket);
  }

  /** Runs `work` on the store, which is made where it is missing and `mayCreate`. Throws WAPC_UNREACHABLE. */
  async #use(mayCreate, work) {
    const wasOpen = this.#opened !== undefined;
    try {
      return await work(await this.#open(mayCreate));
    } catch (cause) {
      this.#opened = undefined;
      // The bucket was deleted after it was opened: it is made again.
      if (wasOpen && mayCreate && cause?.name === NO_BUCKET) return this.#use(true, work);
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

/** The guests of a bucket. Throws WAPC_ARGUMENT. */
export const guestStore = (connection, bucket) => new GuestStore(connection, bucket);
