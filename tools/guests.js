/** Builds the guests of testdata/, each next to its sources. */

import { copyFileSync, existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

import { ASYNCIFIED } from '../testdata/asyncified.js';
import { isOlder } from './build.js';
import { cache } from './cache.js';
import { root, run, step } from './run.js';
import { runZig } from './zig.js';

const TESTDATA = join(root, 'testdata');

/** The builder of each folder's guests, and where their files are put. */
const BUILDERS = {
  rust: () => cargo('rust', 'hello', 'hello.wasm'),
  bench: () => cargo('bench', 'bench', 'bench.wasm'),
  kernels: () => cargo('kernels', 'kernels', 'kernels.wasm'),
  'rust-wasi': () => cargo('rust', 'hello', 'rust/wasi.wasm', 'wasm32-wasip1'),
  assemblyscript,
  zig,
  c,
  wasi,
  wat,
  asyncify,
  page,
};

/** The guests of testdata/page by their targets. */
const PAGE = {
  'wasm32-unknown-unknown': ['mandelbrot', 'misbehaving'],
  'wasm32-wasip1': ['catalogue'],
};

/** Builds the named kinds of guests, or all of them. */
export async function buildGuests(kinds) {
  for (const kind of kinds.length > 0 ? kinds : Object.keys(BUILDERS)) await BUILDERS[kind]();
}

/** Builds a crate. */
function cargo(folder, name, file, target = 'wasm32-unknown-unknown') {
  const built = join(TESTDATA, folder, 'target', target, 'release', `${name}.wasm`);
  const quiet = existsSync(built) ? ['--quiet'] : [];
  if (quiet.length === 0) {
    step(`building the guest ${name} (Rust)`);
    run('rustup', ['--quiet', 'target', 'add', target]);
  }
  const cwd = join(TESTDATA, folder);
  run('cargo', ['build', '--release', '--locked', '--target', target, ...quiet], { cwd });
  const landed = join(TESTDATA, file);
  if (isOlder(landed, [built])) copyFileSync(built, landed);
}

/** Builds the guests of the demo page, a workspace: testdata/page/NAME.wasm of each. */
function page() {
  const folder = join(TESTDATA, 'page');
  for (const [target, names] of Object.entries(PAGE)) {
    const built = (name) => join(folder, 'target', target, 'release', `${name}.wasm`);
    const quiet = names.every((name) => existsSync(built(name))) ? ['--quiet'] : [];
    if (quiet.length === 0) {
      step(`building the guests ${names.join(' and ')} (Rust)`);
      run('rustup', ['--quiet', 'target', 'add', target]);
    }
    const packages = names.flatMap((name) => ['--package', name]);
    run('cargo', ['build', '--release', '--locked', '--target', target, ...packages, ...quiet], { cwd: folder });
    for (const name of names) {
      const landed = join(folder, `${name}.wasm`);
      if (isOlder(landed, [built(name)])) copyFileSync(built(name), landed);
    }
  }
}

/**
 * Builds the Kubewarden policy of examples/: its file, and that of one that suspends itself. The crates take minutes the
 * first time, and are kept.
 */
export function buildPolicy() {
  const folder = cache('examples-target', 'kubewarden-policy/policy');
  const target = 'wasm32-unknown-unknown';
  const built = join(folder, target, 'release/namespace_label_policy.wasm');
  const quiet = existsSync(built) ? ['--quiet'] : [];
  if (quiet.length === 0) step('building the Kubewarden policy (Rust; some minutes, once)');
  const manifest = join(root, 'examples/kubewarden-policy/policy/Cargo.toml');
  const options = ['--manifest-path', manifest, '--target', target, '--target-dir', folder];
  run('cargo', ['build', '--release', '--locked', ...options, ...quiet]);
  const suspending = join(folder, 'asyncified.wasm');
  if (isOlder(suspending, [built])) asyncified('policy', built, suspending);
  return { built, suspending };
}

function assemblyscript() {
  const source = join(TESTDATA, 'assemblyscript/hello.ts');
  const built = join(TESTDATA, 'assemblyscript/hello.wasm');
  if (!isOlder(built, [source])) return;
  step('building the guest hello (AssemblyScript)');
  const asc = join(root, 'node_modules/assemblyscript/bin/asc.js');
  run(process.execPath, [asc, source, '-o', built, '-O3', '--runtime', 'incremental', '--exportStart', '_start']);
}

function zig() {
  const guests = {
    hello: ['-target', 'wasm32-freestanding', '-fno-entry'],
    wasi: ['-target', 'wasm32-wasi', '-mexec-model=reactor', '-fno-entry'],
  };
  const folder = join(TESTDATA, 'zig');
  const sources = ['hello.zig', 'wasi.zig'].map((name) => join(folder, name));
  for (const [name, options] of Object.entries(guests)) {
    const built = join(folder, `${name}.wasm`);
    if (!isOlder(built, sources)) continue;
    step(`building the guest ${name} (Zig)`);
    runZig('build-exe', sources[0], ...options, '-O', 'ReleaseSmall', '-rdynamic', `-femit-bin=${built}`);
  }
}

function c() {
  const folder = join(TESTDATA, 'c');
  const [source, built] = [join(folder, 'hello.c'), join(folder, 'hello.wasm')];
  if (!isOlder(built, [source, join(folder, 'wapc.h')])) return;
  step('building the guest hello (C)');
  compileC(source, built, '-mexec-model=reactor');
}

/** Compiles C for WASI. */
function compileC(source, built, ...options) {
  const flags = ['-target', 'wasm32-wasi', '-Os', '-s', '-Wall', '-Werror'];
  runZig('cc', ...flags, ...options, source, '-o', built);
}

/** Builds the WASI programs whose output is compared: testdata/wasi/*.c and *.rs. */
function wasi() {
  const folder = join(TESTDATA, 'wasi');
  for (const name of readdirSync(folder)) {
    const source = join(folder, name);
    const built = source.replace(/\.(c|rs)$/, '.wasm');
    if (built === source || !isOlder(built, [source])) continue;
    step(`building the WASI program ${name}`);
    if (name.endsWith('.c')) compileC(source, built);
    else run('rustc', ['--edition', '2024', '--target', 'wasm32-wasip1', '-O', source, '-o', built]);
  }
}

/** Makes guests that suspend themselves: testdata/asyncify/NAME.wasm of NAME.wasm. */
function asyncify() {
  for (const name of ASYNCIFIED) {
    const [source, built] = [join(TESTDATA, `${name}.wasm`), join(TESTDATA, 'asyncify', `${name}.wasm`)];
    if (!isOlder(built, [source])) continue;
    asyncified(name, source, built);
  }
}

/** Prepares a guest to suspend itself. */
function asyncified(name, source, built) {
  step(`preparing the guest ${name} to suspend itself`);
  mkdirSync(dirname(built), { recursive: true });
  const wasmOpt = join(root, 'node_modules/binaryen/bin/wasm-opt');
  const imports = 'wapc.__host_call,wasi_snapshot_preview1.poll_oneoff';
  const passes = ['--asyncify', `--pass-arg=asyncify-imports@${imports}`, '-O'];
  // Guests without a section of features are taken to have none.
  run(process.execPath, [wasmOpt, source, '-o', built, '--enable-bulk-memory', ...passes]);
}

/** Builds testdata/wat/*.wat: hostile and odd guests. */
async function wat() {
  const folder = join(TESTDATA, 'wat');
  const due = readdirSync(folder)
    .filter((name) => name.endsWith('.wat'))
    .map((name) => join(folder, name))
    .filter((source) => isOlder(source.replace(/wat$/, 'wasm'), [source]));
  if (due.length === 0) return;
  const { default: load } = await import('wabt');
  const wabt = await load();
  mkdirSync(folder, { recursive: true });
  for (const source of due) {
    const text = readFileSync(source, 'utf8');
    const write = (name, text) => {
      const module = wabt.parseWat(basename(source), text, { exceptions: true, threads: true });
      writeFileSync(join(folder, `${name}.wasm`), module.toBinary({}).buffer);
      module.destroy();
    };
    const name = basename(source, '.wat');
    write(name, text);
    // The same guest for the older name of WASI.
    if (name !== 'wasi') continue;
    write('wasi-unstable', text.replaceAll('"wasi_snapshot_preview1"', '"wasi_unstable"'));
    write('wasi-wasi', text.replaceAll('"wasi_snapshot_preview1"', '"wasi"'));
    // The same guest with a shared memory.
    write('wasi-shared', text.replace('(memory (export "memory") 1 32)', '(memory (export "memory") 1 32 shared)'));
  }
}
