/** Checks that descriptors, state shared on a thread, and harmless guests are as before after every guest. */

import { existsSync, readFileSync, readdirSync } from 'node:fs';

import { WapcHost, WapcModule, WapcPool } from 'wapc-host';

const guest = (name) => readFileSync(new URL(`../../testdata/${name}.wasm`, import.meta.url));
const text = (bytes) => new TextDecoder().decode(bytes);
const FDS = '/proc/self/fd';

/** Guests that live on while others come and go. */
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
      // With a limit of 1 it waits for ever if any other guest still counts as suspended.
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

  /** The fault that is found with it, or undefined. */
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

/** Host callbacks of closed guests: one that is never collected is still held by an instance. */
export class Callbacks {
  #watched = [];

  watch(seed, callback) {
    this.#watched.push({ seed, callback: new WeakRef(callback) });
  }

  /** The seeds whose callbacks have not been collected. */
  async left() {
    for (let turn = 0; turn < 4; turn++) {
      await new Promise((resolve) => setTimeout(resolve));
      globalThis.gc();
    }
    return this.#watched.filter(({ callback }) => callback.deref() !== undefined).map(({ seed }) => seed);
  }
}

/** The number of descriptors that the process has open; 0 where that cannot be read. */
export const descriptors = () => (existsSync(FDS) ? readdirSync(FDS).length : 0);

/**
 * Waits until no more descriptors are open than before, which may take a while after threads end; false where it never
 * happens.
 */
export async function areClosed(open) {
  for (let turn = 0; turn < 5000 && descriptors() > open; turn++)
    await new Promise((resolve) => setTimeout(resolve, 1));
  return descriptors() <= open;
}

/** Bytes that guests of this thread may still keep in trees, to the kilobyte: found by filling them with files. */
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
