/** `wapc-host inspect` and `wapc-host bench`. */

import { deepEqual, equal, match, ok, throws } from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';

import { features } from 'wapc-host';

import { importsOf, sectionsOf } from '../bin/inspect/reader.js';
import { has } from '../tools/run.js';
import { assemble, name, section, vector } from './suite/assembler.js';
import { TOOL, command, ended, guest, start } from './cli/command.js';

const HELLO = guest('hello');
const folder = mkdtempSync(join(tmpdir(), 'wapc-cli-'));
after(() => rmSync(folder, { recursive: true }));

/** What `--json` prints of a guest of testdata/. */
function inspected(name) {
  const { status, stdout, stderr } = command(['inspect', guest(name), '--json']);
  equal(status, 0, stderr);
  return JSON.parse(stdout);
}

test('a guest in Rust', () => {
  const { size, language, wasi, memories, unusual, imports, exports, sections } = inspected('hello');
  equal(size, statSync(HELLO).size);
  equal(language, 'Rust');
  equal(wasi, 'none');
  deepEqual(memories, [{ initialBytes: 17 * 65_536, shared: false, addressBits: 32 }]);
  deepEqual(unusual, []);
  ok(sections.code > 0 && sections.data > 0);
  equal(imports.find(({ name }) => name === '__host_call').use, 'calls the host: hostCall answers');
  equal(exports.find(({ name }) => name === '__guest_call').use, 'called for each invocation');
});

