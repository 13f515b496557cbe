/** `wapc-host init`: what it writes is built with the tools of its language, tested by its own test, and run. */

import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { after, test } from 'node:test';

import { LANGUAGES } from '../bin/init/languages.js';
import { enter } from '../bin/init/steps.js';
import { cache } from '../tools/cache.js';
import { zigCommand } from '../tools/zig.js';
import { has, root } from '../tools/run.js';
import { command } from './cli/command.js';

const folder = mkdtempSync(join(tmpdir(), 'wapc-cli-'));
after(() => rmSync(folder, { recursive: true }));

/** A folder that is empty: its path. */
function empty(name) {
  mkdirSync(join(folder, name));
  return join(folder, name);
}

const init = (cwd, ...args) => command(['init', ...args], { cwd });

test('a folder that is not empty is refused, and nothing is written anywhere', () => {
  const cwd = empty('refusals');
  mkdirSync(join(cwd, 'full'));
  writeFileSync(join(cwd, 'full/mine'), 'mine');
  writeFileSync(join(cwd, 'file'), 'mine');
  symlinkSync('nowhere', join(cwd, 'link'));
  for (const [target, said] of [
    ['full', /full is not empty: "mine" is in it/],
    ['file', /file is a file/],
    ['link', /link is a link to what is not there/],
    // An unset variable of the shell makes an empty argument, which is not the current folder.
    ['', /expected a folder, got ""/],
  ]) {
    const { status, stdout, stderr } = init(cwd, 'rust', target);
    equal(status, 2);
    equal(stdout, '');
    match(stderr, said);
  }
  deepEqual(readdirSync(cwd), ['file', 'full', 'link']);
  deepEqual(readdirSync(join(cwd, 'full')), ['mine']);
});

test('a folder that cannot be written is an error', () => {
  const cwd = empty('below-a-file');
  writeFileSync(join(cwd, 'file'), '');
  const { status, stderr } = init(cwd, 'rust', 'file/below');
  equal(status, 1);
  match(stderr, /^E(EXIST|NOTDIR): /);
});

test('an empty folder stays the one that it is, and nothing is written beside it', () => {
  const parent = empty('parent');
  const cwd = empty('parent/here');
  const { ino } = statSync(cwd);
  // The time of its last change: files that came and went leave no other trace.
  utimesSync(parent, 1, 1);
  equal(init(cwd, 'c', '.').status, 0);
  equal(statSync(parent).mtimeMs, 1_000);
  equal(statSync(cwd).ino, ino);
  ok(readdirSync(cwd).includes('guest.c'));
  deepEqual(
    readdirSync(cwd).filter((name) => name.startsWith('.')),
    ['.gitignore'],
    'no draft is left in it',
  );
});

test('a folder may have the longest name that there is', () => {
  const cwd = empty('longest');
  mkdirSync(join(cwd, 'e'.repeat(255)));
  for (const letter of ['e', 'n']) {
    const name = letter.repeat(255);
    const { status, stderr } = init(cwd, 'c', name);
    equal(status, 0, stderr);
    ok(readdirSync(join(cwd, name)).includes('guest.c'));
  }
  deepEqual(
    readdirSync(cwd).filter((name) => name.startsWith('.')),
    [],
    'no draft is left beside it',
  );
});

test('a new folder has the language as its name, or one that is given', () => {
  const cwd = empty('names');
  const { stdout } = init(cwd, 'zig');
  match(stdout, /cd zig-guest\n/);
  equal(init(cwd, 'zig', 'some/where').status, 0);
  deepEqual(readdirSync(join(cwd, 'some/where')), readdirSync(join(cwd, 'zig-guest')));
  ok(readFileSync(join(cwd, 'zig-guest/.gitignore'), 'utf8').includes('node_modules/'));
});

for (const name of ['plain/folder', "it's b ü", '-x', '~', '$HOME', 'a;b']) {
  test(`the steps run as they are printed: ${name}`, () => {
    const cwd = empty(`steps of ${name.replaceAll('/', ' ')}`);
    const { stdout } = init(cwd, 'c', '--', name);
    const [step] = /^ {2}cd .*$/m.exec(stdout);
    const listed = spawnSync('sh', ['-c', `${step} && ls guest.c`], { cwd, encoding: 'utf8' });
    equal(listed.stdout, 'guest.c\n', `${step}: ${listed.stderr}`);
  });
}

