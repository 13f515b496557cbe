/** `wapc-host run`. */

import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';

import { formatOf } from '../bin/payload/formats.js';
import { command, guest } from './cli/command.js';

const HELLO = guest('hello');
const PROBE = guest('wat/probe');
const WRITES = guest('wat/writes');
const KERNELS = guest('kernels');
const folder = mkdtempSync(join(tmpdir(), 'wapc-cli-'));
after(() => rmSync(folder, { recursive: true }));

/** A file in the folder: its path. */
function file(name, content) {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
}

const NAME = file('name.txt', 'wörld');
const ROUTES = file('routes.mjs', 'export const routes = { foo: { echo: (value) => value } };');
const SHOUTING = file(
  'shout.mjs',
  'export default { foo: { echo: (t) => t.toUpperCase() } }; export const codec = "text";',
);
const NEVER = file('never.mjs', 'export default { foo: { echo: () => new Promise(() => {}) } };');
const COUNTING = file('count.mjs', 'export default { foo: { echo: ({ n }) => ({ n: n + 1 }) } };');

/** Payloads and formats: arguments, standard input, standard output. */
const ANSWERS = [
  ['text', ['hello', 'waPC', '--echo'], '', 'Hello, waPC'],
  ['a file', ['hello', `@${NAME}`, '--echo'], '', 'Hello, wörld'],
  ['text that begins with @', ['hello', '@@x', '--echo'], '', 'Hello, @x'],
  ['text that begins with -', ['hello', '--echo', '--', '-1'], '', 'Hello, -1'],
  ['standard input where there is no payload', ['hello', '--echo'], 'stdin', 'Hello, stdin'],
  ['standard input by -', ['hello', '-', '--echo'], 'stdin', 'Hello, stdin'],
  ['an empty payload, not standard input', ['hello', '', '--echo'], 'stdin', 'Hello, '],
  [
    'JSON, as it was written',
    ['echo', '{ "n": 12345678901234567890 }', '--json', '--echo'],
    '',
    '{ "n": 12345678901234567890 }\n',
  ],
  ['JSON of standard input', ['echo', '--json', '--echo'], '[1]\n', '[1]\n'],
  ['an empty answer of JSON', ['echo', '', '--json', '--echo'], '', '\n'],
  ['hex', ['echo', '0x00 fF', '--hex', '--echo'], '', '00ff\n'],
  ['an empty answer of MessagePack', ['echo', '', '--msgpack', '--echo'], '', '\n'],
  ['an empty payload of standard input, for MessagePack', ['echo', '--msgpack', '--echo'], '', '\n'],
  ['MessagePack', ['echo', '{"a":[1,2.5,"x"]}', '--msgpack', '--echo'], '', '{"a":[1,2.5,"x"]}\n'],
  ['routes', ['hello', 'x', '--routes', ROUTES], '', 'Hello, x'],
  ['routes with a codec of their own', ['hello', 'x', '--routes', SHOUTING], '', 'Hello, X'],
];
for (const [name, args, input, expected] of ANSWERS) {
  test(`answers: ${name}`, () => {
    const { status, stdout, stderr } = command(['run', HELLO, ...args], { input });
    equal(status, 0, stderr);
    equal(stdout, expected);
  });
}

/** Modules of CommonJS: each answers with capitals, by the codec that it exports. */
const UPPER = '{ foo: { echo: (text) => text.toUpperCase() } }';
const COMMON_JS = [
  ['names', `exports.codec = 'text'; exports.routes = ${UPPER};`],
  ['an object of names', `module.exports = { codec: 'text', routes: ${UPPER} };`],
  ['compiled, with a name', `exports.__esModule = true; exports.codec = 'text'; exports.routes = ${UPPER};`],
  ['compiled, with a default', `exports.__esModule = true; exports.codec = 'text'; exports.default = ${UPPER};`],
];
for (const [index, [name, source]] of COMMON_JS.entries()) {
  test(`routes of CommonJS: ${name}`, () => {
    const routes = file(`common-${index}.cjs`, source);
    const { stdout, stderr } = command(['run', HELLO, 'hello', 'x', '--routes', routes]);
    equal(stdout, 'Hello, X', stderr);
  });
}

