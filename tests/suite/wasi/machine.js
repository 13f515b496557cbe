/** Directories of the machine, in each engine that has its own functions for files. */

import { equal, fails, string, until } from '../assert.js';
import { A_DAY, ERRNO, clock, iovecs, path, payloadOf, pollPayload, probes } from './probe.js';

const { EXIST, FBIG, NOENT } = ERRNO;

/** Files and directories of this process that are open in a directory. */
const openIn = (directory, fs) =>
  fs.readdirSync('/proc/self/fd').filter((fd) => {
    try {
      return fs.readlinkSync(`/proc/self/fd/${fd}`).startsWith(directory);
    } catch {
      // Closed meanwhile, as the one by which they are listed.
      return false;
    }
  });

export function* machine({ inDirectory, ...environment }) {
  if (inDirectory === undefined) return;
  const { WapcPool, guest } = environment;
  const probe = probes(environment);

  yield [
    'OFLAGS_EXCL counts with OFLAGS_CREAT alone, in a directory of the machine and in a tree',
    () =>
      inDirectory(async (directory, fs) => {
        fs.writeFileSync(`${directory}/a.txt`, 'text');
        for (const preopen of [{ path: directory }, { 'a.txt': 'text' }]) {
          const it = await probe({ wasi: { preopens: { '/data': preopen } } });
          const [CREATE, EXCLUSIVE] = [1, 4];
          const [READ, WRITE] = [2n, 64n];
          for (const [name, flags, rights, errno] of [
            ['new', EXCLUSIVE, READ | WRITE, NOENT],
            ['a.txt', EXCLUSIVE, READ, 0],
            ['a.txt', EXCLUSIVE, READ | WRITE, 0],
            ['a.txt', CREATE | EXCLUSIVE, READ | WRITE, EXIST],
            ['new', CREATE | EXCLUSIVE, READ | WRITE, 0],
          ]) {
            const call = `${name}, oflags ${flags}, rights ${rights}`;
            equal(await it.call('path_open', 3, 0, path(name), flags, rights, 0n, 0, 4096), errno, call);
          }
          it.host.close();
        }
        equal(fs.readFileSync(`${directory}/a.txt`, 'utf8'), 'text');
      }),
  ];

  yield [
    'a file that is to be new: EEXIST where a symbolic link has its name, and nothing is created where that leads',
    () =>
      inDirectory(async (directory) => {
        const [CREATE, EXCLUSIVE] = [1, 4];
        for (const preopen of [{ path: directory }, {}]) {
          const it = await probe({ wasi: { preopens: { '/data': preopen } } });
          const open = (name, lookup, flags) => it.call('path_open', 3, lookup, path(name), flags, 66n, 0n, 0, 4096);
          equal(await open('file', 0, CREATE | EXCLUSIVE), 0);
          equal(await it.call('path_create_directory', 3, path('directory')), 0);
          for (const target of ['file', 'directory', 'missing', 'missing/one']) {
            equal(await it.call('path_symlink', path(target), 3, path('link')), 0);
            for (const lookup of [0, 1]) equal(await open('link', lookup, CREATE | EXCLUSIVE), EXIST, target);
            equal(await it.call('path_unlink_file', 3, path('link')), 0);
          }
          equal(await open('missing', 0, 0), NOENT);
          // Without EXCL, what the link leads to is created.
          equal(await it.call('path_symlink', path('missing'), 3, path('link')), 0);
          equal([await open('link', 1, CREATE), await open('missing', 0, 0)], [0, 0]);
          it.host.close();
        }
      }),
  ];

  yield [
    'empty buffers are read and written anywhere, in a directory of the machine and in a tree',
    () =>
      inDirectory(async (directory, fs) => {
        fs.writeFileSync(`${directory}/a.txt`, 'text');
        for (const preopen of [{ path: directory }, { 'a.txt': 'text' }]) {
          const it = await probe({ wasi: { preopens: { '/data': preopen } } });
          equal(await it.call('path_open', 3, 0, path('a.txt'), 0, 66n, 0n, 0, 4096), 0);
          for (const offset of [0n, 1n << 33n, 1n << 53n, (1n << 64n) - 1n]) {
            for (const buffers of [iovecs(), iovecs([8192, 0]), iovecs([8192, 0], [0, 0])]) {
              for (const name of ['fd_pwrite', 'fd_pread']) {
                equal(await it.call(name, 4, buffers, offset, 4096), 0, `${name} at ${offset}`);
                equal(it.u32(4096), 0);
              }
            }
          }
          equal(await it.call('fd_pwrite', 4, iovecs([8192, 0], [8192, 1]), 1n << 53n, 4096), FBIG);
          equal(await it.call('fd_pwrite', 4, iovecs([8192, 0], [8192, 1]), 0n, 4096), 0);
          equal(it.u32(4096), 1);
          it.host.close();
        }
      }),
  ];

  yield [
    'path_symlink to nothing is ENOENT, in a directory of the machine and in a tree',
    () =>
      inDirectory(async (directory) => {
        for (const preopen of [{ path: directory }, {}]) {
          const it = await probe({ wasi: { preopens: { '/data': preopen } } });
          equal(await it.call('path_symlink', path(''), 3, path('link')), NOENT);
          it.host.close();
        }
      }),
  ];

  yield [
    'fd_readdir: names that are not UTF-8 are left out, also beside one that looks the same decoded',
    () =>
      inDirectory(async (directory, fs, shell) => {
        // By the shell: Deno makes no such names, and not every file system has them.
        shell(String.raw`mkdir "$(printf 'both \377')"; echo > "$(printf 'broken \377')"`);
        for (const name of ['a.txt', 'both \ufffd', 'really \ufffd']) fs.writeFileSync(`${directory}/${name}`, '');
        const it = await probe({ wasi: { preopens: { '/data': { path: directory } } } });
        equal(await it.call('fd_readdir', 3, 8192, 400, 0n, 4096), 0);
        const listed = [];
        for (let at = 8192; at < 8192 + it.u32(4096); at += 24 + it.u32(at + 16)) {
          listed.push([string(it.memory.slice(at + 24, at + 24 + it.u32(at + 16))), it.memory[at + 20]]);
        }
        equal(listed.sort(), [
          ['.', 3],
          ['..', 3],
          ['a.txt', 4],
          ['both \ufffd', 4],
          ['really \ufffd', 4],
        ]);
        it.host.close();
      }),
  ];

  yield [
    'what a guest in a worker has open of the machine is closed when its worker ends',
    () =>
      inDirectory(async (directory, fs) => {
        fs.writeFileSync(`${directory}/a.txt`, '');
        const sleep = (pool) =>
          fails('WAPC_TIMEOUT', () => pool.invoke('x', pollPayload(clock(A_DAY)), { timeout: 1 }));
        for (const end of [
          (pool) => pool.close(),
          (pool) => pool.destroy(),
          (pool) => sleep(pool).then(() => pool.close()),
        ]) {
          const wasi = { preopens: { '/data': { path: directory } } };
          const pool = await WapcPool.create(await guest('wat/wasi'), { size: 1, workers: true, wasi });
          for (let i = 0; i < 10; i++)
            await pool.invoke('x', payloadOf('path_open', [3, 0, path('a.txt'), 0, 2n, 0n, 0, 4096]));
          equal(openIn(directory, fs).length, 11);
          await end(pool);
          await until(() => openIn(directory, fs).length === 0);
        }
      }),
  ];
}
