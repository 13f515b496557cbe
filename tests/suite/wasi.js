/** WASI: what each function answers and writes, to the byte; and what guests in each language make of it. */

import { bytes, equal, fails, string, until, words } from './assert.js';

const PAGE = 65536;
const MOST = 0xffffffff;
const [BADF, FAULT, INVAL, ILSEQ, NAMETOOLONG, NOENT, NOTSUP, NOTCAPABLE] = [8, 21, 28, 25, 37, 44, 58, 76];

/** In the order of the table in `wat/wasi.wat`. */
const FUNCTIONS = (
  'args_get args_sizes_get environ_get environ_sizes_get clock_res_get clock_time_get fd_advise fd_allocate fd_close ' +
  'fd_datasync fd_fdstat_get fd_fdstat_set_flags fd_fdstat_set_rights fd_filestat_get fd_filestat_set_size ' +
  'fd_filestat_set_times fd_pread fd_prestat_get fd_prestat_dir_name fd_pwrite fd_read fd_readdir fd_renumber fd_seek ' +
  'fd_sync fd_tell path_create_directory path_filestat_get path_filestat_set_times path_link path_open path_readlink ' +
  'path_remove_directory path_rename path_symlink path_unlink_file random_get fd_write poll_oneoff proc_exit ' +
  'proc_raise sched_yield sock_accept sock_recv sock_send sock_shutdown grow'
).split(' ');

/** Where the probe's payload stands: behind its words there may be data. */
const PAYLOAD = 1024;

/** Data in the guest's memory, as two arguments: where it is, and its length or what else counts it. */
const at = (data, count = data.length) => ({ data, count });
const path = (text) => at(bytes(text));
const iovecs = (...pairs) => at(words(...pairs.flat()), pairs.length);

