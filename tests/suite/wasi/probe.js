/** The guest `wat/wasi.wat`, which calls any function of WASI with any arguments. */

import { bytes, words } from '../assert.js';

export const PAGE = 65536;
export const MOST = 0xffffffff;

/** In the order of the table in `wat/wasi.wat`. */
const FUNCTIONS = (
  'args_get args_sizes_get environ_get environ_sizes_get clock_res_get clock_time_get fd_advise fd_allocate fd_close ' +
  'fd_datasync fd_fdstat_get fd_fdstat_set_flags fd_fdstat_set_rights fd_filestat_get fd_filestat_set_size ' +
  'fd_filestat_set_times fd_pread fd_prestat_get fd_prestat_dir_name fd_pwrite fd_read fd_readdir fd_renumber fd_seek ' +
  'fd_sync fd_tell path_create_directory path_filestat_get path_filestat_set_times path_link path_open path_readlink ' +
  'path_remove_directory path_rename path_symlink path_unlink_file random_get fd_write poll_oneoff proc_exit ' +
  'proc_raise sched_yield sock_accept sock_recv sock_send sock_shutdown grow'
).split(' ');

/** The address of the probe's payload. Data may follow its words. */
export const PAYLOAD = 1024;

/** Data in the guest's memory, as two arguments: its address, and its length or another count. */
export const at = (data, count = data.length) => ({ data, count });
export const path = (text) => at(bytes(text));
export const iovecs = (...pairs) => at(words(...pairs.flat()), pairs.length);

/** The payload for a call: numbers are i32, bigints i64. */
export function payloadOf(name, args) {
  const sizes = args.map((arg) => (typeof arg === 'number' ? 1 : 2));
  let end = 4 * sizes.reduce((sum, size) => sum + size, 1);
  const all = [FUNCTIONS.indexOf(name)];
  const data = [];
  for (const arg of args) {
    if (typeof arg === 'number') all.push(arg >>> 0);
    else if (typeof arg === 'bigint') all.push(Number(arg & 0xffffffffn), Number((arg >> 32n) & 0xffffffffn));
    else {
      all.push(PAYLOAD + end, arg.count >>> 0);
      data.push(arg.data);
      end += arg.data.length;
    }
  }
  const payload = new Uint8Array(end);
  payload.set(words(...all));
  data.reduce((from, part) => (payload.set(part, from), from + part.length), 4 * all.length);
  return payload;
}

/** A guest that calls the function it is told. */
async function guestOf({ WapcHost, guest }, options, name) {
  const host = await WapcHost.instantiate(await guest(name), options);
  /** The end of the longest payload so far. */
  let end = PAYLOAD;
  return {
    host,
    /** The errno of a call. */
    async call(name, ...args) {
      const payload = payloadOf(name, args);
      end = Math.max(end, PAYLOAD + payload.length);
      this.memory = await host.invoke('x', payload);
      return new DataView(this.memory.buffer).getUint32(0, true);
    },
    /** The addresses whose bytes are not 0xaa, apart from the errno and the payloads. */
    written() {
      const own = (place) => place < 4 || place === 512 || (place >= PAYLOAD && place < end);
      return this.memory.reduce((found, byte, place) => (byte === 0xaa || own(place) ? found : [...found, place]), []);
    },
    u32(place) {
      return new DataView(this.memory.buffer).getUint32(place, true);
    },
    u64(place) {
      return Number(new DataView(this.memory.buffer).getBigUint64(place, true));
    },
  };
}

/** Nanoseconds that never pass in a test. */
export const A_DAY = 86_400_000_000_000n;

export const clock = (time, userData = 7, id = 1) => {
  const subscription = new Uint8Array(48);
  const view = new DataView(subscription.buffer);
  view.setUint32(0, userData, true);
  view.setUint32(16, id, true);
  view.setBigUint64(24, time, true);
  return subscription;
};

const TREE = { '/data': { 'a.txt': 'text', sub: { 'b.bin': new Uint8Array([1, 2, 3]) } } };
const GIVEN = { args: ['prog', 'grüß'], env: { A: '1', B: '' }, stdin: 'input', preopens: TREE };
const silent = { stdout() {}, stderr() {} };

/** The payload for a `poll_oneoff`, followed by the subscriptions. */
export function pollPayload(...subscriptions) {
  const payload = new Uint8Array(20 + 48 * subscriptions.length);
  payload.set(words(FUNCTIONS.indexOf('poll_oneoff'), PAYLOAD + 20, 4096, subscriptions.length, 8192));
  subscriptions.forEach((subscription, i) => payload.set(subscription, 20 + 48 * i));
  return payload;
}

export async function pollAt(it, ...subscriptions) {
  it.memory = await it.host.invoke('x', pollPayload(...subscriptions));
  return it.u32(0);
}

/**
 * A function that makes such a guest with something of every option. `name` is `wat/wasi.wat` built for another name of
 * WASI.
 */
export const probes =
  (environment) =>
  (options, name = 'wat/wasi') =>
    guestOf(environment, { ...silent, async: false, wasi: GIVEN, ...options }, name);

/** All existing rights. */
export const MOST_RIGHTS = (1n << 29n) - 1n;

/** The errnos that tests name. */
export const ERRNO = {
  BADF: 8,
  BUSY: 10,
  EXIST: 20,
  FAULT: 21,
  FBIG: 22,
  INVAL: 28,
  ILSEQ: 25,
  ISDIR: 31,
  LOOP: 32,
  MFILE: 33,
  NAMETOOLONG: 37,
  NOENT: 44,
  NOSPC: 51,
  NOTDIR: 54,
  NOTSUP: 58,
  NXIO: 60,
  PERM: 63,
  SPIPE: 70,
  NOTCAPABLE: 76,
};

/** Runs `work` while the engine has no memory for a new array whose length, or what it is a copy of, is refused. */
export async function refusing(isRefused, work) {
  const { Uint8Array } = globalThis;
  globalThis.Uint8Array = new Proxy(Uint8Array, {
    construct(made, [of, ...rest]) {
      if (isRefused(of)) throw new RangeError('Array buffer allocation failed');
      return new made(of, ...rest);
    },
  });
  try {
    await work();
  } finally {
    globalThis.Uint8Array = Uint8Array;
  }
}
