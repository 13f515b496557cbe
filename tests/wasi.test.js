/** WASI with directories of the machine: compared with a reference runtime, and attacked by guests that want out. */

import { deepEqual, equal, rejects } from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { pathToFileURL } from 'node:url';

import { WapcHost, WapcModule, WapcPool } from 'wapc-host';

import { python } from '../tools/python.js';
import { Wasi } from '../dist/wasi.js';
import { Directories } from '../js/wasi/directories.js';
import { root } from '../tools/run.js';
import { environment, path as guest } from './environments/node.js';
import { WASI, shifts, walk } from './suite/stack/edge.js';
import { sunk } from './suite/stack/sunk.js';
import { useHighMemory } from './suite/wasi/high.js';
import { ERRNO, MOST_RIGHTS, path, probes } from './suite/wasi/probe.js';

const scratch = fs.mkdtempSync(join(tmpdir(), 'wapc-host-'));
after(() => fs.rmSync(scratch, { recursive: true }));

/** A new, empty directory. */
const directory = () => fs.mkdtempSync(join(scratch, 'd-'));

/** Everything in a directory: names, kinds, contents. */
function treeOf(path) {
  return fs.readdirSync(path, { withFileTypes: true, recursive: true }).map((entry) => {
    const at = join(entry.parentPath ?? entry.path, entry.name);
    const name = at.slice(path.length);
    if (entry.isSymbolicLink()) return `${name} -> ${fs.readlinkSync(at)}`;
    return entry.isDirectory() ? name : `${name}: ${fs.readFileSync(at).toString('hex')}`;
  });
}

const STDIN = 'some input';

/** Runs a program under the reference runtime: its output, and whether it failed. */
function reference(program, path) {
  const [stdout, stderr, stdin] = ['out', 'err', 'in'].map((name) => `${path}.${name}`);
  fs.writeFileSync(stdin, STDIN);
  const args = [join(root, 'tests/wasi/reference.py'), program, path, stdout, stderr, stdin];
  const { status, stdout: code, stderr: failure } = spawnSync(python('wasmtime', 'wasmtime==50.0.1', 'wasmtime'), args);
  equal(status, 0, failure?.toString());
  return {
    failed: Number(code) !== 0,
    stdout: fs.readFileSync(stdout, 'utf8'),
    stderr: fs.readFileSync(stderr, 'utf8'),
  };
}

/** Runs a program as a guest: the same. */
async function ours(program, preopen) {
  const [stdout, stderr] = [[], []];
  const started = WapcHost.instantiate(program, {
    stdout: (chunk) => stdout.push(chunk),
    stderr: (chunk) => stderr.push(chunk),
    wasi: {
      args: ['program', 'one', 'two words'],
      env: { NAME: 'value' },
      stdin: STDIN,
      preopens: { '/data': preopen },
    },
  });
  const failed = await started.then(
    (host) => (host.close(), false),
    ({ code, cause }) => code === 'WAPC_INIT' && cause.code === 'WAPC_TRAP',
  );
  return { failed, stdout: Buffer.concat(stdout).toString(), stderr: Buffer.concat(stderr).toString() };
}

for (const name of ['calls', 'files']) {
  test(`the program ${name} says the same as under a reference runtime, and leaves the same behind`, async () => {
    const program = guest(`wasi/${name}`);
    const [theirs, its] = [directory(), directory()];
    const expected = reference(program, theirs);
    equal(expected.stdout.length > 100, true);
    deepEqual(await ours(program, { path: its }), expected);
    deepEqual(treeOf(its), treeOf(theirs));
    deepEqual(await ours(program, {}), expected, 'in a tree in memory');
  });
}

/** Runs the exercise of the C guest: what it read of `/data/a.txt`, and whether it could write. */
async function exercise(preopen, options) {
  const silent = { logger() {}, stdout() {}, stderr() {} };
  const host = await WapcHost.instantiate(guest('c/hello'), {
    ...silent,
    ...options,
    wasi: { preopens: { '/data': preopen } },
  });
  try {
    const told = new TextDecoder().decode(await host.invoke('exercise'));
    return Object.fromEntries(told.split('\n').map((line) => line.split(': ')));
  } finally {
    host.close();
  }
}

