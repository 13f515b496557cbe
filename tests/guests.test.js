/**
 * The guests of docs/guests.md and docs/errors.md: each is built by the commands beside it, and run by the page's own
 * program.
 */

import { equal, ok } from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';

import { cache } from '../tools/cache.js';
import { zigCommand } from '../tools/zig.js';
import { root } from '../tools/run.js';
import { blocks, blocksOf, prints, sectionsOf } from './documents/markdown.js';

const scratch = mkdtempSync(join(tmpdir(), 'wapc-guests-'));
after(() => rmSync(scratch, { recursive: true }));

const zig = zigCommand();
const page = readFileSync(join(root, 'docs/guests.md'), 'utf8');
const host = blocksOf(page).find(({ language }) => language === 'js').block;

/** Runs a program in a folder, and answers with what it printed. */
function run(folder, command, args) {
  const env = {
    ...process.env,
    // The crates of all guests are compiled once.
    CARGO_TARGET_DIR: cache('documents-target'),
    ...zig.env,
    PATH: `${join(scratch, 'bin')}:${process.env.PATH}`,
  };
  const { status, stdout, stderr } = spawnSync(command, args, { cwd: folder, env, encoding: 'utf8' });
  equal(status, 0, `${command} ${args.join(' ')}\n${stdout}${stderr}`);
  return stdout;
}

/** A folder with the files of a section, in which npm packages of the repository are installed. */
function project(name, files) {
  const folder = join(scratch, name);
  mkdirSync(join(folder, 'node_modules'), { recursive: true });
  for (const each of ['.bin', 'assemblyscript', '@wapc', 'binaryen', 'long']) {
    symlinkSync(join(root, 'node_modules', each), join(folder, 'node_modules', each));
  }
  symlinkSync(root, join(folder, 'node_modules/wapc-host'));
  for (const { file, block } of files) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), block);
  }
  return folder;
}

/** Runs a program beside `greeter.wasm`. */
function greet(folder, program) {
  writeFileSync(join(folder, 'host.mjs'), program);
  equal(run(folder, process.execPath, ['host.mjs']), prints(program));
}

/** Builds a guest in Rust, and puts it into its folder. */
function buildRust(folder, name) {
  run(folder, 'cargo', ['build', '--release', '--quiet', '--target', 'wasm32-unknown-unknown']);
  cpSync(join(cache('documents-target'), `wasm32-unknown-unknown/release/${name}.wasm`), join(folder, `${name}.wasm`));
}

/** Where a section says that its guest is. */
function guestOf(folder, text) {
  const [, path] = /the guest is `([^`]+)`/.exec(text);
  return path.startsWith('target/')
    ? join(cache('documents-target'), path.slice('target/'.length))
    : join(folder, path);
}

mkdirSync(join(scratch, 'bin'));
writeFileSync(join(scratch, 'bin/zig'), `#!/bin/sh\nexec ${zig.command.join(' ')} "$@"\n`, { mode: 0o755 });

const sections = sectionsOf(page).filter(({ text }) => text.includes('the guest is `'));
test('each language of the page has a guest', () => {
  equal(sections.map(({ title }) => title).join(', '), 'Rust, AssemblyScript, Zig, C');
});

for (const { title, text } of sections) {
  test(`the guest in ${title} is built by the commands of its section, and greets`, () => {
    const all = blocksOf(text);
    const folder = project(
      title,
      all.filter(({ file }) => file !== undefined),
    );
    const guest = guestOf(folder, text);
    rmSync(guest, { force: true });
    // What installs is done already, in the versions of the repository.
    const commands = all.filter(({ language, block }) => language === 'sh' && !/^npm install/.test(block));
    ok(commands.length > 0);
    for (const { block } of commands) run(folder, 'sh', ['-e', '-c', block]);
    if (guest !== join(folder, 'greeter.wasm')) cpSync(guest, join(folder, 'greeter.wasm'));
    greet(folder, host);
  });
}

const suspending = sectionsOf(page).find(({ title }) => title === 'Guests that suspend themselves').text;
const [{ block: wasmOpt }] = blocksOf(suspending);
for (const { title } of sections) {
  test(`the guest in ${title} suspends itself after the command of that section`, () => {
    const folder = project(`${title}-asyncify`, []);
    cpSync(join(scratch, title, 'greeter.wasm'), join(folder, 'greeter.wasm'));
    run(folder, 'sh', ['-e', '-c', wasmOpt]);
    greet(
      folder,
      `import { WapcHost } from 'wapc-host';
      const host = await WapcHost.instantiate('greeter.wasm', {
        codec: 'text',
        async: true,
        hostCall: { text: { upper: async (text) => text.toUpperCase() } },
      });
      console.log(await host.call('shout', 'waPC')); // prints: WAPC
      // Not in a worker.
      console.log(new TextDecoder().decode(host.invokeSync('hello', 'waPC'))); // prints: Hello, waPC
      host.close();`,
    );
  });
}

test('the programs of other pages run on that guest, too', () => {
  const others = blocks('js').filter(({ block }) => block.includes("'greeter.wasm'") && block !== host);
  ok(others.length > 0);
  for (const { block } of others) greet(join(scratch, sections[0].title), block);
});

test('the panic hook of docs/errors.md tells why a guest in Rust traps', () => {
  const { block } = blocksOf(readFileSync(join(root, 'docs/errors.md'), 'utf8')).find(
    ({ language }) => language === 'rust',
  );
  const manifest = blocksOf(page).find(({ file }) => file === 'Cargo.toml').block;
  const panicking = block.replace('Ok([b"Hello, ", payload].concat())', 'panic!("no such user")');
  ok(panicking !== block);
  const folder = project('errors', [
    { file: 'Cargo.toml', block: manifest.replace('greeter', 'panicking') },
    { file: 'src/lib.rs', block: panicking },
  ]);
  buildRust(folder, 'panicking');
  writeFileSync(
    join(folder, 'host.mjs'),
    `import { WapcHost } from 'wapc-host';
    const host = await WapcHost.instantiate('panicking.wasm', { logger() {} });
    const error = await host.invoke('hello').catch((error) => error);
    console.log(error.code, error.message.includes('no such user'));`,
  );
  equal(run(folder, process.execPath, ['host.mjs']), 'WAPC_TRAP true\n');
});

test('the guest of README.md greets', () => {
  const { block } = blocks('rust').find(({ path }) => path === 'README.md');
  const manifest = blocksOf(page).find(({ file }) => file === 'Cargo.toml').block;
  const folder = project('readme', [
    { file: 'Cargo.toml', block: manifest.replace('greeter', 'my-guest') },
    { file: 'src/lib.rs', block },
  ]);
  buildRust(folder, 'my_guest');
  greet(
    folder,
    `import { WapcHost } from 'wapc-host';
    const host = await WapcHost.instantiate('my_guest.wasm', { codec: 'text' });
    console.log(await host.call('hello', 'waPC!')); // prints: Hello, waPC!`,
  );
});

test('the guest of docs/faq.md reads a stream in parts', () => {
  const all = blocksOf(readFileSync(join(root, 'docs/faq.md'), 'utf8'));
  const manifest = blocksOf(page).find(({ file }) => file === 'Cargo.toml').block;
  const folder = project('lines', [
    { file: 'Cargo.toml', block: manifest.replace('greeter', 'lines') },
    ...all.filter(({ file }) => file === 'src/lib.rs'),
  ]);
  buildRust(folder, 'lines');
  greet(folder, all.find(({ block }) => block.includes("'lines.wasm'")).block);
});
