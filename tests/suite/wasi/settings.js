/** The option `wasi`: read once, copied, and refused with a code. */

import { detached, equal, fails, foreign, string } from '../assert.js';
import { iovecs, path, probes } from './probe.js';

const thrower = () => {
  throw new Error('a getter of the caller');
};

/** Options whose reading throws. */
const THROWING = {
  'a getter of wasi': () => Object.defineProperty({}, 'args', { get: thrower, enumerable: true }),
  'a proxy as wasi': () => new Proxy({}, { ownKeys: thrower }),
  'a proxy as args': () => ({ args: new Proxy(['a'], { get: thrower }) }),
  'a getter in args': () => ({ args: Object.defineProperty(['a'], 0, { get: thrower }) }),
  'a getter in env': () => ({ env: Object.defineProperty({}, 'A', { get: thrower, enumerable: true }) }),
  'a proxy as preopens': () => ({ preopens: new Proxy({}, { ownKeys: thrower }) }),
  'a getter in a tree': () => ({
    preopens: { '/data': Object.defineProperty({}, 'a', { get: thrower, enumerable: true }) },
  }),
  'a proxy in a tree': () => ({
    preopens: { '/data': { sub: new Proxy({}, { getOwnPropertyDescriptor: thrower, ownKeys: thrower }) } },
  }),
  'a directory that throws when it is asked for its path': () => ({
    preopens: { '/data': Object.defineProperty({}, 'path', { get: thrower, enumerable: true }) },
  }),
};

const nested = (depth) => (depth === 0 ? {} : { d: nested(depth - 1) });

function circular() {
  const tree = { sub: { 'a.txt': '' } };
  tree.sub.again = tree;
  return tree;
}

/** Invalid options. */
const WRONG = {
  'args that are null': () => ({ args: null }),
  'args of an empty string': () => ({ args: '' }),
  'variables that are null': () => ({ env: null }),
  'variables in a Map': () => ({ env: new Map([['A', '1']]) }),
  'preopens that are null': () => ({ preopens: null }),
  'preopens that are false': () => ({ preopens: false }),
  'a directory that is a Map': () => ({ preopens: { '/data': new Map() } }),
  'a file that is a buffer': () => ({ preopens: { '/data': { a: new ArrayBuffer(2) } } }),
  'a file that is a Date': () => ({ preopens: { '/data': { a: new Date() } } }),
  'args with a hole': () => ({ args: ['a', , 'b'] }), // eslint-disable-line no-sparse-arrays
  'args of nothing, and many of it': () => ({ args: new Array(2 ** 32 - 1) }),
  'stdin that is detached': () => ({ stdin: detached(new Uint8Array(8)) }),
  'stdin in a buffer that is detached': () => ({ stdin: detached(new Uint8Array(8)).buffer }),
  'stdin that only says that it is bytes': () => ({ stdin: Object.create(Uint8Array.prototype) }),
  'a proxy of bytes as stdin': () => ({ stdin: new Proxy(new Uint8Array(2), {}) }),
  'a file that is detached': () => ({ preopens: { '/data': { a: detached(new Uint8Array(8)) } } }),
  'a file that only says that it is bytes': () => ({
    preopens: { '/data': { a: Object.create(Uint8Array.prototype) } },
  }),
  'a proxy of no bytes as a file': () => ({ preopens: { '/data': { a: new Proxy(new Uint8Array(0), {}) } } }),
  'a file with a name of 256 bytes': () => ({ preopens: { '/data': { ['ü'.repeat(128)]: '' } } }),
  'a directory with a name of 256 bytes': () => ({ preopens: { '/data': { sub: { ['d'.repeat(256)]: {} } } } }),
  'files whose names are the same in UTF-8': () => ({ preopens: { '/data': { '\ud800': '', '\ufffd': '' } } }),
  'a tree in itself': () => ({ preopens: { '/data': circular() } }),
  'a tree of 257 directories in one another': () => ({ preopens: { '/data': nested(256) } }),
  'a tree of 100,000 directories in one another': () => {
    let tree = {};
    for (let i = 0; i < 100_000; i++) tree = { tree };
    return { preopens: { '/data': tree } };
  },
};