test('a directory of the machine: read and written, also from a worker', async () => {
  const path = directory();
  fs.writeFileSync(join(path, 'a.txt'), 'of the machine');
  const told = await exercise({ path });
  deepEqual([told.read, told['read back']], ['of the machine', 'written twice']);
  equal(fs.readFileSync(join(path, 'b.txt'), 'utf8'), 'written twice');
  fs.rmSync(join(path, 'b.txt'));
  const pool = await WapcPool.create(guest('c/hello'), {
    size: 1,
    workers: true,
    stdout() {},
    stderr() {},
    wasi: { preopens: { '/data': { path } } },
  });
  await pool.invoke('exercise');
  await pool.close();
  equal(fs.readFileSync(join(path, 'b.txt'), 'utf8'), 'written twice');
});

test('a guest whose memory is over 2 GiB: files of the machine', async () => {
  const path = directory();
  fs.writeFileSync(join(path, 'a.txt'), 'text and more');
  await useHighMemory(environment, false, { path });
  equal(fs.readFileSync(join(path, 'a.txt'), 'utf8'), 'high and more');
});

test('symbolic links lead nowhere but to what is below', async () => {
  const [path, outside] = [directory(), directory()];
  fs.writeFileSync(join(outside, 'a.txt'), 'secret');
  fs.mkdirSync(join(path, 'within'));
  fs.writeFileSync(join(path, 'within', 'a.txt'), 'within');
  for (const [target, read] of [
    [join(outside, 'a.txt'), undefined],
    [`../${outside.slice(scratch.length + 1)}/a.txt`, undefined],
    ['within/../../../../../../etc/passwd', undefined],
    ['/proc/self/environ', undefined],
    ['within/a.txt', 'within'],
    ['./within/../within/a.txt', 'within'],
  ]) {
    fs.rmSync(join(path, 'a.txt'), { force: true });
    fs.symlinkSync(target, join(path, 'a.txt'));
    const told = await exercise({ path });
    equal(told.read === 'within', read === 'within', `${target}: ${told.read}`);
    equal(JSON.stringify(told).includes('secret'), false, target);
  }
  // A link that is written through: the file outside stays unchanged.
  fs.writeFileSync(join(path, 'a2'), '');
  fs.rmSync(join(path, 'b.txt'), { force: true });
  fs.symlinkSync(join(outside, 'a.txt'), join(path, 'b.txt'));
  await exercise({ path });
  equal(fs.readFileSync(join(outside, 'a.txt'), 'utf8'), 'secret');
});

test('a link that leads out may be made, but not followed', async () => {
  const [data, outside] = [directory(), directory()];
  fs.writeFileSync(join(outside, 'a.txt'), 'secret');
  fs.symlinkSync(join(outside, 'a.txt'), join(data, 'absolute'));
  const it = await probes(environment)({ wasi: { preopens: { '/data': { path: data } } } });
  const link = (target, name) => it.call('path_symlink', path(target), 3, path(name));
  equal(await link(join(outside, 'a.txt'), 'refused'), ERRNO.NOTCAPABLE);
  equal(await link(`..${outside.slice(scratch.length)}/a.txt`, 'relative'), 0);
  equal(fs.readFileSync(join(data, 'relative'), 'utf8'), 'secret', 'another program follows it');
  for (const name of ['absolute', 'relative']) {
    equal(await it.call('path_open', 3, 1, path(name), 0, MOST_RIGHTS, 0n, 0, 4096), ERRNO.NOTCAPABLE, name);
    equal(await it.call('path_filestat_get', 3, 1, path(name), 8192), ERRNO.NOTCAPABLE, name);
    equal(await it.call('path_filestat_set_times', 3, 1, path(name), 0n, 0n, 10), ERRNO.NOTCAPABLE, name);
  }
  it.host.close();
  equal(fs.existsSync(join(data, 'refused')), false);
});

/** Runs `work`, and calls `swap` right after the first check of a path that ends in `name`. */
async function swapping(name, swap, work) {
  const { lstatSync } = fs;
  let swapped = false;
  fs.lstatSync = (path, ...rest) => {
    const stat = lstatSync(path, ...rest);
    if (!swapped && String(path).endsWith(`/${name}`)) {
      swapped = true;
      swap();
    }
    return stat;
  };
  try {
    return await work();
  } finally {
    fs.lstatSync = lstatSync;
    equal(swapped, true, `${name} was never looked at`);
  }
}

