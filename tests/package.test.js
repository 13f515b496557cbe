/** Tests the packed tarball: its content, and that it works where it is installed. */

import { deepEqual, equal, ok } from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, posix, relative, sep } from 'node:path';
import { after, test } from 'node:test';
import { gzipSync } from 'node:zlib';

import { root } from '../tools/run.js';
import { pageScripts } from '../tools/sizes.js';

const folder = mkdtempSync(join(tmpdir(), 'wapc-host-'));
after(() => rmSync(folder, { recursive: true }));

function run(command, ...args) {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd: folder, encoding: 'utf8' });
  equal(status, 0, `${command} ${args.join(' ')}\n${stderr}`);
  return stdout;
}

const [packed] = JSON.parse(run('npm', 'pack', root, '--json', '--ignore-scripts', '--loglevel=error'));

test('the guest of the package is small', () => {
  const { size } = packed.files.find(({ path }) => path === 'dist/hello.wasm');
  ok(size <= 20 * 1024, `${size} bytes`);
});

/** The files below a folder of the repository, by their paths from its root. */
const pathsBelow = (name) =>
  readdirSync(join(root, name), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(root, join(entry.parentPath ?? entry.path, entry.name)).replaceAll(sep, '/'));

test('documents say what a page loads', async () => {
  const gzipped = gzipSync(await pageScripts(), { level: 9 }).length;
  const size = `${Math.round(gzipped / 1000)} KB`;
  for (const [name, text] of [
    ['README.md', `A page loads ${size} (minified, gzipped)`],
    ['docs/faq.md', `loads ${size} of scripts, minified and gzipped`],
    ['docs/comparison.md', `| browser, gzipped | ${size} |`],
  ]) {
    ok(readFileSync(join(root, name), 'utf8').includes(text), `${name}: expected "${text}"`);
  }
});

test('the tarball holds what a user needs and nothing else', () => {
  // Parts that entry points share, or load on demand, have a hash of their content in their names.
  const names = [...new Set(packed.files.map(({ path }) => path.replace(/-chunk-.*\.js$/, '-chunk.js')))].sort();
  const wasm = [
    'assemblyscript',
    'core',
    'hello',
    'interrupt',
    'room',
    'shim',
    'signature',
    'suspend',
    'wasi',
    'wasi-shim',
  ].map((name) => `${name}.wasm`);
  const scripts = [
    'chunk-chunk',
    'remote-chunk',
    'index',
    'interrupt',
    'msgpack',
    'nats',
    'node',
    'observe',
    'slim',
    'slim-node',
    'wasi',
    'service-worker',
    'worker',
    'workerd',
  ];
  const typings = ['index', 'nats', 'observe', 'slim']
    .flatMap((name) => [`${name}.d.cts`, `${name}.d.ts`])
    .concat('worker.d.ts');
  const dist = [
    ...wasm,
    ...scripts.map((name) => `${name}.js`),
    'nats.cjs',
    'node.cjs',
    'observe.cjs',
    'slim.cjs',
    'worker-node.mjs',
    ...typings,
  ];
  // The guides for users. Those for maintainers stay in the repository.
  const guides = [
    'api',
    'callbacks',
    'cli',
    'cluster',
    'comparison',
    'deadlines',
    'environments',
    'errors',
    'faq',
    'getting-started',
    'guests',
    'hosts',
    'index',
    'loading',
    'observing',
    'performance',
    'pools',
    'protocol',
    'routes',
    'wasi',
    'workers',
  ];
  const expected = [
    'CHANGELOG.md',
    'LICENSE',
    'README.md',
    'SECURITY.md',
    ...pathsBelow('bin').filter((path) => path.endsWith('.js')),
    ...dist.map((name) => `dist/${name}`),
    ...guides.map((name) => `docs/${name}.md`),
    'docs/figures/waiting.svg',
    'docs/figures/words.svg',
    'package.json',
    ...pathsBelow('templates').filter((path) => !path.includes('/target/')),
  ];
  deepEqual(names, expected.sort());
});