test('routes of CommonJS: all of module.exports', () => {
  const routes = file('common.cjs', 'module.exports = { foo: { echo: (value) => value } };');
  equal(command(['run', HELLO, 'hello', 'x', '--routes', routes]).stdout, 'Hello, x');
});

test('the format is the codec of routes, unless they export one', () => {
  const asked = `@${file('relay.bin', 'default\0foo\0echo\0{"n":1}')}`;
  const run = (...args) => command(['run', guest('wat/relay'), 'call', ...args]);
  equal(run(asked, '--routes', COUNTING).status, 1, 'a route without a codec gets bytes');
  const json = file('json.mjs', `export { default } from './count.mjs'; export const codec = 'json';`);
  equal(run(asked, '--routes', json).stdout, '{"n":2}');
  // As MessagePack its first two bytes, the length of the text, are a letter of UTF-8: the guest has three names to read.
  const packed = JSON.stringify(`${'d'.repeat(130)}\0foo\0echo\0x`);
  const bytes = file('bytes.mjs', 'export default { foo: { echo: (n) => ({ n, bytes: new Uint8Array([1, 2]) }) } };');
  equal(run(packed, '--msgpack', '--routes', bytes).stdout, `{"n":${'x'.charCodeAt(0)},"bytes":"AQI="}\n`);
});

/** Answers in MessagePack, in hexadecimal, as they are printed. */
const INTEGERS = [
  ['cfffffffffffffffff', '"18446744073709551615"'],
  ['cf0020000000000000', '"9007199254740992"'],
  ['cf001fffffffffffff', '9007199254740991'],
  ['d38000000000000000', '"-9223372036854775808"'],
  ['d3ffffffffffffffff', '-1'],
  ['92cf000000000000000581cf0000000000000005cb3ff8000000000000', '[5,{"5":1.5}]'],
];
test('MessagePack is printed with all digits of its integers', () => {
  // As MessagePack its first two bytes, the length of the text, are a letter of UTF-8: the guest has three names to read.
  const packed = JSON.stringify(`${'d'.repeat(130)}\0foo\0answer\0`);
  for (const [hex, expected] of INTEGERS) {
    const codec = 'export const codec = { encode: (bytes) => bytes, decode: (bytes) => bytes };';
    const source = `export default { foo: { answer: () => Buffer.from('${hex}', 'hex') } }; ${codec}`;
    const routes = file(`integer-${hex}.mjs`, source);
    const args = ['run', guest('wat/relay'), 'call', packed, '--msgpack', '--routes', routes];
    const { stdout, stderr } = command(args);
    equal(stdout, `${expected}\n`, stderr);
  }
});

/** JSON, and the MessagePack that is sent, in hexadecimal. */
const SENT = [
  ['[127,255,65535,4294967295]', '947fccffcdffffceffffffff'],
  ['[4294967296,9007199254740991]', '92cf0000000100000000cf001fffffffffffff'],
  ['[9007199254740992,9007199254740993]', '92cf0020000000000000cf0020000000000001'],
  ['18446744073709551615', 'cfffffffffffffffff'],
  ['[-2147483648,-2147483649]', '92d280000000d3ffffffff7fffffff'],
  ['[-9007199254740993,-9223372036854775808]', '92d3ffdfffffffffffffd38000000000000000'],
  ['[1e10,1.0,9007199254740993.0]', '93cf00000002540be40001cb4340000000000000'],
  ['{"9007199254740993":-1.5e-7}', '81b039303037313939323534373430393933cbbe8421f5f40d8376'],
  [
    String.raw`["9007199254740993","\\",9007199254740993,"\"",1]`,
    '95b039303037313939323534373430393933a15ccf0020000000000001a12201',
  ],
];
for (const [json, hex] of SENT) {
  test(`MessagePack is sent with all digits of its integers: ${json}`, async () => {
    const { encode } = await formatOf({ msgpack: true });
    equal(Buffer.from(encode(Buffer.from(json), 'PAYLOAD')).toString('hex'), hex);
  });
}

