/** `wapc-host run` with pipes, signals and terminals. */

import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';

import { has } from '../tools/run.js';
import { TOOL, command, ended, first, guest, start } from './cli/command.js';

const HELLO = guest('hello');
const folder = mkdtempSync(join(tmpdir(), 'wapc-cli-'));
after(() => rmSync(folder, { recursive: true }));

/** A file in the folder: its path. */
function file(name, content) {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
}

test('a module of routes that keeps the event loop busy does not keep the process', () => {
  const routes = file('busy.mjs', 'setInterval(() => {}, 1000); export default { foo: { echo: (value) => value } };');
  equal(command(['run', HELLO, 'hello', 'x', '--routes', routes]).stdout, 'Hello, x');
});

test('Ctrl-C ends a guest that loops for ever', async () => {
  const child = start(['run', guest('wat/probe'), 'M', '']);
  child.stdin.end();
  await first(child.stderr);
  child.kill('SIGINT');
  deepEqual(await ended(child), { code: null, signal: 'SIGINT' });
});

test('a closed pipe ends a guest that writes for ever, quietly', async () => {
  const child = start(['run', guest('wat/writes'), 'w', '1000000000000000ffffffff', '--hex']);
  child.stdin.end();
  let told = '';
  child.stderr.on('data', (chunk) => (told += chunk));
  await first(child.stdout);
  child.stdout.destroy();
  deepEqual(await ended(child), { code: 0, signal: null });
  equal(told, '');
});

/** Commands whose standard error nobody reads: name, arguments after `run`, and the exit code and standard output to come. */
const UNHEARD = [
  ['a guest that fails', [HELLO, 'nope', ''], 1, ''],
  ['a guest that logs', [HELLO, 'hello', 'x', '--echo'], 0, 'Hello, x'],
  ['a guest that logs and fails', [HELLO, 'hello', 'x'], 1, ''],
  ['a trace', [HELLO, 'hello', 'x', '--echo', '--trace'], 0, 'Hello, x'],
  ['a profile', [HELLO, 'hello', 'x', '--echo', '--profile'], 0, 'Hello, x'],
  ['wrong arguments', [HELLO], 2, ''],
];
for (const [name, args, code, expected] of UNHEARD) {
  test(`a closed standard error changes neither the exit code nor the answer: ${name}`, async () => {
    const child = start(['run', ...args]);
    child.stdin.end();
    child.stderr.destroy();
    let stdout = '';
    child.stdout.setEncoding('utf8').on('data', (chunk) => (stdout += chunk));
    deepEqual(await ended(child), { code, signal: null });
    equal(stdout, expected);
  });
}

test('a guest is not ahead of the reader of its standard output', { skip: process.platform === 'win32' }, async () => {
  const text = 4 << 20;
  // Sixteen texts, and a host call after each, which is told of with one byte.
  const routes = file('told.mjs', `export default () => (process.stderr.write('.'), new Uint8Array());`);
  const child = start(['run', guest('wat/writes'), 'w', '000040001000000000000000', '--hex', '--routes', routes]);
  child.stdin.end();
  let [read, calls, ahead] = [0, 0, 0];
  child.stdout.on('data', (chunk) => (read += chunk.length));
  child.stderr.on('data', (chunk) => {
    calls += chunk.length;
    ahead = Math.max(ahead, calls * text - read);
  });
  deepEqual(await ended(child), { code: 0, signal: null });
  equal(calls, 16);
  // The pipe may hold some: 64 KiB on Linux.
  ok(ahead < text / 2, `${ahead} bytes ahead`);
});

test('what a module of routes throws outside of a host call is an error', () => {
  const late =
    'setTimeout(() => { throw new RangeError("late"); }); export default { foo: { echo: () => new Promise(() => {}) } };';
  const { status, stderr } = command(['run', HELLO, 'hello', 'x', '--routes', file('late.mjs', late)]);
  equal(status, 1);
  match(stderr, /^RangeError: late$/m);
});

test('standard input that never ends is waited for, and says so', async () => {
  const child = start(['run', HELLO, 'hello', '--echo']);
  match(`${await first(child.stderr)}`, /reading the payload from standard input/);
  child.stdin.end('late');
  equal(`${await first(child.stdout)}`, 'Hello, late');
  equal((await ended(child)).code, 0);
});

test('standard input that is a directory is an error', { skip: process.platform === 'win32' }, () => {
  const directory = openSync(folder, 'r');
  const { status, stdout, stderr } = command(['run', HELLO, 'hello', '--echo'], { stdio: [directory, 'pipe', 'pipe'] });
  closeSync(directory);
  deepEqual([status, stdout], [2, '']);
  match(stderr, /^wapc-host: PAYLOAD: .*directory$/m);
});

test('output that cannot be written is an error', { skip: process.platform !== 'linux' }, () => {
  const full = openSync('/dev/full', 'w');
  const { status, stderr } = command(['run', HELLO, 'echo', 'x', '--echo'], { stdio: ['pipe', full, 'pipe'] });
  closeSync(full);
  equal(status, 1);
  match(stderr, /^ENOSPC: /);
});

/** What a terminal shows of a command. */
function onTerminal(...args) {
  const line = [process.execPath, TOOL, 'run', HELLO, ...args].map((arg) => `'${arg}'`).join(' ');
  const { stdout } = spawnSync('script', ['-qec', line, '/dev/null'], { encoding: 'utf8', input: '' });
  return stdout.replaceAll('\r\n', '\n');
}

test('a terminal gets whole lines, and bytes that are no text in hexadecimal', { skip: !has('script') }, () => {
  equal(onTerminal('echo', 'x', '--echo'), 'x\n');
  equal(onTerminal('echo', 'x\n', '--echo'), 'x\n');
  match(onTerminal('echo', `@${file('binary', Buffer.from([0, 255]))}`, '--echo'), /^00ff\n/);
  match(onTerminal('echo', `@${file('escape', '\u001b[2J')}`, '--echo'), /^1b5b324a\n/);
});