test('what is swapped for a symbolic link between its check and its use leads nowhere', async () => {
  const outside = directory();
  fs.writeFileSync(join(outside, 'a.txt'), 'secret');
  const files = directory();
  fs.writeFileSync(join(files, 'a.txt'), 'harmless');
  const swapFile = (name) => () => {
    fs.rmSync(join(files, name), { force: true });
    fs.symlinkSync(join(outside, 'a.txt'), join(files, name));
  };
  const told = await swapping('a.txt', swapFile('a.txt'), () => exercise({ path: files }));
  equal(JSON.stringify(told).includes('secret'), false);
  fs.writeFileSync(join(files, 'b.txt'), '');
  await swapping('b.txt', swapFile('b.txt'), () => exercise({ path: files }));
  equal(fs.readFileSync(join(outside, 'a.txt'), 'utf8'), 'secret');

  // A directory on the way: `/data/sub/a.txt` is read by the guest `wat/wasi`.
  const host = await WapcHost.instantiate(guest('wat/wasi'), { wasi: { preopens: { '/data': { path: files } } } });
  fs.mkdirSync(join(files, 'sub'));
  fs.writeFileSync(join(files, 'sub', 'a.txt'), 'harmless');
  const name = new TextEncoder().encode('sub/a.txt');
  const PATH_OPEN = 30;
  const words = Uint32Array.of(PATH_OPEN, 3, 1, 1024 + 44, name.length, 0, 66, 0, 0, 0, 0, 4096);
  const payload = new Uint8Array(4 * words.length + name.length);
  payload.set(new Uint8Array(words.buffer));
  payload.set(name, 4 * words.length);
  new DataView(payload.buffer).setUint32(12, 1024 + 4 * words.length, true);
  const open = async () => new Uint32Array((await host.invoke('x', payload)).buffer)[0];
  equal(await open(), 0);
  const swapSub = () => {
    fs.renameSync(join(files, 'sub'), join(files, 'was'));
    fs.symlinkSync(outside, join(files, 'sub'));
  };
  equal([32, 54].includes(await swapping('sub', swapSub, open)), true);
  equal(await open(), 76);
  host.close();
});

test('a hard link to a symbolic link is no name of what that leads to', async () => {
  const [data, outside] = [directory(), directory()];
  fs.writeFileSync(join(outside, 'a.txt'), 'secret');
  fs.writeFileSync(join(data, 'file'), 'harmless');
  const it = await probes(environment)({ wasi: { preopens: { '/data': { path: data } } } });
  const target = `..${outside.slice(scratch.length)}/a.txt`;
  const link = (from, to) => it.call('path_link', 3, 0, path(from), 3, path(to));
  equal(await it.call('path_symlink', path(target), 3, path('link')), 0);
  equal(await link('link', 'other'), 0);
  equal(fs.readlinkSync(join(data, 'other')), target);
  const swap = () => {
    fs.rmSync(join(data, 'file'));
    fs.symlinkSync(target, join(data, 'file'));
  };
  // The file system is by path where there is no `/proc/self/fd`: only there a name is checked, and then used.
  const isByPath = !fs.existsSync('/proc/self/fd');
  if (isByPath) equal(await swapping('file', swap, () => link('file', 'third')), ERRNO.LOOP);
  it.host.close();
  const secrets = treeOf(data).filter((file) => file.endsWith(Buffer.from('secret').toString('hex')));
  deepEqual(secrets, []);
  equal(fs.existsSync(join(data, 'third')), false);
});

