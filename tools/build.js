/** Builds the package into dist/: the core from Rust, its glue, the bundles, the typings. Skips what is up to date. */

import { createHash } from 'node:crypto';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { DIST, GENERATED, bundle } from './bundle.js';
import { cache } from './cache.js';
import { CONSTANTS } from './constants.js';
import { fail, root, run, step } from './run.js';
import { sizeOf, sizes } from './sizes.js';

const RELEASE = join(root, 'target/wasm32-unknown-unknown/release');
const CORE = join(RELEASE, 'wapc_host.wasm');
const WASI = join(RELEASE, 'wasi.wasm');
const INTERRUPT = join(RELEASE, 'interrupt.wasm');

/** Flags that the toolchain does not set: no paths of this machine in panic messages, and less inlining. */
const RUSTFLAGS = [
  `--remap-path-prefix=${process.env.CARGO_HOME ?? join(homedir(), '.cargo')}/registry/src=crates`,
  `--remap-path-prefix=${root}=.`,
  // Measured: the default adds 8 KB to the core, 75 adds 4; neither gains more than 2% of an invocation.
  '-Cllvm-args=-inline-threshold=20',
  // The stack pointer is exported so that JavaScript can restore it (js/invocation/stack.js).
  '-Clink-arg=--export=__stack_pointer',
].join(' ');

const FEATURES = [
  'reference-types',
  'bulk-memory',
  'multivalue',
  'mutable-globals',
  'sign-ext',
  'nontrapping-float-to-int',
];

/** Settings of Cargo for a core that is built fast and runs slower. */
const QUICK = {
  CARGO_PROFILE_RELEASE_LTO: 'off',
  CARGO_PROFILE_RELEASE_OPT_LEVEL: '1',
  CARGO_PROFILE_RELEASE_CODEGEN_UNITS: '16',
  CARGO_PROFILE_RELEASE_INCREMENTAL: 'true',
};

/** Brings dist/ up to date. `isQuick`: builds faster, but a slower and larger core. */
export async function build({ isQuick = false } = {}) {
  const command = ['build', '--release', '--lib', '--bins', '--target', 'wasm32-unknown-unknown', '--locked'];
  const env = { RUSTFLAGS, ...(isQuick ? QUICK : {}) };
  if (!existsSync(CORE)) step('building the core');
  run('cargo', [...command, ...(existsSync(CORE) ? ['--quiet'] : [])], { env });
  writeConstants();
  const glue = join(GENERATED, 'core.js');
  const generators = ['tools/build.js', 'tools/bindgen/src/main.rs'].map((name) => join(root, name));
  if (isOlder(glue, [CORE, WASI, INTERRUPT, ...generators])) generateGlue(isQuick);
  const sources = filesBelow(join(root, 'js')).concat(
    ['package.json', 'tools/build.js', 'tools/bundle.js', 'tools/messagepack.js'].map((name) => join(root, name)),
  );
  if (isOlder(join(DIST, 'worker.js'), sources)) {
    await bundle();
    copyShims(run('cargo', [...command, '--quiet', '--message-format=json'], { env, quiet: true }));
    if (!isQuick) for (const { text } of await sizes()) step(text);
  }
  buildHello();
}

/** Builds the guest that is part of the package. */
function buildHello() {
  const source = join(root, 'examples/hello-guest/hello.ts');
  const built = join(DIST, 'hello.wasm');
  if (!isOlder(built, [source])) return;
  const asc = join(root, 'node_modules/assemblyscript/bin/asc.js');
  run(process.execPath, [asc, source, '-o', built, '-Oz', '--runtime', 'incremental', '--exportStart', '_start']);
}

function writeConstants() {
  mkdirSync(GENERATED, { recursive: true });
  for (const [name, { sources, make }] of Object.entries(CONSTANTS)) {
    const file = join(GENERATED, name);
    const origins = [...sources, 'tools/constants.js'].map((source) => join(root, source));
    if (isOlder(file, origins)) writeFileSync(file, make());
  }
}

function generateGlue(isQuick) {
  run(bindgen(), [CORE, GENERATED]);
  // wasm-bindgen lists a module once per block of functions imported from it, of which bundlers warn.
  const glue = join(GENERATED, 'core.js');
  const seen = new Set();
  const lines = readFileSync(glue, 'utf8').split('\n');
  // Written again in the end: it would be taken for up to date where one of the next steps fails.
  rmSync(glue);
  const isNew = (line) => !/^ +"\.\.\/.*": import\d+,$/.test(line) || (!seen.has(keyOf(line)) && seen.add(keyOf(line)));
  const text = withoutLoader(withOurEncoding(lines.filter(isNew).join('\n')));
  const core = join(GENERATED, 'core_bg.wasm');
  inline('core', isQuick ? readFileSync(core) : optimized('core', core));
  inline('wasi', isQuick ? readFileSync(WASI) : optimized('wasi', WASI));
  inline('interrupt', isQuick ? readFileSync(INTERRUPT) : optimized('interrupt', INTERRUPT));
  const typings = join(GENERATED, 'core.d.ts');
  writeFileSync(typings, withoutLoaderTypes(readFileSync(typings, 'utf8')));
  writeFileSync(glue, text);
}

