/** Files in a tree in memory. */

import { equal, fails, string, words } from '../assert.js';
import { ERRNO, MOST_RIGHTS, at, path, iovecs, probes } from './probe.js';

const { BADF, FBIG, INVAL, LOOP, NAMETOOLONG, NOENT, NOSPC } = ERRNO;

export function* files(environment) {
  const probe = probes(environment);

  if (globalThis.process === undefined) {
    yield [
      'directories of the machine in a browser: WAPC_UNSUPPORTED',
      async () => {
        const preopens = { '/data': { path: '/' } };
        await fails('WAPC_UNSUPPORTED', () => probe({ wasi: { preopens } }));
      },
    ];
  }

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
    'symbolic links: as many as one path may lead through, and as many names as they may come to',
    async () => {
      const it = await probe();
      const link = async (name, target) => {
        await it.call('path_unlink_file', 3, path(name));
        equal(await it.call('path_symlink', path(target), 3, path(name)), 0);
      };
      const look = (name) => it.call('path_filestat_get', 3, 1, path(name), 8192);
      await link('link0', 'a.txt');
      for (let i = 1; i < 33; i++) await link(`link${i}`, `link${i - 1}`);
      equal([await look('link31'), await look('link32')], [0, LOOP]);
      // `first` and 2,045 names behind it, `second` and 2,040 behind it in its target, and those of the latter's target:
      // 4,096 together.
      await link('first', `second${'/a'.repeat(2040)}`);
      for (const [names, errno] of [
        [9, NOENT],
        [10, NAMETOOLONG],
      ]) {
        await link('second', Array(names).fill('missing').join('/'));
        equal(await look(`first${'/a'.repeat(2045)}`), errno, `${names} names`);
      }
      it.host.close();
    },
  ];

  yield [
    'fd_readdir: goes on where it was, in the directory as it was, until it begins anew',
    async () => {
      const it = await probe();
      const names = async (cookie) => {
        equal(await it.call('fd_readdir', 3, 8192, 400, cookie, 4096), 0);
        const found = [];
        for (let from = 8192; from < 8192 + it.u32(4096); from += 24 + it.u32(from + 16)) {
          found.push(string(it.memory.slice(from + 24, from + 24 + it.u32(from + 16))));
        }
        return found;
      };
      equal(await names(3n), ['sub'], 'from within, at first');
      equal(await it.call('path_create_directory', 3, path('b')), 0);
      equal(await names(2n), ['a.txt', 'sub']);
      equal(await names(0n), ['.', '..', 'a.txt', 'b', 'sub']);
      equal(await names(9n), []);
      it.host.close();
    },
  ];

  yield [
    'a write within a file does not shorten it, an empty write behind its end does not lengthen it',
    async () => {
      const it = await probe();
      equal(await it.call('path_open', 3, 0, path('a.txt'), 0, 66n, 0n, 0, 4096), 0);
      for (const [length, offset, content] of [
        [1, 1n, 'txxt'],
        [0, 10n, 'txxt'],
        [0, 4n, 'txxt'],
        [1, 4n, 'txxtx'],
        [1, 7n, 'txxtx\0\0x'],
      ]) {
        equal(await it.call('fd_pwrite', 4, iovecs([512, length]), offset, 4096), 0);
        equal(it.u32(4096), length);
        equal(await it.call('fd_pread', 4, iovecs([9000, 20]), 0n, 4096), 0);
        equal(string(it.memory.slice(9000, 9000 + it.u32(4096))), content, `${length} bytes at ${offset}`);
      }
      it.host.close();
    },
  ];

  yield [
    'fd_write writes at the position of the descriptor, and moves it',
    async () => {
      const it = await probe();
      // Without and with FDFLAGS_APPEND, and the rights to read, write, seek and tell.
      for (const [flags, positions] of [
        [0, [1n, 2n]],
        [1, [5n, 6n]],
      ]) {
        equal(await it.call('path_open', 3, 0, path('a.txt'), 0, 0x66n, 0n, flags, 4096), 0);
        const fd = it.u32(4096);
        for (const position of positions) {
          equal(await it.call('fd_write', fd, iovecs([512, 1]), 4096), 0);
          equal(await it.call('fd_tell', fd, 4096), 0);
          equal(BigInt(it.u32(4096)), position, `flags ${flags}`);
        }
        // Reading and writing at an offset does not move the position.
        for (const call of ['fd_pread', 'fd_pwrite']) {
          equal(await it.call(call, fd, iovecs([9000, 1]), 3n, 4096), 0);
          equal(await it.call('fd_tell', fd, 4096), 0);
          equal(BigInt(it.u32(4096)), positions[1], `${call}, flags ${flags}`);
        }
        equal(await it.call('fd_close', fd), 0);
      }
      it.host.close();
    },
  ];

  yield [
    'fd_allocate: makes a file longer, never shorter',
    async () => {
      const it = await probe();
      equal(await it.call('path_open', 3, 0, path('a.txt'), 0, 66n, 0n, 0, 4096), 0);
      equal(await it.call('path_open', 3, 0, path('a.txt'), 0, 2n, 0n, 0, 4096), 0);
      for (const [fd, offset, length, errno, size] of [
        [4, 0n, 3n, 0, 4],
        [4, 2n, 8n, 0, 10],
        [4, 0n, 4n, 0, 10],
        [4, 0n, 0n, INVAL, 10],
        [4, (1n << 64n) - 1n, 1n, INVAL, 10],
        [4, 1n << 40n, 1n, FBIG, 10],
        [5, 0n, 99n, BADF, 10],
        [3, 0n, 99n, BADF, 10],
      ]) {
        equal(await it.call('fd_allocate', fd, offset, length), errno, `${length} at ${offset} of ${fd}`);
        await it.call('fd_filestat_get', 4, 8192);
        equal(it.u64(8192 + 32), size);
      }
      equal(await it.call('fd_pread', 4, iovecs([9000, 20]), 0n, 4096), 0);
      equal(string(it.memory.slice(9000, 9010)), 'text\0\0\0\0\0\0');
      it.host.close();
    },
  ];

  yield [
    'what is held counts: a file that is emptied gives its room back, and listings take some',
    async () => {
      const it = await probe();
      // Together more than there is room for, one after the other.
      for (let i = 0; i < 8; i++) {
        equal(await it.call('path_open', 3, 0, path(`big${i}`), 1, 66n, 0n, 0, 4096), 0);
        equal(await it.call('fd_filestat_set_size', 4 + i, 1n << 28n), 0, `file ${i}`);
        equal(await it.call('fd_filestat_set_size', 4 + i, 0n), 0);
      }
      it.host.close();
      const files = Object.fromEntries(Array.from({ length: 20_000 }, (_, i) => [`${i}`.padEnd(250, '.'), '']));
      const many = await probe({ wasi: { preopens: { '/many': files } } });
      let errno = 0;
      let fd = 4;
      for (; errno === 0; fd++) {
        equal(await many.call('path_open', 3, 0, path('.'), 2, 0n, 0n, 0, 4096), 0);
        errno = await many.call('fd_readdir', fd, 8192, 100, 0n, 4096);
      }
      equal([errno, fd < 300], [NOSPC, true]);
      equal(await many.call('fd_close', 4), 0);
      equal(await many.call('fd_readdir', fd - 1, 8192, 100, 0n, 4096), 0);
      many.host.close();
      const again = await probe();
      equal(await again.call('fd_readdir', 3, 8192, 100, 0n, 4096), 0);
      again.host.close();
    },
  ];

  yield [
    'what is held counts: every name of a file takes room, a longer one more, and gives it back',
    async () => {
      const it = await probe();
      const room = async () => (await environment.wasiCounts()).room;
      const before = await room();
      const taken = [];
      const noteAfter = async (...call) => {
        equal(await it.call(...call), 0);
        taken.push((await room()) - before);
      };
      const [short, long] = ['l'.repeat(10), 'm'.repeat(200)];
      await noteAfter('path_link', 3, 0, path('a.txt'), 3, path(short));
      await noteAfter('path_rename', 3, path(short), 3, path(long));
      await noteAfter('path_link', 3, 0, path('a.txt'), 3, path(short));
      // Replaces the other name.
      await noteAfter('path_rename', 3, path(long), 3, path('sub/x'));
      await noteAfter('path_unlink_file', 3, path('sub/x'));
      await noteAfter('path_unlink_file', 3, path(short));
      const entry = taken[0] - short.length;
      equal(entry > 0, true);
      equal(taken, [entry + 10, entry + 200, 2 * entry + 210, 2 * entry + 11, entry + 10, 0]);
      it.host.close();
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
      equal(await it.call('path_open', 3, 0, path('late'), 1, 66n, 0n, 0, 4096), 33);
      equal(await it.call('path_filestat_get', 3, 0, path('late'), 8192), NOENT);
      for (let fd = 5; fd < 4096; fd++) await it.call('fd_close', fd);
      // Nests directories: each is opened in 4, and then takes its place.
      equal(await it.call('fd_renumber', 3, 4), 0);
      for (let depth = 0; depth < 3000; depth++) {
        equal(await it.call('path_create_directory', 4, path('d')), 0);
        equal(await it.call('path_open', 4, 0, path('d'), 2, 0n, MOST_RIGHTS, 0, 4096), 0);
        equal(await it.call('fd_renumber', it.u32(4096), 4), 0);
      }
      it.host.close();
    },
  ];
}