export function* settings(environment) {
  const probe = probes(environment);

  for (const [what, make] of Object.entries({ ...THROWING, ...WRONG })) {
    yield [
      `${what}: WAPC_ARGUMENT, and nothing is left behind`,
      async () => {
        const error = await fails('WAPC_ARGUMENT', () => probe({ wasi: make() }));
        equal(THROWING[what] === undefined || error.cause.message === 'a getter of the caller', true, 'cause');
        const it = await probe();
        equal(await it.call('args_sizes_get', 4096, 4100), 0);
        equal(it.u32(4096), 2);
        equal(await it.call('path_filestat_get', 3, 0, path('a.txt'), 8192), 0);
        it.host.close();
      },
    ];
  }

  yield [
    'a tree 256 directories deep, itself among them, and one with the same directory at two places',
    async () => {
      const shared = { 'a.txt': 'text' };
      const it = await probe({ wasi: { preopens: { '/deep': nested(255), '/data': { one: shared, two: shared } } } });
      equal(await it.call('path_filestat_get', 3, 0, path('d/'.repeat(255)), 8192), 0);
      equal(await it.call('path_unlink_file', 4, path('one/a.txt')), 0);
      equal(await it.call('path_filestat_get', 4, 0, path('two/a.txt'), 8192), 0);
      it.host.close();
    },
  ];

  yield [
    'a file and a directory with names of 255 bytes',
    async () => {
      const [file, directory] = ['ü'.repeat(127) + 'a', 'd'.repeat(255)];
      const it = await probe({ wasi: { preopens: { '/data': { [directory]: { [file]: '' } } } } });
      equal(await it.call('path_filestat_get', 3, 0, path(`${directory}/${file}`), 8192), 0);
      it.host.close();
    },
  ];

  yield [
    'files whose bytes are of another realm',
    async () => {
      const file = foreign(new Uint8Array([97, 98]));
      const it = await probe({ wasi: { preopens: { '/data': { 'a.txt': file } } } });
      equal(await it.call('path_open', 3, 0, path('a.txt'), 0, 2n, 0n, 0, 4096), 0);
      equal(await it.call('fd_read', it.u32(4096), iovecs([8192, 9]), 4096), 0);
      equal([it.u32(4096), string(it.memory.slice(8192, 8194))], [2, 'ab']);
      it.host.close();
    },
  ];

  yield [
    'what a caller gave is as it was then, for every instance: each value is read once',
    async () => {
      const [stdin, file] = [new Uint8Array([97, 98, 99]), new Uint8Array([100, 101])];
      const shared =
        typeof SharedArrayBuffer === 'function' ? new Uint8Array(new SharedArrayBuffer(2)).fill(102) : 'ff';
      let reads = 0;
      const preopens = {
        '/data': {
          get 'a.txt'() {
            reads++;
            return file;
          },
          shared,
        },
      };
      Object.defineProperty(stdin, 'length', { value: 1000 });
      const it = await probe({ wasi: { stdin, preopens } });
      equal(reads, 1);
      structuredClone(file.buffer, { transfer: [file.buffer] });
      stdin.fill(0);
      for (const round of [0, 1]) {
        equal(await it.call('fd_read', 0, iovecs([8192, 9]), 4096), 0);
        equal([it.u32(4096), string(it.memory.slice(8192, 8195))], [3, 'abc'], `round ${round}`);
        for (const [name, text] of [
          ['a.txt', 'de'],
          ['shared', 'ff'],
        ]) {
          equal(await it.call('path_open', 3, 0, path(name), 0, 2n, 0n, 0, 4096), 0);
          equal(await it.call('fd_read', it.u32(4096), iovecs([8192, 9]), 4096), 0);
          equal([it.u32(4096), string(it.memory.slice(8192, 8194))], [2, text]);
        }
        await it.host.reset();
      }
      it.host.close();
    },
  ];
}
