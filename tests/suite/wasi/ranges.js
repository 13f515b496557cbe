/** Ranges that leave memory, are too long or are no text: an errno, and nothing is written. */

import { bytes, equal, string, words } from '../assert.js';
import { ERRNO, at, path, iovecs, PAGE, MOST, probes } from './probe.js';

const { BADF, FAULT, INVAL, ILSEQ, NAMETOOLONG, NOENT, NOTCAPABLE } = ERRNO;

/** Calls that write: a function, the bytes that it writes, and its arguments; `P` is the address. */
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

/** Calls with empty ranges at the beginning of memory, each with its errno. Descriptor 4 is an open file. */
const EMPTY = [
  ['random_get', 0, 0, 0],
  ['args_get', 0, 0, 0],
  ['environ_get', 0, 0, 0],
  ['fd_read', 0, 0, 0, 0, 4096],
  ['fd_read', 0, 0, iovecs([0, 0]), 4096],
  ['fd_read', 0, 0, iovecs([0, 0], [0, 0]), 4096],
  ['fd_read', 0, 4, 0, 0, 4096],
  ['fd_read', 0, 4, iovecs([0, 0]), 4096],
  ['fd_read', 0, 4, iovecs([0, 0], [0, 0]), 4096],
  ['fd_pread', 0, 4, 0, 0, 0n, 4096],
  ['fd_pread', 0, 4, iovecs([0, 0]), 0n, 4096],
  ['fd_write', 0, 1, 0, 0, 4096],
  ['fd_write', 0, 1, iovecs([0, 0]), 4096],
  ['fd_write', 0, 1, iovecs([0, 0], [0, 0]), 4096],
  ['fd_write', 0, 4, 0, 0, 4096],
  ['fd_write', 0, 4, iovecs([0, 0]), 4096],
  ['fd_pwrite', 0, 4, 0, 0, 0n, 4096],
  ['fd_pwrite', 0, 4, iovecs([0, 0]), 0n, 4096],
  ['fd_readdir', 0, 3, 0, 0, 0n, 4096],
  ['fd_readdir', 0, 3, 0, 0, 99n, 4096],
  ['fd_prestat_dir_name', NAMETOOLONG, 3, 0, 0],
  ['path_create_directory', NOENT, 3, 0, 0],
  ['path_filestat_get', NOENT, 3, 0, 0, 0, 4096],
  ['path_filestat_set_times', NOENT, 3, 0, 0, 0, 0n, 0n, 0],
  ['path_link', NOENT, 3, 0, 0, 0, 3, 0, 0],
  ['path_open', NOENT, 3, 0, 0, 0, 0, 2n, 0n, 0, 4096],
  ['path_readlink', NOENT, 3, 0, 0, 0, 0, 4096],
  ['path_readlink', INVAL, 3, path('a.txt'), 0, 0, 4096],
  ['path_remove_directory', NOENT, 3, 0, 0],
  ['path_rename', NOENT, 3, 0, 0, 3, 0, 0],
  ['path_symlink', NOENT, 0, 0, 3, 0, 0],
  ['path_unlink_file', NOENT, 3, 0, 0],
  ['poll_oneoff', INVAL, 0, 0, 0, 4096],
];

export function* ranges(environment) {
  const probe = probes(environment);

  yield [
    'empty ranges where memory has just grown: nothing is touched, and nobody else notices',
    async () => {
      const other = await probe();
      for (const wasi of [
        undefined,
        { preopens: {} },
        { preopens: { '/data': { 'a.txt': 'text' } }, stdin: 'input' },
      ]) {
        const has = wasi?.stdin !== undefined;
        for (const [name, errno, ...args] of has ? EMPTY : EMPTY.slice(0, 6)) {
          const it = await probe({ wasi });
          if (has) equal(await it.call('path_open', 3, 0, path('a.txt'), 0, 66n, 0n, 0, 4096), 0);
          for (let round = 0; round < 3; round++) {
            await it.call('grow', 1);
            equal(await it.call(name, ...args), errno, `${name} of ${args.map((arg) => arg.count ?? arg)}`);
          }
          it.host.close();
        }
      }
      equal(await other.call('random_get', 0, 0), 0);
      equal(await other.call('path_open', 3, 0, path('a.txt'), 0, 2n, 0n, 0, 4096), 0);
      other.host.close();
    },
  ];

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
        [path('x'.repeat(255)), NOENT],
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
      for (const sizes of ['args_sizes_get', 'environ_sizes_get']) {
        equal(await it.call(sizes, 4096, 4100), 0);
        equal([it.u32(4096), it.u32(4100)], [0, 0], sizes);
      }
      equal(await it.call('fd_read', 0, iovecs([4096, 9]), 8192), 0);
      equal(it.u32(8192), 0);
      it.host.close();
    },
  ];
}
