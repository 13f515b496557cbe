/** The surroundings of a guest: arguments, environment, clocks, randomness, and how it ends. */

import { bytes, equal, fails, string } from '../assert.js';
import { ERRNO, path, iovecs, PAGE, MOST, probes, refusing } from './probe.js';

const { BADF, FAULT, NOTSUP } = ERRNO;

export function* process(environment) {
  const { WapcHost, WapcModule, WapcPool, guest, hasWorkers } = environment;
  const probe = probes(environment);

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

  for (const name of ['wasi', 'wasi-shared']) {
    yield [
      `random bytes, ${name}: more than engines give at once, without a copy of all of them`,
      async () => {
        // Engines without shared memory do not compile `wasi-shared`.
        if (!WebAssembly.validate(await guest(`wat/${name}`))) return;
        const it = await probe({}, `wat/${name}`);
        await it.call('grow', 3);
        await refusing(
          (length) => length > PAGE,
          async () => equal(await it.call('random_get', PAGE, 3 * PAGE), 0),
        );
        for (const start of [PAGE, 2 * PAGE, 4 * PAGE - 256]) {
          equal(new Set(it.memory.subarray(start, start + 256)).size > 100, true, `from ${start}`);
        }
        equal(await it.call('random_get', PAGE, 0), 0);
        it.host.close();
      },
    ];

    yield [
      `random bytes, ${name}: each of them, from the first to the last, and none beside them`,
      async () => {
        // Engines without shared memory do not compile `wasi-shared`.
        if (!WebAssembly.validate(await guest(`wat/${name}`))) return;
        const it = await probe({}, `wat/${name}`);
        await it.call('grow', 2);
        for (const length of [1, 2, 33, PAGE - 1, PAGE, PAGE + 1, PAGE + 33]) {
          const places = [0, 1, PAGE - 1, PAGE, length - 1].filter((place) => place < length);
          const seen = places.map(() => new Set());
          for (let i = 0; i < 16; i++) {
            equal(await it.call('random_get', PAGE + 1, length), 0);
            places.forEach((place, index) => seen[index].add(it.memory[PAGE + 1 + place]));
            equal([it.memory[PAGE], it.memory[PAGE + 1 + length]], [0, 0], `beside ${length} bytes`);
          }
          equal(
            seen.map(({ size }) => size > 1),
            places.map(() => true),
            `the bytes ${places} of ${length}`,
          );
          await it.host.reset();
          await it.call('grow', 2);
        }
        it.host.close();
      },
    ];
  }

  yield [
    'clocks: two that are there',
    async () => {
      const it = await probe();
      const before = Date.now();
      equal(await it.call('clock_time_get', 0, 1n, 4096), 0);
      const now = it.u64(4096) / 1e6;
      // Within a minute: the machine's clock may be adjusted meanwhile.
      equal(now > before - 60_000 && now < Date.now() + 60_000, true, `${now}`);
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

  for (const name of ['wasi', 'unstable']) {
    yield [
      `older names: ${name}`,
      async () => {
        const unstable = name === 'unstable';
        const it = await probe({}, `wat/wasi-${name}`);
        equal(await it.call('path_open', 3, 0, path('a.txt'), 0, 66n, 0n, 0, 4096), 0);
        // `whence` is the end, then the start: its numbers differ.
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
    'endless recursion through WASI, to the end of the stack wherever that is: other guests notice nothing',
    async () => {
      const preopens = { '/data': { a: '', b: '' } };
      const make = async () =>
        WapcHost.instantiate(await guest('wat/wasi-recursion'), { async: false, wasi: { preopens } });
      const [it, other] = [await make(), await make()];
      const deeper = (levels) => (levels === 0 ? it.invokeSync('r') : deeper(levels - 1));
      const before = other.invokeSync('x');
      for (let i = 0; i < 40; i++) {
        await fails('WAPC_TRAP', async () => deeper(i));
        equal(other.invokeSync('x'), before);
      }
      it.close();
      other.close();
    },
  ];

  yield [
    'functions that WASI does not have are all named',
    async () => {
      const error = await fails('WAPC_LINK', async () => WapcHost.instantiate(await guest('wat/wasi-unknown')));
      for (const told of ['fd_frobnicate', 'wasi_snapshot_preview2']) {
        equal(error.message.includes(told), true, error.message);
      }
    },
  ];
}