test('a directory that may only be read', async () => {
  const path = directory();
  fs.writeFileSync(join(path, 'a.txt'), 'to be read');
  fs.mkdirSync(join(path, 'sub'));
  const before = treeOf(path);
  const told = await exercise({ path, readonly: true });
  equal(told.read, 'to be read');
  const host = await WapcHost.instantiate(guest('wat/wasi'), {
    wasi: { preopens: { '/data': { path, readonly: true }, '/tree': { 'a.txt': '' } } },
  });
  const EROFS = 69;
  const text = 'a.txt b.txt sub';
  const [a, b, sub] = [0, 6, 12];
  /** Calls a function by its index; array arguments are names, as pairs of an offset and a length. */
  const call = async (place, ...args) => {
    const flat = args.flatMap((arg) => (Array.isArray(arg) ? [2048 + arg[0], arg[1]] : [arg]));
    const payload = new Uint8Array(1024 + text.length);
    payload.set(new Uint8Array(Uint32Array.of(place, ...flat).buffer));
    payload.set(new TextEncoder().encode(text), 1024);
    return new Uint32Array((await host.invoke('x', payload)).buffer)[0];
  };
  const [A, B, SUB] = [
    [a, 5],
    [b, 5],
    [sub, 3],
  ];
  const open = (name, how, rights) => call(30, 3, 0, name, how, rights, 0, 0, 0, 0, 4096);
  const rows = {
    path_create_directory: () => call(26, 3, B),
    path_filestat_set_times: () => call(28, 3, 0, A, 0, 0, 0, 0, 10),
    path_link: () => call(29, 3, 0, A, 3, B),
    'path_open to write': () => open(A, 0, 64),
    'path_open to create': () => open(B, 1, 2),
    'path_open to truncate': () => open(A, 8, 2),
    path_remove_directory: () => call(32, 3, SUB),
    path_rename: () => call(33, 3, A, 3, B),
    path_symlink: () => call(34, A, 3, B),
    path_unlink_file: () => call(35, 3, A),
    'fd_filestat_set_times of the directory': () => call(15, 3, 0, 0, 0, 0, 10),
  };
  for (const [what, attempt] of Object.entries(rows)) equal(await attempt(), EROFS, what);
  equal(await open(A, 0, 2), 0);
  equal(await open(A, 1, 2), 0, 'what is there already needs not be created');
  equal(await call(33, 3, A, 4, B), 75, 'between directories that were given apart: EXDEV');
  host.close();
  deepEqual(treeOf(path), before);
});

test('preopens that do not exist, or are no directories: WAPC_ARGUMENT', async () => {
  const path = directory();
  fs.writeFileSync(join(path, 'file'), '');
  for (const wrong of [join(path, 'missing'), join(path, 'file')]) {
    await rejects(exercise({ path: wrong }), { code: 'WAPC_ARGUMENT' });
  }
});

test('more than trees may hold, all together: what was refused takes no room from others', async () => {
  const file = new Uint8Array(200 << 20);
  const tree = (files) => Object.fromEntries(['a.txt', 'b.txt'].slice(0, files).map((name) => [name, file]));
  const probe = await probes(environment)({ wasi: { preopens: { '/data': tree(1) } } });
  await rejects(exercise(tree(2)), { code: 'WAPC_LIMIT' });
  equal(await probe.call('path_open', 3, 0, path('new'), 1, MOST_RIGHTS, 0n, 0, 4096), 0);
  equal(await probe.call('fd_allocate', probe.u32(4096), 0n, 150n << 20n), 0);
  probe.host.close();
  await exercise(tree(2));
});

test('standard input takes of the room that all guests share, and gives it back', async () => {
  const stdin = new Uint8Array(257 << 20);
  const probe = probes(environment);
  const it = await probe({ wasi: { stdin } });
  await rejects(probe({ wasi: { stdin } }), { code: 'WAPC_LIMIT' });
  equal(Wasi.counts().processes, 1);
  it.host.close();
  const other = await probe({ wasi: { stdin, preopens: { '/data': {} } } });
  equal(await other.call('path_open', 3, 0, path('new'), 1, 66n, 0n, 0, 4096), 0);
  equal(await other.call('fd_filestat_set_size', 4, 1n << 28n), ERRNO.NOSPC);
  equal(await other.call('fd_filestat_get', 4, 8192), 0);
  equal(other.u32(8192 + 32), 0);
  other.host.close();
  deepEqual(Wasi.counts(), { processes: 0, room: 0, handles: 0 });
});

test('a file that a guest creates cannot be executed', async () => {
  const data = directory();
  const it = await probes(environment)({ wasi: { preopens: { '/data': { path: data } } } });
  equal(await it.call('path_open', 3, 0, path('new'), 1, MOST_RIGHTS, 0n, 0, 4096), 0);
  equal(fs.statSync(join(data, 'new')).mode & 0o777, 0o666 & ~process.umask());
  it.host.close();
});

test('times that are not to be set stay as they are, of files and of the directory itself', async () => {
  const data = directory();
  const file = join(data, 'a.txt');
  fs.writeFileSync(file, '');
  const [ACCESSED, MODIFIED] = [1, 4];
  const it = await probes(environment)({ wasi: { preopens: { '/data': { path: data } } } });
  const ways = [
    [file, (...times) => it.call('path_filestat_set_times', 3, 0, path('a.txt'), ...times)],
    [data, (...times) => it.call('fd_filestat_set_times', 3, ...times)],
  ];
  for (const [at, setTimes] of ways) {
    fs.utimesSync(at, 1000, 2000);
    const times = () => ['atimeMs', 'mtimeMs'].map((time) => fs.statSync(at)[time] / 1000);
    equal(await setTimes(3_000_000_000n, 0n, ACCESSED), 0);
    deepEqual(times(), [3, 2000]);
    equal(await setTimes(0n, 4_000_000_000n, MODIFIED), 0);
    deepEqual(times(), [3, 4]);
  }
  it.host.close();
});

