/** Builds the guests in testdata/, each beside its sources. */

import { copyFileSync, existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';

import { isOlder } from './build.js';
import { cache } from './cache.js';
import { debian } from './debian.js';
import { has, root, run, step } from './run.js';

const TESTDATA = join(root, 'testdata');
const ZIG = '0.17.1';

/** How the guests of each folder are built, and where they land. */
const BUILDERS = {
  rust: () => cargo('rust', 'hello'),
  bench: () => cargo('bench', 'bench'),
  assemblyscript,
  zig,
  wat,
};

/** Builds the named kinds of guests, or all of them. */
export async function buildGuests(kinds) {
  for (const kind of kinds.length > 0 ? kinds : Object.keys(BUILDERS)) await BUILDERS[kind]();
}

/** testdata/NAME.wasm, a crate. */
function cargo(folder, name) {
  const built = join(TESTDATA, folder, 'target/wasm32-unknown-unknown/release', `${name}.wasm`);
  const quiet = existsSync(built) ? ['--quiet'] : [];
  if (quiet.length === 0) step(`building the guest ${name} (Rust)`);
  const cwd = join(TESTDATA, folder);
  run('cargo', ['build', '--release', '--locked', '--target', 'wasm32-unknown-unknown', ...quiet], { cwd });
  const landed = join(TESTDATA, `${name}.wasm`);
  if (isOlder(landed, [built])) copyFileSync(built, landed);
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
  const source = join(TESTDATA, 'zig/hello.zig');
  const built = join(TESTDATA, 'zig/hello.wasm');
  if (!isOlder(built, [source])) return;
  const python = join(cache(`zig-${ZIG}`), 'bin/python');
  if (!has(python, '-c', 'import ziglang')) {
    step('installing Zig (once)');
    if (!has('python3', '-c', 'import venv, ensurepip')) debian('Python', ['python3', 'python3-venv']);
    run('python3', ['-m', 'venv', cache(`zig-${ZIG}`)]);
    run(python, ['-m', 'pip', 'install', '--quiet', `ziglang==${ZIG}`]);
  }
  step('building the guest hello (Zig)');
  const options = ['-target', 'wasm32-freestanding', '-O', 'ReleaseSmall', '-fno-entry', '-rdynamic'];
  const place = ['--cache-dir', cache('zig-cache'), '--global-cache-dir', cache('zig-cache'), `-femit-bin=${built}`];
  run(python, ['-m', 'ziglang', 'build-exe', source, ...options, ...place]);
}

/** testdata/wat/*.wat: hostile and odd guests. */
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
    const module = wabt.parseWat(basename(source), readFileSync(source, 'utf8'), { exceptions: true, threads: true });
    writeFileSync(source.replace(/wat$/, 'wasm'), module.toBinary({}).buffer);
    module.destroy();
  }
}