test('the text says what JSON says', () => {
  const { imports, exports } = inspected('hello');
  const { stdout } = command(['inspect', HELLO]);
  match(stdout, /^hello\.wasm is a waPC guest\n/);
  for (const { name, use } of [...imports, ...exports]) match(stdout, new RegExp(`${name} .*${use}`));
  match(stdout, /language +Rust \(rustc /);
  match(stdout, /memory +1,114,112 bytes to begin with/);
  match(stdout, /unusual\n {2}nothing\n$/);
});

test('every import that the host provides has a description', () => {
  for (const name of ['wat/env', 'wat/wasi', 'wat/probe', 'wat/edge', 'assemblyscript/hello', 'zig/wasi', 'c/hello']) {
    for (const { module, name: imported, use, refused } of inspected(name).imports) {
      equal(refused, undefined, `${module}.${imported}`);
      ok(use !== undefined && !use.endsWith('provided'), `${name}: ${module}.${imported}: ${use}`);
    }
  }
});

/** Guests, and words of what is unusual about them. */
const UNUSUAL = [
  ['wat/unknown-imports', [/WAPC_LINK.*wapc\.__no_such_function, elsewhere\.function, env\.memory/, /never answers/]],
  ['wat/import-signature', [/WAPC_LINK.*wapc\.__guest_request/, /never answers/]],
  ['wat/wasi-unknown', [/wasi_snapshot_preview1\.fd_frobnicate, wasi_snapshot_preview2\.random_get/, /never answers/]],
  ['wat/wasi-unstable', [/older name, wasi_unstable/]],
  ['wat/high', [/begins with 2048 MiB/]],
  ['wat/shared', [/shared between threads/]],
  ['wat/starts', [/both _start and _initialize/]],
  ['wat/trap-in-start', [/never answers/]],
  ['wat/log-in-start', [/never answers/, /start function/]],
];
for (const [name, expected] of UNUSUAL) {
  test(`unusual: ${name}`, () => {
    const { unusual } = inspected(name);
    equal(unusual.length, expected.length, unusual.join('\n'));
    expected.forEach((words, index) => match(unusual[index], words));
  });
}

test('imports that are refused say why', () => {
  const { imports } = inspected('wat/unknown-imports');
  for (const { use, refused } of imports) ok((use === undefined) !== (refused === undefined));
  match(command(['inspect', guest('wat/unknown-imports')]).stdout, /elsewhere +function +NOT PROVIDED: /);
});

/** A guest that imports and exports functions of these names; the imports are none of the host's. */
function guestWith(imported, exported) {
  const types = [[0x60, vector([0x7f, 0x7f]), vector([0x7f])]];
  const exports = [
    [name('memory'), 2, 0],
    ...['__guest_call', ...exported].map((text) => [name(text), 0, imported.length]),
  ];
  return assemble(
    section(1, vector(types)),
    section(2, vector(imported.map((text) => [name('elsewhere'), name(text), 0, 0]))),
    section(3, vector([0])),
    section(5, vector([[0, 1]])),
    section(7, vector(exports)),
    // Unreachable.
    section(10, vector([[3, 0, 0, 0x0b]])),
  );
}

test('line feeds and tabs in names of a guest make no lines of their own', () => {
  const path = join(folder, 'forged.wasm');
  writeFileSync(path, guestWith(['a\nWAPC_GUEST: b'], ['c\tfunction\n\nunusual\n  nothing\n']));
  const { stdout } = command(['inspect', path]);
  deepEqual(
    stdout.split('\n').filter((line) => /^\S/.test(line)),
    ['forged.wasm is a waPC guest', 'imports', 'exports', 'unusual'],
  );
  const rows = stdout.split('\n').filter((line) => /WAPC_GUEST|unusual/.test(line));
  deepEqual(
    rows.map((row) => row.trim().split(/ {2,}/)[0]),
    [
      'elsewhere',
      String.raw`c\tfunction\n\nunusual\n`,
      'unusual',
      'cannot be instantiated (WAPC_LINK): the host does not provide ' + String.raw`elsewhere.a\nWAPC_GUEST: b`,
    ],
  );
  const { stderr } = command(['run', path, 'x', '']);
  deepEqual(
    stderr.split('\n').map((line) => /^\w+:/.exec(line)?.[0]),
    ['WAPC_LINK:', undefined, undefined],
  );
});

/** A module without exports whose imports, each a module and a name, are functions without parameters. */
const importing = (...imports) =>
  assemble(
    section(1, vector([[0x60, vector([]), vector([])]])),
    section(2, vector(imports.map(([module, imported]) => [name(module), name(imported), 0, 0]))),
  );

/** Files that are no guests: their content, the code, and what they are instead. */
const OTHERS = [
  ['an Extism plug-in', readFileSync(guest('wat/extism')), 'WAPC_NOT_A_GUEST', /Extism/],
  [
    'a guest whose __guest_call has another signature',
    readFileSync(guest('wat/guest-call-signature')),
    'WAPC_NOT_A_GUEST',
    /__guest_call/,
  ],
  ['a module of wasm-bindgen', importing(['./shop_bg.js', '__wbindgen_throw']), 'WAPC_NOT_A_GUEST', /if wasm-bindgen/],
  ['a module of wasm-bindgen, older', importing(['wbg', '__wbindgen_throw']), 'WAPC_NOT_A_GUEST', /if wasm-bindgen/],
  ['a module of Emscripten', importing(['env', 'emscripten_resize_heap']), 'WAPC_NOT_A_GUEST', /if Emscripten/],
  ['a module of Emscripten, minified', importing(['a', 'a'], ['a', 'Bb']), 'WAPC_NOT_A_GUEST', /if Emscripten/],
  [
    'a module that imports from `a` and from elsewhere',
    importing(['a', 'b'], ['env', 'now']),
    'WAPC_NOT_A_GUEST',
    /^(?!.*looks as if)/,
  ],
  ['a module without imports', assemble(), 'WAPC_NOT_A_GUEST', /^(?!.*looks as if)/],
  ['a module of Go', importing(['gojs', 'runtime.wasmExit']), 'WAPC_NOT_A_GUEST', /if Go or TinyGo/],
  ['a module of TinyGo', importing(['gojs', 'runtime.ticks']), 'WAPC_NOT_A_GUEST', /if Go or TinyGo/],
  ['a web page', '<!doctype html>', 'WAPC_NOT_A_GUEST', /HTML/],
  ['JSON', '{"name":"x"}', 'WAPC_COMPILE', /text that begins with "\{\\"name/],
  ['an empty file', '', 'WAPC_COMPILE', /; it is empty$/m],
  ['a program', Buffer.from('7f454c4602010100', 'hex'), 'WAPC_COMPILE', /ELF/],
  ['a ZIP archive', Buffer.from('504b030414000000', 'hex'), 'WAPC_COMPILE', /ZIP/],
  ['bytes of no known kind', Buffer.from([1, 2, 3, 4, 255]), 'WAPC_COMPILE', /not valid WebAssembly/],
];
for (const [name, content, code, said] of OTHERS) {
  test(`no guest: ${name}`, () => {
    const path = join(folder, 'file.wasm');
    writeFileSync(path, content);
    for (const options of [[], ['--json']]) {
      const { status, stdout, stderr } = command(['inspect', path, ...options]);
      equal(status, 1);
      equal(stdout, '');
      ok(stderr.startsWith(`${code}: ${path}: `), stderr);
      equal(stderr.split('file.wasm').length, 2, 'the file is named once');
      match(stderr, said);
    }
  });
}

test('sections that end early are an error of the reader', () => {
  const { content } = sectionsOf(readFileSync(HELLO)).find(({ kind }) => kind === 'import');
  equal(importsOf(content).length, inspected('hello').imports.length);
  for (let length = 0; length < content.length; length++) {
    throws(() => importsOf(content.subarray(0, length)), { code: 'WAPC_UNSUPPORTED' });
  }
});

test('a guest from a URL, and one that is not there', async () => {
  const server = createServer(({ url }, response) => {
    response.writeHead(url === '/hello.wasm' ? 200 : 404, { 'content-type': 'application/wasm' });
    response.end(url === '/hello.wasm' ? readFileSync(HELLO) : '');
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const base = `http://127.0.0.1:${server.address().port}`;
  try {
    for (const [path, code] of [
      ['/hello.wasm', 0],
      ['/none.wasm', 1],
    ]) {
      const child = start(['inspect', base + path]);
      child.stdout.resume();
      child.stderr.resume();
      equal((await ended(child)).code, code);
    }
  } finally {
    server.close();
  }
});

test('missing files, and folders, are WAPC_LOAD with their path', () => {
  for (const path of ['no/such.wasm', folder]) {
    const { status, stderr } = command(['inspect', path]);
    equal(status, 1);
    ok(stderr.startsWith('WAPC_LOAD: ') && stderr.includes(path), stderr);
  }
});

const BENCH = ['bench', HELLO, 'hello', 'waPC', '--time', '50ms', '--workers', '2'];

test('bench measures on this thread and in workers', () => {
  const { status, stdout, stderr } = command([...BENCH, '--echo', '--json']);
  equal(status, 0, stderr);
  equal(stderr, '', 'no log lines and no progress');
  const { results, ...rest } = JSON.parse(stdout);
  deepEqual(rest, { guest: 'hello.wasm', operation: 'hello', bytesIn: 4, bytesOut: 11, seconds: 0.05 });
  deepEqual(
    results.map(({ where }) => where),
    ['on this thread', '2 workers'],
  );
  for (const {
    invocations,
    perSecond,
    latency: { p50, p90, p99, max },
  } of results) {
    ok(invocations > 0 && perSecond > 0);
    ok(p50 > 0 && p50 <= p90 && p90 <= p99 && p99 <= max, JSON.stringify([p50, p90, p99, max]));
  }
});

test('bench prints a table', () => {
  const lines = command([...BENCH, '--echo']).stdout.split('\n');
  match(lines[1], /invocations\/s +p50 +p90 +p99 +max$/);
  match(lines[2], /^ {2}on this thread +[\d,]+ +[\d.]+ [um]s /);
  match(lines[3], /^ {2}2 workers +[\d,]+ /);
});

test('bench says where the guest is: without JSPI in a worker if an async function answers it', () => {
  const routes = join(folder, 'async.mjs');
  writeFileSync(routes, 'export default { foo: { echo: async (payload) => payload } };');
  const alone = (...args) => JSON.parse(command([...BENCH, '--json', ...args]).stdout).results[0].where;
  equal(alone('--routes', routes), features().jspi ? 'on this thread' : 'alone, in a worker');
  equal(alone('--echo', '--fuel', '100000000'), 'on this thread');
});

test('bench ends with the error of the guest', () => {
  const never = join(folder, 'never.mjs');
  writeFileSync(never, 'export default { foo: { echo: () => new Promise(() => {}) } };');
  for (const [args, code] of [
    [BENCH, 'WAPC_GUEST'],
    [['bench', guest('wat/probe'), 'L', '', '--timeout', '100'], 'WAPC_TIMEOUT'],
    [[...BENCH, '--routes', never], 'WAPC_ASYNC'],
  ]) {
    const { status, stdout, stderr } = command(args);
    equal(status, 1);
    equal(stdout, '');
    ok(stderr.startsWith(`${code}: `), stderr);
  }
});

test('bench shows its progress on a terminal alone', { skip: !has('script') }, () => {
  const line = [process.execPath, TOOL, ...BENCH, '--echo', '--time=300ms'].filter(
    (arg) => !/^(--time|50ms)$/.test(arg),
  );
  const { stdout } = spawnSync('script', ['-qec', line.join(' '), '/dev/null'], { encoding: 'utf8', input: '' });
  match(stdout, /\ron this thread \[#*\.*\]/);
});
