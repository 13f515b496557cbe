/**
 * `node tools/setup.js TASK`: installs and builds what a task needs, if it is missing. Uses only Node itself, so that
 * it runs on a machine that has only Node and rustup.
 */

import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';

import { debian } from './debian.js';
import { fail, has, root, run, step } from './run.js';

const TARGET = 'wasm32-unknown-unknown';

/** The requirements of each task, in order. */
const TASKS = {
  hello: [rust, packages, core, () => guests('rust')],
  build: [rust, packages, core],
  guests: [rust, packages, core, () => guests()],
  bench: [rust, packages, core, () => guests(), natsServer],
  cluster: [rust, packages, core, () => guests(), natsServer],
  check: [rust, packages, core],
  docs: [packages],
  fuzz: [rust, packages, core, () => guests('rust', 'wat'), generator],
  test: [rust, packages, core, () => guests(), generator, browsers, natsServer],
};

const task = TASKS[process.argv[2]];
if (task === undefined) fail(`setup: expected one of ${Object.keys(TASKS).join(', ')}, got ${process.argv[2]}`);
// Programs of the documents use `import.meta.resolve`, which came with Node 20.6.
const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 6)) fail(`Node 20.6 or later is needed, this is ${process.version}`);
for (const need of task) await need();

/** Installs Rust's target for the core, and a linker for build scripts. */
function rust() {
  if (!has('cargo') || !has('rustup')) fail('Rust is missing: install rustup from https://rustup.rs, then try again');
  // The first use of the toolchain named in rust-toolchain.toml installs it.
  if (!run('rustup', ['target', 'list', '--installed'], { quiet: true }).includes(TARGET)) {
    step(`installing the Rust target ${TARGET}`);
    run('rustup', ['target', 'add', TARGET]);
  }
  if (!has('cc')) debian('a C compiler', ['gcc', 'libc6-dev']);
}

/** Installs the npm packages of package-lock.json. */
function packages() {
  const installed = join(root, 'node_modules/.package-lock.json');
  const locked = join(root, 'package-lock.json');
  if (existsSync(installed) && statSync(installed).mtimeMs >= statSync(locked).mtimeMs) return;
  step('installing npm packages');
  run('npm', ['ci', '--no-audit', '--no-fund']);
}

async function core() {
  const { build } = await import('./build.js');
  await build();
}

async function guests(...languages) {
  const { buildGuests } = await import('./guests.js');
  await buildGuests(languages);
}

/** Builds the program that generates guests from seeds. */
async function generator() {
  const { buildGenerator } = await import('./fuzz.js');
  buildGenerator();
}

/** Installs browsers for the tests. */
async function browsers() {
  const { findChromium, findFirefox } = await import('./browsers.js');
  if (findChromium() === undefined) debian('Chromium', ['chromium'], 'or set CHROMIUM to its path');
  if (findFirefox() === undefined) debian('Firefox', ['firefox-esr'], 'or set FIREFOX to its path');
}

/** Installs a NATS server for the tests, the benchmark and the example. */
async function natsServer() {
  const { findNatsServer } = await import('./nats.js');
  if (findNatsServer() === undefined) debian('a NATS server', ['nats-server'], 'or set NATS_SERVER to its path');
}