test('the guest gets directories and variables', () => {
  mkdirSync(join(folder, 'data'));
  file('data/a.txt', 'content');
  const args = ['run', guest('c/hello'), 'exercise', '', '--env', 'NAME=a=b'];
  const { stdout, stderr } = command([...args, '--dir', `/data=${join(folder, 'data')}`]);
  match(stdout, /^to standard output\n/);
  match(stdout, /NAME: a=b\n/);
  match(stdout, /read: content\n/);
  match(stdout, /read back: written twice\n/);
  equal(stderr, 'to standard error\n');
  const { stdout: refused } = command([...args, '--dir', `/data=${join(folder, 'data')}:ro`]);
  match(refused, /read: content\n/);
  ok(!refused.includes('written twice'), refused);
});

test('a directory may be called as the prototype of objects is', () => {
  // fd_prestat_dir_name(3, 2048, 9), by its index in the table of the guest.
  const call = file('call.bin', new Uint8Array(Uint32Array.of(18, 3, 2048, 9).buffer));
  const { bytes } = command(['run', guest('wat/wasi'), 'call', `@${call}`, '--dir', `__proto__=${folder}`]);
  equal(bytes.subarray(2048, 2048 + 9).toString(), '__proto__');
});

/** Failures: arguments after `run`, and the code on standard error. */
const FAILURES = [
  ['the guest fails', [HELLO, 'nope'], 'WAPC_GUEST'],
  ['nothing answers its host call', [HELLO, 'hello', 'x'], 'WAPC_GUEST'],
  ['the answer is no JSON', [HELLO, 'hello', '1', '--echo', '--json'], 'WAPC_GUEST'],
  ['the answer is no MessagePack', [HELLO, 'hello', '1', '--echo', '--msgpack'], 'WAPC_GUEST'],
  ['the guest is missing', ['no/such.wasm', 'hello'], 'WAPC_LOAD'],
  ['the guest is none', [guest('wat/extism'), 'hello'], 'WAPC_NOT_A_GUEST'],
  ['it begins with too much memory', [HELLO, 'hello', 'x', '--memory', '1MiB'], 'WAPC_LIMIT'],
  ['it loops for ever', [PROBE, 'L', '', '--timeout', '200'], 'WAPC_TIMEOUT'],
  [
    'its host call is not answered in time',
    [HELLO, 'hello', 'x', '--timeout', '300ms', '--routes', NEVER],
    'WAPC_TIMEOUT',
  ],
  ['nothing is left to answer its host call', [HELLO, 'hello', 'x', '--routes', NEVER], 'WAPC_ASYNC'],
  [
    'routes that never load',
    [HELLO, 'hello', 'x', '--routes', file('stalled.mjs', 'await new Promise(() => {}); export default {};')],
    'WAPC_ASYNC',
  ],
  [
    'routes that are none',
    [HELLO, 'hello', 'x', '--routes', file('five.mjs', 'export default { foo: 5 };')],
    'WAPC_ARGUMENT',
  ],
  [
    'a codec that is none',
    [HELLO, 'hello', 'x', '--routes', file('codec.mjs', 'export default {}; export const codec = {};')],
    'WAPC_ARGUMENT',
  ],
];
for (const [name, args, code] of FAILURES) {
  test(`exit code 1: ${name}`, () => {
    const { status, stdout, stderr } = command(['run', ...args]);
    equal(status, 1, stderr);
    equal(stdout, '');
    const last = stderr.trimEnd().split('\n').at(-1);
    ok(last.startsWith(`${code}: `), stderr);
  });
}