/**
 * The glue without its own ways to load the core, which `js/api/instantiate.js` instantiates: it exports the imports, and
 * what attaches an instance. A page would load them, and their messages, for nothing.
 */
function withoutLoader(glue) {
  const loader = glue.indexOf('async function __wbg_load(');
  if (loader < 0 || !glue.trimEnd().endsWith('export { initSync, __wbg_init as default };'))
    fail('the glue loads the core in another way: see withoutLoader');
  return `${glue.slice(0, loader)}export { __wbg_get_imports as imports, __wbg_finalize_init as attach };\n`;
}

/** The typings of that glue. */
function withoutLoaderTypes(typings) {
  const loader = typings.indexOf('export type SyncInitInput');
  if (loader < 0) fail('the typings of the glue have other types: see withoutLoaderTypes');
  return (
    typings.slice(0, loader) +
    'export function imports(): WebAssembly.Imports;\n' +
    'export function attach(instance: WebAssembly.Instance, module: WebAssembly.Module): InitOutput;\n'
  );
}

/** The glue with the package's own encoder and decoder, which may be missing where it is only imported. */
function withOurEncoding(glue) {
  const theirs =
    /let cachedTextDecoder = new TextDecoder\([^)]*\);\ncachedTextDecoder\.decode\(\);\n|const cachedTextEncoder = new TextEncoder\(\);\n\nif \(!\('encodeInto' in cachedTextEncoder\)\) \{\n(?: .*\n)*\}\n/g;
  if ([...glue.matchAll(theirs)].length !== 2) fail('the glue encodes text in another way: see withOurEncoding');
  const ours =
    `import { TextDecoder, encoder as cachedTextEncoder, lenient } from '../base/encoding.js';\n` +
    'let cachedTextDecoder = lenient;\n';
  return ours + glue.replaceAll(theirs, '');
}

const keyOf = (line) => line.split(':')[0];

/** Optimizes an artifact: its bytes. Fails where they are over their limit. */
function optimized(name, raw) {
  const file = join(GENERATED, `${name}.wasm`);
  const wasmOpt = join(root, 'node_modules/binaryen/bin/wasm-opt');
  // The stack lies lowest, so that no static data is at low addresses, which offsets may be folded into.
  const passes = [
    '--flatten',
    '--rereloop',
    '-Oz',
    '-Oz',
    '--converge',
    '--low-memory-unused',
    '--strip-debug',
    '--strip-target-features',
  ];
  // It is loaded by those who use it, and works on whole modules.
  if (name === 'interrupt') passes.splice(0, 5, '-O3', '-O3');
  const options = [...passes, ...FEATURES.map((feature) => `--enable-${feature}`)];
  run(process.execPath, [wasmOpt, ...options, raw, '-o', file]);
  const bytes = readFileSync(file);
  const { isOver, text } = sizeOf(name, bytes);
  if (isOver) fail(`over its limit: ${text}`);
  return bytes;
}

/** Writes an artifact, and a JavaScript module that holds its bytes. */
function inline(name, bytes) {
  writeFileSync(join(GENERATED, `${name}.wasm`), bytes);
  const text = `/** The bytes of ${name}.wasm, hexadecimal. */\nexport const hex =\n  '${bytes.toString('hex')}';\n`;
  writeFileSync(join(GENERATED, `${name}-inlined.js`), text);
}

/** Builds the program that makes the glue, of the version in Cargo.lock. Cached, since it takes a minute. */
function bindgen() {
  const { version } = JSON.parse(run('cargo', ['metadata', '--format-version', '1'], { quiet: true })).packages.find(
    ({ name }) => name === 'wasm-bindgen',
  );
  // By its source too: cargo may take the program of another working copy for up to date.
  const source = createHash('sha256')
    .update(readFileSync(join(root, 'tools/bindgen/src/main.rs')))
    .digest('hex');
  const target = cache(`bindgen-${version}-${source.slice(0, 8)}`);
  const program = join(target, 'release/bindgen');
  const manifest = join(root, 'tools/bindgen/Cargo.toml');
  if (!existsSync(program)) step('building the glue generator (once, about two minutes)');
  const quiet = existsSync(program) ? ['--quiet'] : [];
  run('cargo', ['build', '--release', '--locked', '--manifest-path', manifest, '--target-dir', target, ...quiet]);
  return program;
}

/**
 * Copies the small modules that the artifacts bring along, for platforms that compile nothing while they run.
 * @param {string} messages of Cargo's, a line of JSON each: one says where `build.rs` has put them
 */
function copyShims(messages) {
  const told = messages
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));
  const isOurs = ({ reason, package_id: id }) =>
    reason === 'build-script-executed' && id.includes(pathToFileURL(root).href);
  const { out_dir: assembled } = told.find(isOurs) ?? fail('cargo does not say where build.rs has put the shims');
  for (const name of ['room', 'shim', 'assemblyscript', 'signature', 'suspend', 'wasi-shim']) {
    copyFileSync(join(assembled, `${name}.wasm`), join(DIST, `${name}.wasm`));
  }
}

function filesBelow(folder) {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath ?? entry.path, entry.name));
}

/** True where a file is missing, or older than one of its sources. */
export function isOlder(file, sources) {
  if (!existsSync(file)) return true;
  const made = statSync(file).mtimeMs;
  return sources.some((source) => statSync(source).mtimeMs > made);
}
