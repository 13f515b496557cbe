/** The operations on each kind of descriptor: results of each function, and the rights of each kind. */

import { equal } from '../assert.js';
import { ERRNO, MOST_RIGHTS, iovecs, path, probes } from './probe.js';

const { BADF, INVAL, NAMETOOLONG, SPIPE } = ERRNO;

const [READ, WRITE] = [1n << 1n, 1n << 6n];
/** A mask of bits, by their numbers. */
const bits = (...numbers) => numbers.reduce((all, number) => all | (1n << BigInt(number)), 0n);
const FILE = bits(0, 1, 2, 3, 4, 5, 6, 7, 8, 21, 22, 23, 27);
const DIRECTORY = bits(3, 4, 7, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 23, 24, 25, 26, 27);

/** Descriptors by number: how each is opened, its kind, flags and rights. */
const OPEN = [
  { fd: 0, kind: 2, rights: bits(1, 21, 27) },
  { fd: 1, kind: 2, rights: bits(6, 21, 27) },
  { fd: 3, kind: 3, rights: DIRECTORY, inheriting: DIRECTORY | FILE },
  {
    fd: 4,
    open: ['sub', 2, MOST_RIGHTS & ~WRITE, MOST_RIGHTS],
    kind: 3,
    rights: DIRECTORY,
    inheriting: DIRECTORY | FILE,
  },
  { fd: 5, open: ['a.txt', 0, READ, 0n], kind: 4, rights: READ },
  { fd: 6, open: ['a.txt', 0, WRITE, 0n], kind: 4, rights: WRITE },
  { fd: 7, open: ['a.txt', 0, MOST_RIGHTS, MOST_RIGHTS, 5], kind: 4, flags: 5, rights: FILE },
];

const HERE = [iovecs([8192, 1]), 4096];
const THERE = [iovecs([8192, 1]), 0n, 4096];

/**
 * The errnos of a function on input, output, a preopened directory, an opened one, and files for reading, for writing
 * and for both.
 */
const ANSWERS = [
  ['fd_advise', [0n, 0n, 5], [BADF, BADF, BADF, BADF, 0, 0, 0]],
  ['fd_advise', [0n, 0n, 6], Array(7).fill(INVAL)],
  ['fd_allocate', [0n, 1n], [SPIPE, SPIPE, BADF, BADF, BADF, 0, 0]],
  ['fd_datasync', [], [INVAL, INVAL, 0, 0, 0, 0, 0]],
  ['fd_sync', [], [INVAL, INVAL, 0, 0, 0, 0, 0]],
  // APPEND and NONBLOCK; DSYNC, RSYNC, SYNC; and an unknown flag.
  ['fd_fdstat_set_flags', [5], [BADF, BADF, BADF, BADF, 0, 0, 0]],
  ...[2, 8, 16].map((flags) => ['fd_fdstat_set_flags', [flags], [BADF, BADF, BADF, BADF, INVAL, INVAL, INVAL]]),
  ['fd_fdstat_set_flags', [1 << 16], Array(7).fill(INVAL)],
  ['fd_filestat_get', [8192], Array(7).fill(0)],
  ['fd_filestat_set_size', [4n], [BADF, BADF, BADF, BADF, INVAL, 0, 0]],
  ['fd_filestat_set_times', [0n, 0n, 10], [BADF, BADF, 0, 0, 0, 0, 0]],
  // A time that is set to two things at once.
  ['fd_filestat_set_times', [0n, 0n, 3], Array(7).fill(INVAL)],
  ['fd_filestat_set_times', [0n, 0n, 12], Array(7).fill(INVAL)],
  ['fd_prestat_get', [8192], [BADF, BADF, 0, BADF, BADF, BADF, BADF]],
  ['fd_prestat_dir_name', [8192, 5], [BADF, BADF, 0, BADF, BADF, BADF, BADF]],
  ['fd_prestat_dir_name', [8192, 4], [BADF, BADF, NAMETOOLONG, BADF, BADF, BADF, BADF]],
  ['fd_readdir', [8192, 100, 0n, 4096], [BADF, BADF, 0, 0, BADF, BADF, BADF]],
  ['fd_seek', [0n, 0, 8192], [SPIPE, SPIPE, BADF, BADF, 0, 0, 0]],
  ['fd_tell', [8192], [SPIPE, SPIPE, BADF, BADF, 0, 0, 0]],
  ['fd_read', HERE, [0, BADF, BADF, BADF, 0, BADF, 0]],
  ['fd_pread', THERE, [SPIPE, BADF, BADF, BADF, 0, BADF, 0]],
  ['fd_write', HERE, [BADF, 0, BADF, BADF, BADF, 0, 0]],
  ['fd_pwrite', THERE, [BADF, SPIPE, BADF, BADF, BADF, 0, 0]],
];

export function* descriptors(environment) {
  const probe = async () => {
    const it = await probes(environment)();
    for (const { open: [name, how, rights, inheriting, flags = 0] = [] } of OPEN) {
      if (name === undefined) continue;
      equal(await it.call('path_open', 3, 0, path(name), how, rights, inheriting, flags, 4096), 0, `open ${name}`);
    }
    return it;
  };

  yield [
    'fd_fdstat_get: kind, flags and rights of whatever is open, which can be given up and not taken',
    async () => {
      const it = await probe();
      for (const { fd, kind, flags = 0, rights, inheriting = 0n } of OPEN) {
        equal(await it.call('fd_fdstat_get', fd, 8192), 0);
        const view = new DataView(it.memory.buffer, 8192, 24);
        equal([view.getUint8(0), view.getUint16(2, true)], [kind, flags], `kind and flags of ${fd}`);
        equal(
          [8, 16].map((at) => view.getBigUint64(at, true)),
          [rights, inheriting],
          `rights of ${fd}`,
        );
        equal(await it.call('fd_fdstat_set_rights', fd, MOST_RIGHTS, 0n), ERRNO.NOTCAPABLE, `more for ${fd}`);
        equal(await it.call('fd_fdstat_set_rights', fd, 0n, MOST_RIGHTS + 1n), ERRNO.NOTCAPABLE, `others for ${fd}`);
        equal(await it.call('fd_fdstat_set_rights', fd, rights, inheriting), 0, `the same for ${fd}`);
        equal(await it.call('fd_fdstat_set_rights', fd, 0n, 0n), 0, `none for ${fd}`);
        equal(await it.call('fd_fdstat_set_rights', fd, rights, 0n), ERRNO.NOTCAPABLE, `again for ${fd}`);
      }
      it.host.close();
    },
  ];

  for (const [name, args, errnos] of ANSWERS) {
    yield [
      `${name}(${args.map((arg) => arg.count ?? arg)}): what it answers to each kind of descriptor`,
      async () => {
        const it = await probe();
        const answers = [];
        for (const { fd } of OPEN) answers.push(await it.call(name, fd, ...args));
        equal(answers, errnos);
        it.host.close();
      },
    ];
  }
}