const suspends = typeof WebAssembly.Suspending === 'function';
test('a host call that nothing is left to answer, on the own thread', { skip: !suspends }, () => {
  const args = [HELLO, 'hello', 'x', '--profile', '--routes', NEVER];
  const { status, stderr } = command(['run', ...args]);
  equal(status, 1);
  match(stderr, /^WAPC_ASYNC: /m);
});

test('log lines go to standard error, with control characters escaped', () => {
  equal(command(['run', HELLO, 'hello', 'x', '--echo']).stderr, 'logging something\n');
  const { stderr } = command(['run', WRITES, 'l', '0100000001000000ffffffff', '--hex']);
  equal(stderr, '\\u0000\n');
});

test('--trace tells of host calls and log lines, also of host calls that never end', () => {
  const { stderr, stdout } = command(['run', HELLO, 'hello', 'abc', '--echo', '--trace']);
  equal(stdout, 'Hello, abc');
  const lines = stderr
    .trimEnd()
    .split('\n')
    .map((line) => line.replace(/^ *\d+\.\d{3} ms {2}/, ''));
  deepEqual(lines.slice(0, 2), ['log  logging something', 'call default foo echo: 3 bytes']);
  match(lines[2], /^ {2}-> echo: 3 bytes in \d+\.\d{3} ms$/);
  const never = command(['run', HELLO, 'hello', 'x', '--timeout', '300', '--routes', NEVER, '--trace']);
  match(never.stderr, /call default foo echo: 1 bytes\n/);
});

test('--trace has a line for each host call, whatever its names are', () => {
  const call = `@${file('names.bin', 'a\nb\0c\td\0e\0x')}`;
  const { stderr } = command(['run', guest('wat/relay'), 'call', call, '--echo', '--trace']);
  const lines = stderr.trimEnd().split('\n');
  equal(lines.length, 2, stderr);
  ok(lines[0].endsWith(String.raw`call a\nb c\td e: 1 bytes`), stderr);
});

test('--profile tells which functions the guest was in, also where it fails', () => {
  const { stdout, stderr } = command(['run', KERNELS, 'fib', '', '--profile', '--hex']);
  equal(stdout, '42ff0200\n');
  match(stderr, /^\d+ samples\n +self +total +function\n +\d+\.\d% +\d+\.\d% +kernels::fib\n/);
  const failed = command(['run', KERNELS, 'sort', '', '--profile', '--fuel', '3000000']);
  equal(failed.status, 1);
  match(failed.stderr, /^\d+ samples\n[^]*\nWAPC_LIMIT: .*\n$/);
  match(command(['run', HELLO, 'nope', '', '--profile']).stderr, /^no samples.*\nWAPC_GUEST: .*\n$/);
});

test('--fuel ends a guest at the same place each time', () => {
  for (let turn = 0; turn < 2; turn++) {
    equal(command(['run', KERNELS, 'fib', '', '--fuel', '100000000', '--hex']).stdout, '42ff0200\n');
    const { status, stderr } = command(['run', KERNELS, 'fib', '', '--fuel', '1000000']);
    equal(status, 1);
    match(stderr, /^WAPC_LIMIT: /m);
  }
});

test('--debug after "--" is a payload', () => {
  equal(command(['run', HELLO, 'nope', '--', '--debug']).stderr.trimEnd().split('\n').length, 1, 'no stack');
});

test('--debug shows the stack and the cause', () => {
  const routes = file('down.mjs', 'export default { foo: { echo() { throw new Error("down"); } } };');
  const { stderr } = command(['run', HELLO, 'hello', 'x', '--routes', routes, '--debug']);
  match(stderr, /\[cause\]: Error: down\n +at echo \(file:.*down\.mjs/);
});
