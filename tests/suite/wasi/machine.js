/** Directories of the machine, in each engine that has its own functions for files. */

import { equal } from '../assert.js';
import { ERRNO, path, probes } from './probe.js';

const { EXIST, NOENT } = ERRNO;

export function* machine({ inDirectory, ...environment }) {
  if (inDirectory === undefined) return;
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
}
