/** The command line: its help, and what it says of arguments that make no sense. */

import { equal, match, ok } from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';

import { root } from '../tools/run.js';
import { command, guest } from './cli/command.js';

const HELLO = guest('hello');
const folder = mkdtempSync(join(tmpdir(), 'wapc-cli-'));
after(() => rmSync(folder, { recursive: true }));

/** A module in the folder: its path. */
function moduleOf(name, text) {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
}

const NAMES = ['run', 'inspect', 'bench', 'init', 'serve', 'call', 'services'];

test('--version prints the version of the package', () => {
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  equal(command(['--version']).stdout, `${version}\n`);
});

test('--help names each command, and the help of each its options', () => {
  const general = command(['--help']);
  equal(general.status, 0);
  equal(general.stderr, '');
  for (const name of NAMES) {
    ok(general.stdout.includes(`\n  ${name} `), name);
    const { status, stdout } = command([name, '--help']);
    equal(status, 0);
    ok(stdout.includes(`Usage: wapc-host ${name} `), stdout);
    for (const option of ['--debug', '-h, --help']) ok(stdout.includes(`\n  ${option} `), `${name} ${option}`);
    for (const line of stdout.split('\n')) ok(line.length <= 120, line);
    equal(command(['help', name]).stdout, stdout);
  }
});

test('no arguments: the help on standard error', () => {
  const { status, stdout, stderr } = command([]);
  equal(status, 2);
  equal(stdout, '');
  equal(stderr, command(['--help']).stdout);
});