test('a hard link to a file whose path ends in a slash: ENOTDIR, in a directory of the machine and in a tree', async () => {
  const data = directory();
  fs.writeFileSync(join(data, 'a.txt'), '');
  fs.mkdirSync(join(data, 'sub'));
  for (const preopen of [{ path: data }, { 'a.txt': '', sub: {} }]) {
    const it = await probes(environment)({ wasi: { preopens: { '/data': preopen } } });
    const link = (from, to) => it.call('path_link', 3, 0, path(from), 3, path(to));
    equal(await link('a.txt/', 'b'), ERRNO.NOTDIR);
    equal(await link('sub/', 'b'), ERRNO.PERM);
    equal(await link('a.txt', 'b'), 0);
    it.host.close();
  }
});

test('a slash at the end of a path is for directories, in a directory of the machine and in a tree', async () => {
  const data = directory();
  fs.writeFileSync(join(data, 'a.txt'), '');
  fs.mkdirSync(join(data, 'sub'));
  const { INVAL, NOENT, NOTDIR } = ERRNO;
  for (const preopen of [{ path: data }, { 'a.txt': '', sub: {} }]) {
    const it = await probes(environment)({ wasi: { preopens: { '/data': preopen } } });
    for (const [link, target] of [
      ['to-file', 'a.txt'],
      ['to-sub', 'sub'],
      ['to-nothing', 'missing'],
    ]) {
      equal(await it.call('path_symlink', path(target), 3, path(link)), 0);
    }
    for (const [name, ...errnos] of [
      ['a.txt/', NOTDIR, NOTDIR],
      ['to-file/', NOTDIR, NOTDIR],
      ['missing/', NOENT, NOENT],
      ['to-nothing/', NOENT, NOENT],
      ['sub/', 0, INVAL],
      ['to-sub/', 0, INVAL],
      ['to-sub', 0, 0],
    ]) {
      const setTimes = await it.call('path_filestat_set_times', 3, 0, path(name), 0n, 0n, 10);
      const readLink = await it.call('path_readlink', 3, path(name), 8192, 64, 4096);
      deepEqual([setTimes, readLink], errnos, name);
    }
    it.host.close();
  }
});

test('a dot at the end of a path is the directory itself, in a directory of the machine and in a tree', async () => {
  const data = directory();
  fs.writeFileSync(join(data, 'a.txt'), '');
  fs.mkdirSync(join(data, 'sub'));
  const { BUSY, EXIST, INVAL, ISDIR, NOENT, NOTDIR } = ERRNO;
  const CREATE = 1;
  for (const preopen of [{ path: data }, { 'a.txt': '', sub: {} }]) {
    const it = await probes(environment)({ wasi: { preopens: { '/data': preopen } } });
    for (const [name, ...errnos] of [
      ['.', INVAL, EXIST, BUSY, BUSY, ISDIR, 0],
      ['sub/.', INVAL, EXIST, BUSY, BUSY, ISDIR, 0],
      ['sub/./', INVAL, EXIST, BUSY, BUSY, ISDIR, 0],
      ['a.txt/.', ...Array(6).fill(NOTDIR)],
      ['missing/.', ...Array(6).fill(NOENT)],
    ]) {
      const answers = [];
      for (const [call, ...args] of [
        ['path_remove_directory', 3, path(name)],
        ['path_create_directory', 3, path(name)],
        ['path_rename', 3, path(name), 3, path('new')],
        ['path_rename', 3, path('sub'), 3, path(name)],
        ['path_open', 3, 0, path(name), CREATE, MOST_RIGHTS, 0n, 0, 4096],
        ['path_filestat_get', 3, 0, path(name), 8192],
      ]) {
        answers.push(await it.call(call, ...args));
      }
      deepEqual(answers, errnos, name);
    }
    equal(await it.call('path_remove_directory', 3, path('./sub/')), 0, 'a dot that is not the end');
    it.host.close();
  }
  deepEqual(treeOf(data), ['/a.txt: ']);
});