test('links between the documents of the tarball lead to files that are in it', () => {
  const paths = packed.files.map(({ path }) => path);
  // The links of SECURITY.md lead to tests in the repository, as it says.
  for (const document of paths.filter((path) => path.endsWith('.md') && path !== 'SECURITY.md')) {
    const links = readFileSync(join(root, document), 'utf8').matchAll(/\]\((?!https?:|#)([^)#]+)/g);
    const targets = [...links].map(([, target]) => posix.join(posix.dirname(document), target));
    const dead = targets.filter((target) => !paths.includes(target));
    deepEqual(dead, [], document);
  }
});

/** Sub-paths of files that are served or started, not imported as modules. */
const FILES = [
  '--exclude-entrypoints',
  './hello.wasm',
  './wasm',
  './wasi',
  './interrupt',
  './worker',
  './service-worker',
];

for (const [tool, bin, ...args] of [
  ['publint', 'publint/src/cli.js', 'run', join(folder, packed.filename), '--strict'],
  ['attw', '@arethetypeswrong/cli/dist/index.js', join(folder, packed.filename), ...FILES],
]) {
  test(`${tool} finds nothing wrong with it`, () => {
    run(process.execPath, join(root, 'node_modules', bin), ...args);
  });
}

/** A program that uses the package; `load` imports it. */
const program = (load) => `
${load}
const hostCall = (binding, namespace, operation, payload) => payload;
async function main() {
  if (typeof ready !== 'undefined') await ready;
  const host = await WapcHost.instantiate('hello.wasm', { hostCall, async: false });
  console.log(new TextDecoder().decode(await host.invoke('hello', 'package')));
  const pool = await WapcPool.create('hello.wasm', { size: 1, workers: true, hostCall, logger() {} });
  console.log(new TextDecoder().decode(await pool.invoke('hello', 'worker')));
  await pool.close();
  const wasi = { preopens: { '/data': { 'a.txt': 'text' } } };
  const guest = await WapcHost.instantiate('wasi.wasm', { wasi, stderr() {} });
  console.log(new TextDecoder().decode(await guest.invoke('exercise')).includes('read: text'));
  guest.close();
  const fuelled = await WapcHost.instantiate('hello.wasm', { hostCall, async: false, limits: { fuel: 1e6 } });
  console.log((await fuelled.invoke('hello', 'fuel')).length);
  fuelled.close();
  const error = await WapcModule.compile('none.wasm').catch((error) => error);
  console.log(error instanceof WapcError, error.code);
  host.close();
}
main();
`;
const NAMES = '{ WapcError, WapcHost, WapcModule, WapcPool }';
const EXPECTED =
  'logging something\nHello, package\nHello, worker\nto standard output\ntrue\nlogging something\n11\ntrue WAPC_LOAD\n';

writeFileSync(join(folder, 'package.json'), '{ "private": true }');
run('npm', 'install', '--offline', '--no-audit', '--no-fund', '--loglevel=error', join(folder, packed.filename));
cpSync(join(root, 'testdata/hello.wasm'), join(folder, 'hello.wasm'));
cpSync(join(root, 'testdata/c/hello.wasm'), join(folder, 'wasi.wasm'));

for (const [what, name, load] of [
  ['ESM', 'program.mjs', `import ${NAMES} from 'wapc-host';`],
  ['CommonJS', 'program.cjs', `const ${NAMES} = require('wapc-host');`],
  [
    'slim, as CommonJS',
    'slim.cjs',
    `const ${NAMES.replace('{', '{ init,')} = require('wapc-host/slim');
    const { readFileSync } = require('node:fs');
    const ready = init(...['wasm', 'wasi', 'interrupt'].map((name) => readFileSync(require.resolve('wapc-host/' + name))));`,
  ],
  [
    'slim, with its WebAssembly given to it',
    'slim.mjs',
    `import ${NAMES.replace('{', '{ init,')} from 'wapc-host/slim';
    import { readFileSync } from 'node:fs';
    const read = (name) => readFileSync(new URL(import.meta.resolve(name)));
    await init(read('wapc-host/wasm'), WebAssembly.compile(read('wapc-host/wasi')), read('wapc-host/interrupt'));`,
  ],
]) {
  test(`installed into an empty project, as ${what}`, () => {
    writeFileSync(join(folder, name), program(load));
    equal(run(process.execPath, name), EXPECTED);
  });
}

test('slim without its WebAssembly, or with another, fails with a code, and works once it is given', () => {
  writeFileSync(
    join(folder, 'bare.mjs'),
    `import { readFileSync } from 'node:fs';
    import { WapcModule, init } from 'wapc-host/slim';
    const code = (work) => work.catch((error) => console.log(error.code));
    await code(WapcModule.compile('hello.wasm'));
    await code(init());
    await code(init('no/such/file'));
    await code(init(new Uint8Array([1, 2, 3])));
    const wrong = readFileSync('hello.wasm');
    await code(init(wrong));
    const core = readFileSync(new URL(import.meta.resolve('wapc-host/wasm')));
    // Each is told of its own.
    const missing = () => code(init(Promise.reject(new Error('no network'))));
    await Promise.all([missing(), init(core), missing()]);
    await missing();
    await code(WapcModule.compile('wasi.wasm'));
    await code(WapcModule.compile('hello.wasm', { limits: { interrupt: true } }));
    // No guest needs it yet: a rejection that nobody handles would end this process.
    await init(core, Promise.reject(new Error('no network')));
    await new Promise(setImmediate);
    await code(WapcModule.compile('wasi.wasm'));
    await init(core, wrong, wrong);
    await code(WapcModule.compile('wasi.wasm'));
    await code(WapcModule.compile('hello.wasm', { limits: { interrupt: true } }));
    await init(core, readFileSync(new URL(import.meta.resolve('wapc-host/wasi'))));
    console.log((await WapcModule.compile('wasi.wasm')).info.wasi !== 'none');
    console.log((await WapcModule.compile('hello.wasm')).info.wasi);`,
  );
  const before = ['UNSUPPORTED', 'ARGUMENT', ...Array(6).fill('LOAD'), 'UNSUPPORTED', 'UNSUPPORTED'];
  const expected = [...before, 'LOAD', 'LOAD', 'LOAD'].map((code) => `WAPC_${code}\n`);
  equal(run(process.execPath, 'bare.mjs'), `${expected.join('')}true\nnone\n`);
});

test('an error of the ESM copy is one of the CommonJS copy', () => {
  const load = `const { WapcError } = require('wapc-host');
    import('wapc-host').then(({ WapcModule }) => WapcModule.compile(5)).catch((error) => console.log(error instanceof WapcError));`;
  writeFileSync(join(folder, 'brand.cjs'), load);
  equal(run(process.execPath, 'brand.cjs'), 'true\n');
});

test('its command line runs where nothing else is installed', () => {
  const wapcHost = (...args) => run('npx', '--offline', 'wapc-host', ...args);
  equal(wapcHost('run', 'hello.wasm', 'hello', 'waPC', '--echo'), 'Hello, waPC');
  equal(wapcHost('run', 'hello.wasm', 'echo', '{"a":1}', '--echo', '--msgpack'), '{"a":1}\n');
  wapcHost('init', 'c', 'written');
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const { devDependencies } = JSON.parse(readFileSync(join(folder, 'written/package.json'), 'utf8'));
  deepEqual(devDependencies, { 'wapc-host': `^${version}` });
  const written = readdirSync(join(folder, 'written'));
  for (const name of ['.gitignore', 'guest.c', 'guest.test.js', 'package.json']) ok(written.includes(name), name);
});