/** Arguments, and what standard error has to name. */
const WRONG = [
  ['an unknown command', ['rnu'], /"rnu"\. Did you mean run\? .*run, inspect, bench, init, serve, call, services/],
  ['a command that is nothing like one', ['frobnicate'], /"frobnicate"\. The commands/],
  ['a command that is a name of Object', ['constructor'], /"constructor"/],
  ['an option in place of a command', ['--josn'], /option "--josn"/],
  ['help of an unknown command', ['help', 'inspekt'], /"inspekt"\. Did you mean inspect\?/],
  ['an unknown option', ['run', HELLO, 'hello', '--josn'], /--josn: unknown option\. Did you mean --json\?/],
  ['an option of another command', ['inspect', HELLO, '--echo'], /--echo: unknown option/],
  ['an unknown short option', ['run', HELLO, 'hello', '-1'], /-1: unknown option.*follows "--"/],
  ['an option without its value', ['run', HELLO, 'hello', '--timeout'], /--timeout: expected MS after it, got nothing/],
  ['an option in place of a value', ['run', HELLO, 'hello', '--timeout', '--json'], /--timeout: expected MS.*"--json"/],
  ['a value for an option that takes none', ['run', HELLO, 'hello', '--json=1'], /--json: takes no value, got "1"/],
  ['an option twice', ['run', HELLO, 'hello', '--timeout=1', '--timeout=2'], /--timeout: given twice/],
  ['no guest', ['run'], /run: expected GUEST/],
  ['a guest without a name', ['run', '', 'hello'], /run: expected GUEST, got ""/],
  ['no operation', ['run', HELLO], /run: expected OPERATION/],
  ['a payload in pieces', ['run', HELLO, 'hello', 'two', 'words'], /"words" is one argument too many/],
  ['a timeout that is no time', ['run', HELLO, 'hello', '--timeout', 'abc'], /--timeout: expected a time .* got "abc"/],
  ['a timeout of nothing', ['run', HELLO, 'hello', '--timeout', '0'], /--timeout: .* got "0"/],
  ['memory in a unit that is none', ['run', HELLO, 'hello', '--memory', '1MiX'], /--memory: expected bytes .* "1MiX"/],
  [
    'memory in parts of a byte',
    ['run', HELLO, 'hello', '--memory', '0.3KiB'],
    /--memory: .*whole number, got "0.3KiB"/,
  ],
  ['two formats', ['run', HELLO, 'hello', '--json', '--hex'], /--json and --hex/],
  ['two answers of host calls', ['run', HELLO, 'hello', '--echo', '--routes', 'x.js'], /--echo and --routes/],
  ['a payload that is no JSON', ['run', HELLO, 'echo', '{a:1}', '--json'], /expected JSON, got "\{a:1\}"/],
  ['a payload that is no JSON for MessagePack', ['run', HELLO, 'echo', '{', '--msgpack'], /expected JSON, got "\{"/],
  [
    'an integer that MessagePack does not have',
    ['run', HELLO, 'echo', '[18446744073709551616]', '--msgpack'],
    /18446744073709551616/,
  ],
  [
    'a negative integer that it does not have',
    ['run', HELLO, 'echo', '[-9223372036854775809]', '--msgpack'],
    /-9223372036854775809/,
  ],
  ['a number that it does not have', ['run', HELLO, 'echo', '{"a":-1e400}', '--msgpack'], /-1e400/],
  ['half a byte', ['run', HELLO, 'echo', 'abc', '--hex'], /expected two hexadecimal digits .* got "abc"/],
  ['a payload of a missing file', ['run', HELLO, 'echo', '@no/such'], /no\/such cannot be read \(ENOENT\).*"@@"/],
  ['a payload of a file without a name', ['run', HELLO, 'echo', '@'], /expected a file after "@", got nothing/],
  ['a payload of a folder', ['run', HELLO, 'echo', `@${folder}`], /is a directory/],
  ['a directory without =', ['run', HELLO, 'echo', 'x', '--dir', '/data'], /--dir: expected GUEST=PATH.* got "\/data"/],
  ['a directory that is missing', ['run', HELLO, 'echo', 'x', '--dir', '/a=no/such'], /--dir: .*no "no\/such"/],
  ['a directory that is a file', ['run', HELLO, 'echo', 'x', '--dir', `/a=${HELLO}`], /--dir: .*hello\.wasm/],
  [
    'a directory twice',
    ['run', HELLO, 'echo', 'x', '--dir', `/a=${folder}`, '--dir', `/a=${folder}`],
    /--dir: given twice/,
  ],
  [
    'a directory of the name of the prototype twice',
    ['run', HELLO, 'echo', 'x', '--dir', `__proto__=${folder}`, '--dir', `__proto__=${folder}`],
    /--dir: given twice/,
  ],
  ['a variable without =', ['run', HELLO, 'echo', 'x', '--env', 'NAME'], /--env: expected NAME=VALUE, got "NAME"/],
  ['a variable twice', ['run', HELLO, 'echo', 'x', '--env', 'A=1', '--env', 'A=2'], /--env: "A" is given twice/],
  ['routes that are missing', ['run', HELLO, 'echo', 'x', '--routes', 'no/such.js'], /--routes: .* no\/such\.js/],
  ['routes that are a folder', ['run', HELLO, 'echo', 'x', '--routes', folder], /--routes: .* is a directory/],
  [
    'routes that throw',
    ['run', HELLO, 'echo', 'x', '--routes', moduleOf('throws.mjs', '\nthrow new TypeError("boom")')],
    /--routes: importing .*throws\.mjs failed: TypeError: boom \(file:.*throws\.mjs:2:7\)/,
  ],
  [
    'routes that throw what is no error',
    ['run', HELLO, 'echo', 'x', '--routes', moduleOf('thrown.mjs', 'throw null')],
    /--routes: importing .* failed: null/,
  ],
  [
    'routes that throw an error of two lines',
    ['run', HELLO, 'echo', 'x', '--routes', moduleOf('lines.mjs', 'throw new Error("one\\nWAPC_GUEST: two")')],
    /--routes: importing .* failed: Error: one\\nWAPC_GUEST: two/,
  ],
  [
    'routes that do not parse',
    ['run', HELLO, 'echo', 'x', '--routes', moduleOf('broken.mjs', 'export default {')],
    /--routes: importing .*broken\.mjs failed: SyntaxError/,
  ],
  [
    'a module without routes',
    ['run', HELLO, 'echo', 'x', '--routes', moduleOf('other.mjs', 'export const other = 1;')],
    /--routes: .*it exports other/,
  ],
  ['no workers', ['bench', HELLO, 'hello', 'x', '--workers', '0'], /--workers: .* from 1 to 1024, got "0"/],
  [
    'more workers than machines start',
    ['bench', HELLO, 'hello', 'x', '--workers', '1025'],
    /--workers: .* from 1 to 1024/,
  ],
  ['a time that is none', ['bench', HELLO, 'hello', 'x', '--time', 'soon'], /--time: expected a time .* got "soon"/],
  ['no language', ['init'], /init: expected LANGUAGE/],
  ['a language without a name', ['init', ''], /init: expected LANGUAGE, got ""/],
  ['an unknown language', ['init', 'go'], /"go"\. The languages are rust, assemblyscript, zig, c/],
  ['a language that is a name of Object', ['init', 'constructor'], /"constructor"\. The languages/],
  ['a language that is the prototype', ['init', '__proto__'], /"__proto__"\. The languages/],
  ['a misspelt language', ['init', 'rsut'], /"rsut"\. Did you mean rust\?/],
  ['another name of a language', ['init', 'typescript'], /Did you mean assemblyscript\?/],
];

for (const [name, args, said] of WRONG) {
  test(`exit code 2: ${name}`, () => {
    const { status, stdout, stderr } = command(args, { cwd: folder });
    equal(status, 2, stderr);
    equal(stdout, '');
    match(stderr, said);
    equal(stderr.trimEnd().split('\n').length, 1, 'one line, no stack');
  });
}

test('--debug shows the stack', () => {
  const { stderr } = command(['--debug', 'run', HELLO, 'echo', 'x', '--routes', join(folder, 'throws.mjs')]);
  match(stderr, /\n +at .*throws\.mjs:2/);
});