test('WASI that cannot be loaded: WAPC_LOAD, and the next guest tries again', async () => {
  const dist = join(directory(), 'dist');
  fs.cpSync(join(root, 'dist'), dist, { recursive: true });
  // Stands in for the package.json of the package, which makes these files modules.
  fs.writeFileSync(join(dist, '..', 'package.json'), '{ "type": "module" }');
  fs.renameSync(join(dist, 'wasi.js'), join(dist, 'away.js'));
  const { WapcModule: Module } = await import(pathToFileURL(join(dist, 'node.js')).href);
  await rejects(Module.compile(guest('wat/wasi')), { code: 'WAPC_LOAD' });
  fs.renameSync(join(dist, 'away.js'), join(dist, 'wasi.js'));
  (await Module.compile(guest('wat/wasi'))).close();
});

/** Reads the directory that is open as 3, page by page: names, kinds and inodes. */
async function listingOf(it, length) {
  const entries = [];
  for (let cookie = 0n; ;) {
    equal(await it.call('fd_readdir', 3, 16384, length, cookie, 8192), 0);
    const used = it.u32(8192);
    for (let at = 16384, end = at + used; at + 24 <= end; at += 24 + it.u32(at + 16)) {
      const name = it.memory.slice(at + 24, at + 24 + it.u32(at + 16));
      if (at + 24 + name.length > end) break;
      entries.push([new TextDecoder().decode(name), it.memory[at + 20], it.u64(at + 8)]);
      cookie = BigInt(it.u64(at));
    }
    if (used < length) return entries;
  }
}

test('a directory is listed with kinds and inodes, without names that are not UTF-8', async () => {
  const data = directory();
  fs.writeFileSync(join(data, 'file'), '');
  fs.writeFileSync(join(data, 'really \ufffd'), '');
  fs.writeFileSync(Buffer.concat([Buffer.from(`${data}/broken `), Buffer.of(0xff)]), '');
  fs.mkdirSync(join(data, 'grüß'));
  fs.symlinkSync('file', join(data, 'link'));
  const socket = createServer();
  await once(socket.listen(join(data, 'socket')), 'listening');
  equal(spawnSync('mkfifo', [join(data, 'pipe')]).status, 0);
  const it = await probes(environment)({ wasi: { preopens: { '/data': { path: data } } } });
  const expected = [
    ['.', 3],
    ['..', 3],
    ['file', 4],
    ['grüß', 3],
    ['link', 7],
    ['pipe', 0],
    ['really \ufffd', 4],
    ['socket', 6],
  ];
  for (const length of [60, 4096]) {
    const listed = await listingOf(it, length);
    deepEqual(listed.map(([name, kind]) => [name, kind]).sort(), expected, `${length} bytes at once`);
    for (const [name, , inode] of listed) {
      equal(inode, fs.lstatSync(join(data, name === '..' ? '.' : name)).ino, name);
    }
  }
  it.host.close();
  socket.close();
});

test('a pipe is opened without waiting for its other end', async () => {
  const data = directory();
  equal(spawnSync('mkfifo', [join(data, 'pipe')]).status, 0);
  const it = await probes(environment)({ wasi: { preopens: { '/data': { path: data } } } });
  const [READ, WRITE] = [2n, 64n];
  for (const [rights, errno] of [
    [READ, 0],
    [READ | WRITE, 0],
    [WRITE, ERRNO.NXIO],
  ]) {
    // No descriptor that reads is left open: one that writes would have its other end.
    equal(await it.call('path_open', 3, 0, path('pipe'), 0, rights, 0n, 0, 4096), errno, `rights ${rights}`);
    if (errno === 0) equal(await it.call('fd_close', it.u32(4096)), 0);
  }
  it.host.close();
});

test('a directory of 10,001 names: all of them, and no call of the file system for each', async () => {
  const data = directory();
  for (let i = 0; i < 9999; i++) fs.writeFileSync(join(data, String(i)), '');
  const it = await probes(environment)({ wasi: { preopens: { '/data': { path: data } } } });
  const { lstatSync } = fs;
  let asked = 0;
  fs.lstatSync = (path, ...rest) => {
    // Counts only names in the directory: the directory itself is looked at as well, where it is known by its path.
    if (/\/\d+$/.test(path)) asked++;
    return lstatSync(path, ...rest);
  };
  try {
    equal((await listingOf(it, 32768)).length, 10_001);
    equal(asked, 0);
    fs.rmSync(join(data, '0'));
    asked = 0;
    equal(await it.call('fd_readdir', 3, 16384, 240, 0n, 8192), 0);
    equal(asked > 0 && asked < 10, true, `${asked} of the names that were read`);
  } finally {
    fs.lstatSync = lstatSync;
    it.host.close();
  }
});

