/** What has to be as it was after every guest: descriptors, what guests share on a thread, and guests that did nothing wrong. */

import { existsSync, readFileSync, readdirSync } from 'node:fs';

import { WapcHost, WapcModule, WapcPool } from 'wapc-host';

const guest = (name) => readFileSync(new URL(`../../testdata/${name}.wasm`, import.meta.url));
const text = (bytes) => new TextDecoder().decode(bytes);
const FDS = '/proc/self/fd';

/** Guests that stay while others come and go. */
export class Bystander {
  pool;
  #hello;
  #suspending;
  #greetings = 0;

  static async create() {
    const bystander = new Bystander();
    const hostCall = (binding, namespace, operation, payload) => payload;
    const later = async (...call) => hostCall(...call);
    const options = { logger() {}, async: false };
    bystander.#hello = await WapcHost.instantiate(guest('hello'), { ...options, hostCall });
    bystander.pool = await WapcPool.create(guest('hello'), { ...options, hostCall, size: 1 });
    if (typeof WebAssembly.Suspending === 'function') {
      // It is run while no other guest is suspended, and waits for ever if one seems to be.
      const limits = { suspensions: 1 };
      bystander.#suspending = await WapcHost.instantiate(guest('hello'), {
        ...options,
        async: true,
        hostCall: later,
        limits,
      });
    }
    return bystander;
  }

  echo(payload) {
    return this.#hello.invokeSync('echo', payload);
  }

  /** What is wrong with it: undefined where nothing is. */
  async complaint() {
    const name = `bystander ${this.#greetings++}`;
    try {
      const greeting = text(this.#hello.invokeSync('hello', name));
      if (greeting !== `Hello, ${name}`) return `a bystander answers ${greeting}`;
      if (text(await this.pool.invoke('hello', name)) !== greeting) return 'a bystander in a pool answers otherwise';
      const suspended = await this.#suspending?.invoke('hello', name);
      if (suspended !== undefined && text(suspended) !== greeting)
        return `a bystander that suspends answers ${text(suspended)}`;
    } catch (error) {
      return `a bystander fails: ${error.code} ${error.message}`;
    }
    return undefined;
  }
}

/** Host callbacks of guests that were closed: a callback that cannot be collected is one that an instance still has. */
export class Callbacks {
  #watched = [];

  watch(seed, callback) {
    this.#watched.push({ seed, callback: new WeakRef(callback) });
  }

  /** The seeds of those that are still there. */
  async left() {
    for (let turn = 0; turn < 4; turn++) {
      await new Promise((resolve) => setTimeout(resolve));
      globalThis.gc();
    }
    return this.#watched.filter(({ callback }) => callback.deref() !== undefined).map(({ seed }) => seed);
  }
}

/** How many descriptors the process has open; 0 where nothing tells. */
export const descriptors = () => (existsSync(FDS) ? readdirSync(FDS).length : 0);

/** Waits until as many are open again, which takes a while where threads end: whether they are. */
export async function areClosed(open) {
  for (let turn = 0; turn < 5000 && descriptors() > open; turn++)
    await new Promise((resolve) => setTimeout(resolve, 1));
  return descriptors() <= open;
}

/** Bytes that guests of this thread may still keep in trees, to the kilobyte: as many files as there is room for. */
export async function treeRoom() {
  const bytes = new Uint8Array(1 << 27);
  const module = await WapcModule.compile(guest('wat/wasi'));
  const hosts = [];
  let room = 0;
  for (let size = bytes.length; size >= 1024;) {
    try {
      hosts.push(await module.instantiate({ wasi: { preopens: { '/': { file: bytes.subarray(0, size) } } } }));
      room += size;
    } catch (error) {
      if (error.code !== 'WAPC_LIMIT') throw error;
      size /= 2;
    }
  }
  for (const host of hosts) host.close();
  module.close();
  return room;
}