/** The payload of a call: numbers are i32, bigints i64. */
function payloadOf(name, args) {
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

/** A guest that calls whatever it is told. */
async function probeOf({ WapcHost, guest }, options, name = 'wat/wasi') {
  const host = await WapcHost.instantiate(await guest(name), options);
  /** Where the payloads so far ended. */
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
    /** The places outside of its errno and its payloads that are not 0xaa. */
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

const clock = (time, userData = 7, id = 1) => {
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

/** Calls that write: the place of each is `P`, so many bytes long. */
const P = Symbol('place');
const WRITING = [
  ['args_get', 8, [P, 4096]],
  ['args_get', 12, [4096, P]],
  ['args_sizes_get', 4, [P, 4096]],
  ['args_sizes_get', 4, [4096, P]],
  ['environ_get', 8, [P, 4096]],
  ['environ_get', 7, [4096, P]],
  ['environ_sizes_get', 4, [4096, P]],
  ['clock_res_get', 8, [0, P]],
  ['clock_time_get', 8, [1, 0n, P]],
  ['fd_fdstat_get', 24, [0, P]],
  ['fd_filestat_get', 64, [3, P]],
  ['fd_prestat_get', 8, [3, P]],
  ['fd_prestat_dir_name', 5, [3, P, 5]],
  ['fd_read', 4, [0, at(words(4096, 3), 1), P]],
  ['fd_write', 4, [1, at(words(512, 1), 1), P]],
  ['fd_readdir', 24, [3, P, 24, 0n, 4096]],
  ['fd_readdir', 4, [3, 8192, 24, 0n, P]],
  ['path_filestat_get', 64, [3, 0, path('a.txt'), P]],
  ['path_open', 4, [3, 0, path('a.txt'), 0, 2n, 0n, 0, P]],
  ['random_get', 100, [P, 100]],
];

export function* wasi(environment) {
  const { WapcHost, WapcModule, WapcPool, guest, canSuspend, hasWorkers } = environment;
  const probe = (options, name) => probeOf(environment, { ...silent, async: false, wasi: GIVEN, ...options }, name);

  for (const [name, length, args] of WRITING) {
    yield [
      `${name}: writes ${length} bytes up to the end of memory; one past it is a fault, and nothing is written`,
      async () => {
        for (const [place, errno] of [
          [PAGE - length, 0],
          [PAGE - length + 1, FAULT],
          [PAGE, FAULT],
          [MOST, FAULT],
        ]) {
          const it = await probe();
          const put = args.map((arg) => (arg === P ? place : arg));
          equal(await it.call(name, ...put), errno, `${name} at ${place}`);
          if (errno !== 0) equal(it.written(), [], 'written');
          it.host.close();
        }
      },
    ];
  }

  yield [
    'buffers: counts and lengths that leave memory, or wrap',
    async () => {
      const chunks = [];
      const it = await probe({ stdout: (chunk) => chunks.push(chunk) });
      for (const name of ['fd_write', 'fd_read']) {
        const fd = name === 'fd_write' ? 1 : 0;
        for (const buffers of [
          iovecs([PAGE - 1, 2]),
          iovecs([1, MOST]),
          iovecs([MOST, 1]),
          iovecs([MOST, MOST]),
          iovecs([512, 1], [PAGE, 1]),
          at(words(512, 1), MOST),
          at(words(512, 1), PAGE / 8 + 1),
          at(words(512, 1), 0x20000001),
        ]) {
          equal(await it.call(name, fd, buffers, 4096), FAULT, `${name} of ${buffers.data}`);
          equal(it.written(), []);
        }
      }
      equal(chunks, []);
      equal(await it.call('fd_write', 1, iovecs([PAGE - 1, 1], [512, 1], [9, 0]), 4096), 0);
      equal(chunks, [new Uint8Array([0xaa, 0x78])]);
      equal(it.u32(4096), 2);
      for (const args of [
        [PAGE - 47, 4096, 1, 8192],
        [2048, PAGE - 31, 1, 8192],
        [2048, 4096, 1, PAGE - 3],
        [2048, 4096, MOST, 8192],
        [2048, 4096, PAGE / 32 + 1, 8192],
      ]) {
        equal(await it.call('poll_oneoff', ...args), FAULT, `poll_oneoff ${args}`);
      }
      it.host.close();
    },
  ];

  yield [
    'paths: too long, not UTF-8, with NUL, leading out; names that are not there',
    async () => {
      const it = await probe();
      const open = (where) => it.call('path_open', 3, 1, where, 0, 2n, 0n, 0, 4096);
      for (const [where, errno] of [
        [path('a.txt'), 0],
        [path('sub/../a.txt'), 0],
        [path('./sub//b.bin'), 0],
        [path('missing'), NOENT],
        [path(''), NOENT],
        [path('..'), NOTCAPABLE],
        [path('sub/../../a.txt'), NOTCAPABLE],
        [path('/data/a.txt'), NOTCAPABLE],
        [at(new Uint8Array([97, 0xff])), ILSEQ],
        [at(new Uint8Array([0xed, 0xa0, 0x80])), ILSEQ],
        [at(new Uint8Array([97, 0, 98])), INVAL],
        [path('x'.repeat(256)), NAMETOOLONG],
        [path('x/'.repeat(2049)), NAMETOOLONG],
        [at(bytes('a'), PAGE + 1), FAULT],
        [at(bytes('a'), MOST), FAULT],
      ]) {
        equal(await open(where), errno, string(where.data).slice(0, 20));
      }
      await it.call('grow', 17);
      equal(await open(at(bytes('a'), 1 << 20)), NAMETOOLONG);
      it.host.close();
    },
  ];

  yield [
    'what a guest was not given is not there',
    async () => {
      const it = await probe({ wasi: undefined });
      const calls = [
        ['fd_advise', 0n, 0n, 0],
        ['fd_allocate', 0n, 0n],
        ['fd_close'],
        ['fd_datasync'],
        ['fd_fdstat_get', 4096],
        ['fd_fdstat_set_flags', 0],
        ['fd_fdstat_set_rights', 0n, 0n],
        ['fd_filestat_get', 4096],
        ['fd_filestat_set_size', 0n],
        ['fd_filestat_set_times', 0n, 0n, 0],
        ['fd_pread', iovecs([4096, 1]), 0n, 8192],
        ['fd_prestat_get', 4096],
        ['fd_prestat_dir_name', 4096, 1],
        ['fd_pwrite', iovecs([4096, 1]), 0n, 8192],
        ['fd_read', iovecs([4096, 1]), 8192],
        ['fd_readdir', 4096, 9, 0n, 8192],
        ['fd_renumber', 1],
        ['fd_seek', 0n, 0, 4096],
        ['fd_sync'],
        ['fd_tell', 4096],
        ['fd_write', iovecs([4096, 1]), 8192],
        ['path_create_directory', path('a')],
        ['path_filestat_get', 0, path('a'), 4096],
        ['path_filestat_set_times', 0, path('a'), 0n, 0n, 0],
        ['path_link', 0, path('a'), 3, path('b')],
        ['path_open', 0, path('a'), 0, 0n, 0n, 0, 4096],
        ['path_readlink', path('a'), 4096, 9, 8192],
        ['path_remove_directory', path('a')],
        ['path_rename', path('a'), 3, path('b')],
        ['path_unlink_file', path('a')],
      ];
      for (const fd of [3, 99, MOST]) {
        for (const [name, ...args] of calls) equal(await it.call(name, fd, ...args), BADF, `${name} of ${fd}`);
        equal(it.written(), []);
      }
      equal(await it.call('path_symlink', path('a'), 3, path('b')), BADF);
      equal(await it.call('args_sizes_get', 4096, 4100), 0);
      equal([it.u32(4096), it.u32(4100)], [0, 0]);
      equal(await it.call('fd_read', 0, iovecs([4096, 9]), 8192), 0);
      equal(it.u32(8192), 0);
      it.host.close();
    },
  ];

  yield [
    'there are no sockets, nothing is yielded to, and no signal is none',
    async () => {
      const it = await probe();
      for (const [name, ...args] of [
        ['sock_accept', 3, 0, 4096],
        ['sock_recv', 3, 4096, 1, 0, 4096, 4096],
        ['sock_send', 3, 4096, 1, 0, 4096],
        ['sock_shutdown', 3, 0],
      ]) {
        equal(await it.call(name, ...args), NOTSUP, name);
      }
      equal(await it.call('sched_yield'), 0);
      equal(await it.call('proc_raise', 0), 0);
      equal(it.written(), []);
      it.host.close();
    },
  ];

  yield [
    'proc_exit and proc_raise end an invocation, whatever the number; the next one runs on a fresh instance',
    async () => {
      const it = await probe();
      for (const [name, number] of [
        ['proc_exit', 0],
        ['proc_exit', 3],
        ['proc_exit', MOST],
        ['proc_raise', 6],
      ]) {
        equal(await it.call('path_unlink_file', 3, path('a.txt')), 0);
        const error = await fails('WAPC_TRAP', () => it.call(name, number));
        equal(error.message.includes(String(number)), true, error.message);
      }
      it.host.close();
    },
  ];

  yield [
    '_start may end by proc_exit: with 0 the guest goes on, with another code it has failed',
    async () => {
      for (const workers of hasWorkers ? [false, true] : [false]) {
        const options = (args) => ({ size: 1, workers, wasi: { args } });
        const pool = await WapcPool.create(await guest('wat/exits'), options([]));
        equal(await pool.invoke('x', 'on'), bytes('on'));
        await pool.close();
        const error = await fails('WAPC_INIT', async () =>
          WapcPool.create(await guest('wat/exits'), options(['a', 'b'])),
        );
        equal([error.cause.code, error.cause.message.includes('2')], ['WAPC_TRAP', true]);
      }
    },
  ];

  yield [
    'arguments, environment and standard input, to the byte',
    async () => {
      const it = await probe();
      equal(await it.call('args_sizes_get', 4096, 4100), 0);
      equal([it.u32(4096), it.u32(4100)], [2, 12]);
      equal(await it.call('args_get', 4096, 8192), 0);
      equal([it.u32(4096), it.u32(4100)], [8192, 8197]);
      equal(string(it.memory.slice(8192, 8205)), 'prog\0grüß\0\u{fffd}');
      equal(await it.call('environ_get', 4096, 8192), 0);
      equal(string(it.memory.slice(8192, 8199)), 'A=1\0B=\0');
      equal(await it.call('fd_read', 0, iovecs([4096, 2], [4100, 9]), 8192), 0);
      equal(it.u32(8192), 5);
      equal([string(it.memory.slice(4096, 4098)), string(it.memory.slice(4100, 4103))], ['in', 'put']);
      equal(await it.call('fd_read', 0, iovecs([4096, 2]), 8192), 0);
      equal(it.u32(8192), 0);
      it.host.close();
    },
  ];

  yield [
    'random bytes, more than engines give at once',
    async () => {
      const it = await probe();
      await it.call('grow', 3);
      equal(await it.call('random_get', PAGE, 3 * PAGE), 0);
      for (const start of [PAGE, 2 * PAGE, 4 * PAGE - 256]) {
        equal(new Set(it.memory.subarray(start, start + 256)).size > 100, true, `from ${start}`);
      }
      equal(await it.call('random_get', PAGE, 0), 0);
      it.host.close();
    },
  ];

  yield [
    'clocks: two that are there',
    async () => {
      const it = await probe();
      const before = Date.now();
      equal(await it.call('clock_time_get', 0, 1n, 4096), 0);
      equal(Math.abs(it.u64(4096) / 1e6 - before) < 60_000, true);
      equal(await it.call('clock_time_get', 1, 1n, 4096), 0);
      const first = it.u64(4096);
      equal(await it.call('clock_time_get', 1, 1n, 4096), 0);
      equal(it.u64(4096) >= first, true);
      for (const id of [0, 1]) {
        equal(await it.call('clock_res_get', id, 4096), 0);
        equal(it.u64(4096) > 0, true);
      }
      for (const id of [2, 3, 4, MOST]) {
        equal(await it.call('clock_time_get', id, 1n, 4096), BADF);
        equal(await it.call('clock_res_get', id, 4096), BADF);
      }
      it.host.close();
    },
  ];

  const onFd = (kind, fd) => {
    const subscription = clock(0n, 9);
    subscription[8] = kind;
    new DataView(subscription.buffer).setUint32(16, fd, true);
    return subscription;
  };

  yield [
    'poll_oneoff: what is ready, what is not there, and what is nothing',
    async () => {
      const it = await probe();
      equal(
        await pollAt(it, clock(10_000_000_000n, 1), clock(0n, 2), onFd(1, 0), onFd(2, 1), onFd(1, 99), onFd(7, 0)),
        0,
      );
      equal(it.u32(8192), 5);
      const event = (i) => [it.u32(4096 + 32 * i), it.memory[4096 + 32 * i + 8], it.memory[4096 + 32 * i + 10]];
      equal([0, 1, 2, 3, 4].map(event), [
        [2, 0, 0],
        [9, 0, 1],
        [9, 0, 2],
        [9, BADF, 1],
        [9, INVAL, 7],
      ]);
      equal(it.u64(4096 + 32 + 16), 5, 'bytes of standard input');
      equal(await pollAt(it), INVAL);
      equal(await pollAt(it, clock(0n, 1, 9)), 0);
      equal(event(0), [1, BADF, 0]);
      it.host.close();
    },
  ];

  yield [
    'poll_oneoff: sleeps as long as it is to, on either clock, from now or until then',
    async () => {
      for (const asynchronous of [false, 'auto']) {
        const it = await probe({ async: asynchronous });
        for (const id of [0, 1]) {
          const before = performance.now();
          equal(await pollAt(it, clock(20_000_000n, 1, id), clock(60_000_000_000n, 2, id)), 0);
          equal([it.u32(8192), it.u32(4096)], [1, 1]);
          // The clock of the day goes in whole milliseconds.
          equal(performance.now() - before >= 19, true, `clock ${id}`);
        }
        const until = clock(BigInt(Date.now() + 15) * 1_000_000n, 3, 0);
        until[40] = 1;
        equal(await pollAt(it, until), 0);
        equal(it.u32(4096), 3);
        it.host.close();
      }
    },
  ];

  if (canSuspend) {
    yield [
      'a guest that sleeps leaves its thread to others, and can be stopped',
      async () => {
        const it = await probe({ async: 'auto', limits: { timeout: 50 } });
        const sleeping = pollAt(it, clock(30_000_000n));
        let others = 0;
        const ticker = setInterval(() => others++, 1);
        equal(await sleeping, 0);
        clearInterval(ticker);
        equal(others > 2, true, 'others ran');
        await fails('WAPC_TIMEOUT', () => pollAt(it, clock(60_000_000_000n)));
        const controller = new AbortController();
        const aborted = it.host.invoke('x', pollPayload(clock(60_000_000_000n)), { signal: controller.signal });
        controller.abort(new Error('enough'));
        equal((await aborted.catch((error) => error)).message, 'enough');
        equal(await pollAt(it, clock(0n)), 0);
        it.host.close();
      },
    ];
  }

  yield [
    'what is written comes as it was written, of as many bytes as may be passed on',
    async () => {
      const [out, err] = [[], []];
      const it = await probe({
        stdout: (chunk) => out.push(chunk),
        stderr: (chunk) => err.push(chunk),
        limits: { payload: PAGE },
      });
      for (const [fd, length] of [
        [1, 1],
        [2, 17],
        [1, 5000],
        [1, 0],
      ]) {
        equal(await it.call('fd_write', fd, iovecs([4096, length]), 8), 0);
        equal(it.u32(8), length);
      }
      equal([out.map((chunk) => chunk.length), err.map((chunk) => chunk.length)], [[1, 5000], [17]]);
      it.host.close();
      out.length = 0;
      // The response is all of memory, so the limit can't be less.
      const limited = await probe({ stdout: (chunk) => out.push(chunk), limits: { payload: 2 * PAGE } });
      await limited.call('grow', 1);
      equal(await limited.call('fd_write', 1, iovecs([0, 2 * PAGE]), 8), 0);
      equal(await limited.call('fd_write', 1, iovecs([0, 2 * PAGE], [0, 1]), 8), 0);
      equal(limited.u32(8), 2 * PAGE);
      equal(
        out.map((chunk) => chunk.length),
        [2 * PAGE, 2 * PAGE],
      );
      limited.host.close();
    },
  ];

  yield [
    'output that nobody takes goes to the process, or line by line to the console',
    async () => {
      const told = [];
      const { process } = globalThis;
      const [object, names] = process === undefined ? [console, ['log', 'error']] : [process, ['stdout', 'stderr']];
      const replaced = names.map((name) => [name, Object.getOwnPropertyDescriptor(object, name)]);
      for (const [name, { enumerable }] of replaced) {
        const write = (chunk) => void told.push([name, typeof chunk === 'string' ? chunk : string(chunk)]);
        const value = process === undefined ? write : { write };
        Object.defineProperty(object, name, { value, enumerable, configurable: true, writable: true });
      }
      try {
        const it = await probe({ stdout: undefined, stderr: undefined });
        const write = (fd, text) =>
          it.call('fd_write', fd, at(new Uint8Array([...words(PAYLOAD + 28, text.length), ...bytes(text)]), 1), 8);
        await write(1, 'one\ntw');
        await write(2, 'e');
        await write(1, 'o\nrest');
        it.host.close();
      } finally {
        for (const [name, descriptor] of replaced) Object.defineProperty(object, name, descriptor);
      }
      const [out, err] = names.map((wanted) => told.filter(([name]) => name === wanted).map(([, text]) => text));
      equal(err, ['e']);
      equal(out, process === undefined ? ['one', 'two', 'rest'] : ['one\ntw', 'o\nrest']);
    },
  ];

  if (globalThis.process === undefined) {
    yield [
      'directories of a machine that shows none',
      async () => {
        const preopens = { '/data': { path: '/' } };
        await fails('WAPC_UNSUPPORTED', () => probe({ wasi: { preopens } }));
      },
    ];
  }

  yield [
    'a writer that throws stops the guest, and is its cause',
    async () => {
      for (const workers of hasWorkers ? [false, true] : [false]) {
        const thrown = new Error('disk full');
        const stdout = () => {
          throw thrown;
        };
        const pool = await WapcPool.create(await guest('wat/wasi'), { size: 1, workers, stdout });
        const error = await fails('WAPC_TRAP', () => pool.invoke('x', payloadOf('fd_write', [1, iovecs([0, 1]), 8])));
        equal(error.cause, thrown);
        equal((await pool.invoke('x', payloadOf('sched_yield', []))).length, PAGE);
        await pool.close();
      }
    },
  ];

  yield [
    'a writer may run other guests, and may close the one that writes',
    async () => {
      const chunks = [];
      const other = await probe({ stdout: (chunk) => chunks.push(['other', chunk.length]) });
      const payload = (length) => payloadOf('fd_write', [1, iovecs([4096, length]), 8]);
      const it = await probe({
        stdout(chunk) {
          chunks.push(['it', chunk.length]);
          other.host.invokeSync('x', payload(chunk.length + 1));
          if (chunk.length === 9) it.host.close();
        },
      });
      await it.host.invoke('x', payload(3));
      await fails('WAPC_CLOSED', () => it.host.invoke('x', payload(9)));
      equal(chunks, [
        ['it', 3],
        ['other', 4],
        ['it', 9],
        ['other', 10],
      ]);
      other.host.close();
    },
  ];

  yield [
    'a tree of files: read, written, listed; each instance has its own',
    async () => {
      const it = await probe();
      const open = (name, how, rights) => it.call('path_open', 3, 0, path(name), how, rights, 0n, 0, 4096);
      equal(await open('a.txt', 0, 66n), 0);
      equal(it.u32(4096), 4);
      equal(await it.call('fd_read', 4, iovecs([8192, 9]), 4096), 0);
      equal([it.u32(4096), string(it.memory.slice(8192, 8196))], [4, 'text']);
      equal(await it.call('fd_write', 4, at(words(8192, 4, 8192, 4), 2), 4096), 0);
      equal(await it.call('fd_pread', 4, iovecs([9000, 20]), 2n, 4096), 0);
      equal([it.u32(4096), string(it.memory.slice(9000, 9010))], [10, 'xttexttext']);
      equal(await it.call('fd_seek', 4, -1n, 2, 4096), 0);
      equal(it.u64(4096), 11);
      equal(await it.call('fd_seek', 4, -12n, 1, 4096), INVAL);
      equal(await it.call('fd_readdir', 3, 8192, 400, 0n, 4096), 0);
      const entries = [];
      for (let from = 8192; from < 8192 + it.u32(4096); from += 24 + it.u32(from + 16)) {
        entries.push([string(it.memory.slice(from + 24, from + 24 + it.u32(from + 16))), it.memory[from + 20]]);
      }
      equal(entries, [
        ['.', 3],
        ['..', 3],
        ['a.txt', 4],
        ['sub', 3],
      ]);
      const other = await probe();
      equal(await other.call('path_filestat_get', 3, 0, path('a.txt'), 8192), 0);
      equal(other.u64(8192 + 32), 4);
      await it.host.reset();
      equal(await it.call('path_filestat_get', 3, 0, path('a.txt'), 8192), 0);
      equal(it.u64(8192 + 32), 4);
      it.host.close();
      other.host.close();
    },
  ];

  yield [
    'trees are bounded: in the size of files, in what may be open, and not in depth',
    async () => {
      const it = await probe();
      equal(await it.call('path_open', 3, 0, path('big'), 1, 66n, 0n, 0, 4096), 0);
      for (const [size, errno] of [
        [1n << 28n, 0],
        [(1n << 28n) + 1n, 22],
        [1n << 63n, 22],
        [0n, 0],
      ]) {
        equal(await it.call('fd_filestat_set_size', 4, size), errno, String(size));
      }
      equal(await it.call('fd_pwrite', 4, iovecs([0, 9]), (1n << 64n) - 4n, 4096), 22);
      let errno = 0;
      let opened = 0;
      for (; errno === 0; opened++) errno = await it.call('path_open', 3, 0, path('a.txt'), 0, 2n, 0n, 0, 4096);
      equal([errno, opened > 1000], [33, true]);
      for (let fd = 5; fd < 4096; fd++) await it.call('fd_close', fd);
      // Each directory in the last one: 5 is opened, 4 is in it.
      equal(await it.call('fd_renumber', 3, 4), 0);
      for (let depth = 0; depth < 3000; depth++) {
        equal(await it.call('path_create_directory', 4, path('d')), 0);
        equal(await it.call('path_open', 4, 0, path('d'), 2, 0n, MOST_RIGHTS, 0, 4096), 0);
        equal(await it.call('fd_renumber', it.u32(4096), 4), 0);
      }
      it.host.close();
    },
  ];

  for (const name of ['wasi', 'unstable']) {
    yield [
      `older names: ${name}`,
      async () => {
        const unstable = name === 'unstable';
        const it = await probe({}, `wat/wasi-${name}`);
        equal(await it.call('path_open', 3, 0, path('a.txt'), 0, 66n, 0n, 0, 4096), 0);
        // Where an offset counts from: the end.
        equal(await it.call('fd_seek', 4, 2n, unstable ? 1 : 2, 4096), 0);
        equal(it.u64(4096), 6);
        equal(await it.call('fd_seek', 4, 2n, unstable ? 2 : 0, 4096), 0);
        equal(it.u64(4096), 2);
        const length = unstable ? 56 : 64;
        equal(await it.call('fd_filestat_get', 4, PAGE - length), 0);
        equal([it.u64(PAGE - length + (unstable ? 24 : 32)), it.memory[PAGE - length + 16]], [4, 4]);
        equal(await it.call('fd_filestat_get', 4, PAGE - length + 1), FAULT);
        equal(await it.call('path_filestat_get', 3, 0, path('a.txt'), PAGE - length), 0);
        const module = await WapcModule.compile(await guest(`wat/wasi-${name}`));
        equal(module.info.wasi, unstable ? 'wasi_unstable' : 'wasi');
        module.close();
        it.host.close();
      },
    ];
  }

  yield [
    'functions that WASI does not have are all named',
    async () => {
      const error = await fails('WAPC_LINK', async () => WapcHost.instantiate(await guest('wat/wasi-unknown')));
      for (const told of ['fd_frobnicate', 'wasi_snapshot_preview2']) {
        equal(error.message.includes(told), true, error.message);
      }
    },
  ];

  yield* languages(environment);
}

const MOST_RIGHTS = (1n << 29n) - 1n;

/** The payload of a `poll_oneoff`: subscriptions stand behind it. */
function pollPayload(...subscriptions) {
  const payload = new Uint8Array(20 + 48 * subscriptions.length);
  payload.set(words(FUNCTIONS.indexOf('poll_oneoff'), PAYLOAD + 20, 4096, subscriptions.length, 8192));
  subscriptions.forEach((subscription, i) => payload.set(subscription, 20 + 48 * i));
  return payload;
}

async function pollAt(it, ...subscriptions) {
  it.memory = await it.host.invoke('x', pollPayload(...subscriptions));
  return it.u32(0);
}

const EXERCISE = {
  'Rust, wasm32-wasip1': ['rust/wasi', 'arguments: prog one\n'],
  'Zig, WASI': ['zig/wasi', 'arguments: prog one\n'],
  C: ['c/hello', ''],
};

/** Guests in languages whose libraries use WASI. */
function* languages({ WapcPool, guest, hasWorkers }) {
  for (const [language, [name, told]] of Object.entries(EXERCISE)) {
    for (const workers of hasWorkers ? [false, true] : [false]) {
      yield [
        `${language}: what WASI gives it${workers ? ', in a worker' : ''}`,
        async () => {
          const written = [];
          const pool = await WapcPool.create(await guest(name), {
            size: 1,
            workers,
            hostCall: (binding, namespace, operation, payload) => payload,
            logger: (line) => written.push(['log', line]),
            stdout: (chunk) => written.push(['out', string(chunk)]),
            stderr: (chunk) => written.push(['err', string(chunk)]),
            wasi: {
              args: ['prog', 'one'],
              env: { NAME: 'value' },
              stdin: 'input',
              preopens: { '/data': { 'a.txt': 'text' } },
            },
          });
          const exercise = string(await pool.invoke('exercise'));
          equal(
            exercise,
            `${told}NAME: value\nstandard input: input\nrandom: true\nthe day: true\nslept: true\nread: text\n` +
              'read back: written twice\nmissing: true\noutside: true\n',
          );
          equal(string(await pool.invoke('hello', 'waPC!')), 'Hello, waPC!');
          equal(written, [
            ['out', 'to standard output\n'],
            ['err', 'to standard error\n'],
            ['log', 'logging something'],
          ]);
          await pool.close();
        },
      ];
    }
  }

  if (!hasWorkers) return;
  yield [
    'a guest that sleeps in a worker is stopped in time, and the next one is fresh',
    async () => {
      const pool = await WapcPool.create(await guest('wat/wasi'), { size: 1, workers: true, limits: { timeout: 100 } });
      const before = performance.now();
      await fails('WAPC_TIMEOUT', () => pool.invoke('x', pollPayload(clock(60_000_000_000n))));
      equal(performance.now() - before < 5000, true);
      equal((await pool.invoke('x', payloadOf('sched_yield', []))).length, PAGE);
      const sleeping = pool.invoke('x', pollPayload(clock(60_000_000_000n))).catch(({ code }) => code);
      await until(() => pool.stats.busy === 1);
      pool.destroy();
      equal(await sleeping, 'WAPC_CLOSED');
    },
  ];
}