test('a list of names is not kept once the guest has it', () => {
  const directories = new Directories(fs);
  directories.list(directories.openRoot(directory(), 0));
  deepEqual([directories.take().length, directories.take().length], [4, 0]);
  directories.closeAllOf(0);
});

test('calls that the end of the stack cuts off keep nothing', async () => {
  const data = directory();
  fs.writeFileSync(join(data, 'a'), 'text');
  const open = () => fs.readdirSync('/proc/self/fd').length;
  const before = open();
  const module = await WapcModule.compile(guest('wat/edge-wasi'), { async: false, stdout() {} });
  for (const preopen of [{ path: data }, { a: 'text', b: new Uint8Array(1 << 20) }]) {
    const wasi = { stdin: new Uint8Array(1 << 20), preopens: { '/data': preopen } };
    for (const name of ['fd_write', 'fd_read', 'path_open', 'fd_readdir', 'path_filestat_get']) {
      const host = await module.instantiate({ wasi });
      for (const wide of shifts(4)) {
        const walked = async () => sunk(() => host.invokeSync('e', walk(WASI.indexOf(name), { wide })));
        await rejects(walked, { code: 'WAPC_TRAP' });
      }
      host.close();
      deepEqual(Wasi.counts(), { processes: 0, room: 0, handles: 0 });
    }
  }
  module.close();
  equal(open(), before);
});

test('files of the machine that a guest has open are bounded, and closed when it ends', async () => {
  const data = directory();
  fs.writeFileSync(join(data, 'a.txt'), '');
  const open = () => fs.readdirSync('/proc/self/fd').length;
  const before = open();
  const it = await probes(environment)({ wasi: { preopens: { '/data': { path: data } } } });
  let [errno, opened] = [0, -1];
  for (; errno === 0; opened++) errno = await it.call('path_open', 3, 0, path('a.txt'), 0, 2n, 0n, 0, 4096);
  // The process itself may have a lower limit.
  equal([ERRNO.MFILE, opened > 100, opened <= 4092].join(), [errno, true, true].join(), `${opened} files`);
  it.host.close();
  equal(open(), before);
});

test('a descriptor too many, or an unknown flag: nothing of the machine is created or emptied', async () => {
  const data = directory();
  fs.writeFileSync(join(data, 'a.txt'), 'text');
  const it = await probes(environment)({ wasi: { preopens: { '/data': { path: data }, '/tree': {} } } });
  const [CREATE, TRUNCATE] = [1, 8];
  const open = (fd, name, how, flags = 0) =>
    it.call('path_open', fd, 0, path(name), how, MOST_RIGHTS & ~64n, 0n, flags, 4096);
  const attempts = async (flags) => [
    await open(3, 'new', CREATE, flags),
    await open(3, 'a.txt', TRUNCATE, flags),
    await open(3, 'a.txt', 0, flags),
  ];
  for (let bit = 5; bit < 32; bit++) deepEqual(await attempts(2 ** bit), Array(3).fill(ERRNO.INVAL), `fdflags ${bit}`);
  for (let bit = 4; bit < 32; bit++) equal(await open(3, 'a.txt', 2 ** bit), ERRNO.INVAL, `oflags ${bit}`);
  while ((await open(4, '.', 0)) === 0);
  deepEqual(await attempts(0), Array(3).fill(ERRNO.MFILE));
  deepEqual(treeOf(data), [`/a.txt: ${Buffer.from('text').toString('hex')}`]);
  equal(await it.call('fd_close', 9), 0);
  equal(await open(3, 'new', CREATE), 0);
  it.host.close();
  equal(fs.existsSync(join(data, 'new')), true);
});

test('nothing stays open', async () => {
  const path = directory();
  fs.writeFileSync(join(path, 'a.txt'), '');
  await exercise({ path });
  const open = () => fs.readdirSync('/proc/self/fd').length;
  const before = open();
  for (let i = 0; i < 10; i++) await exercise({ path });
  equal(open(), before);
});