test('the step into a folder is quoted as the shells of its platform take it', () => {
  for (const [folder, posix, windows] of [
    ['c-guest', 'cd c-guest', 'cd c-guest'],
    ['a:b', 'cd a:b', 'cd a:b'],
    ['C:\\x\\y', String.raw`cd 'C:\x\y'`, String.raw`pushd C:\x\y`],
    ['C:\\a b', String.raw`cd 'C:\a b'`, String.raw`pushd "C:\a b"`],
    ["it's", String.raw`cd 'it'\''s'`, `cd "it's"`],
    ['-x', 'cd ./-x', 'cd .\\-x'],
  ]) {
    deepEqual([enter(folder, 'linux'), enter(folder, 'win32')], [posix, windows]);
  }
});

test('the packages that guests are written with are those that are tested here', () => {
  const { devDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const cwd = empty('versions');
  for (const [name, { dependencies = {} }] of Object.entries(LANGUAGES)) {
    equal(init(cwd, name).status, 0);
    const { devDependencies: written } = JSON.parse(readFileSync(join(cwd, `${name}-guest/package.json`), 'utf8'));
    // A clone; tests/package.test.js has the version that an installed package writes.
    deepEqual(written, { ...dependencies, 'wapc-host': `file:${join(root, '/')}` });
    for (const dependency of Object.keys(dependencies)) equal(dependencies[dependency], devDependencies[dependency]);
  }
});

/** The npm packages of the repository in place of those that `npm install` would fetch. */
function link(project) {
  mkdirSync(join(project, 'node_modules'));
  for (const name of ['.bin', '@wapc', 'assemblyscript', 'json-as', 'xjb-as']) {
    symlinkSync(join(root, 'node_modules', name), join(project, 'node_modules', name));
  }
  symlinkSync(root, join(project, 'node_modules/wapc-host'));
}

/** The environment of a build, with `zig` on its path. */
function environment() {
  const { command: zig, env } = zigCommand();
  const bin = empty('bin');
  writeFileSync(join(bin, 'zig'), `#!/bin/sh\nexec ${zig.map((word) => `'${word}'`).join(' ')} "$@"\n`, {
    mode: 0o755,
  });
  const inherited = { ...process.env };
  // With this variable the project's test runner would report to this one.
  delete inherited.NODE_TEST_CONTEXT;
  return { ...inherited, ...env, PATH: [bin, process.env.PATH].join(delimiter) };
}

const env = environment();
const tools = { rust: 'cargo', c: 'make' };

for (const [name, { guest }] of Object.entries(LANGUAGES)) {
  test(`${name}: builds, passes its test, and runs`, { skip: tools[name] !== undefined && !has(tools[name]) }, () => {
    const project = join(folder, name);
    equal(init(folder, name, name).status, 0);
    link(project);
    // Compiled crates are kept from run to run.
    if (name === 'rust') {
      mkdirSync(cache('template-rust'), { recursive: true });
      symlinkSync(cache('template-rust'), join(project, 'target'));
    }
    const { status, stdout, stderr } = spawnSync('npm', ['test'], { cwd: project, env, encoding: 'utf8' });
    equal(status, 0, `${stdout}\n${stderr}`);
    match(stdout, /pass 4\n/);
    const run = (...args) => command(['run', guest, ...args], { cwd: project });
    equal(run('hello', 'waPC').stdout, 'Hello, waPC!');
    deepEqual(JSON.parse(run('add', '{"b":-2,"x":[{"a":5}],"a":0.5}', '--json').stdout), { sum: -1.5 });
    equal(run('shout', 'hello', '--routes', 'routes.js').stdout, 'HELLO!');
    // json-as 1.6.0 reads 0x10 as 0.
    const hex = name === 'assemblyscript' ? [] : ['{"a":0x10,"b":1}'];
    for (const wrong of ['{}', '{"a":1}', '[]', '{"a":nan,"b":1}', '{"a":inf,"b":1}', ...hex]) {
      const failed = run('add', wrong);
      match(failed.stderr, /^WAPC_(GUEST|TRAP): /, wrong);
    }
    match(run('add', '{"a":1e308,"b":1e308}').stderr, /^WAPC_GUEST: /);
    deepEqual(JSON.parse(command(['inspect', guest, '--json'], { cwd: project }).stdout).unusual, []);
  });
}
