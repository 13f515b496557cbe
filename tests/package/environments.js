/**
 * The environments that the packed package is installed or built into, and the features expected to work there. Each: a
 * name, the packages to install beside it, and a function that runs it in a folder of its own and returns its features.
 */

import { spawn, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { cache } from '../../tools/cache.js';
import { serveFolder } from '../../tools/demo.js';
import { engines } from '../../tools/engines.js';
import { root, run, step } from '../../tools/run.js';
import { openChromium } from '../browser/browsers.js';
import { ISOLATED } from '../browser/serve.js';

const BUNDLERS = { vite: '8.3.8', webpack: '5.112.2', rollup: '4.68.7', '@rollup/plugin-node-resolve': '16.0.3' };
const WORKERD = { '@cloudflare/workerd-linux-64': '1.20261117.1' };

const GUESTS = { 'hello.wasm': 'hello.wasm', 'wasi.wasm': 'c/hello.wasm' };

/** Installs npm packages that the repository itself does not need into the cache: their folder. */
function installed(name, packages) {
  const names = Object.entries(packages).map(([name, version]) => `${name}@${version}`);
  const folder = cache(`${name}-${Object.values(packages).join('-')}`);
  if (!existsSync(join(folder, 'package-lock.json'))) {
    step(`installing ${names.join(', ')} (once)`);
    mkdirSync(folder, { recursive: true });
    run('npm', ['install', '--prefix', folder, '--no-audit', '--no-fund', ...names], { quiet: true });
  }
  return folder;
}

/** Imports an npm package. */
const load = (folder, name) => {
  const resolved = createRequire(join(folder, 'package.json')).resolve(name);
  return import(pathToFileURL(resolved));
};

/** Runs a program that prints its features. */
function runProgram(folder, program, args, name) {
  const { status, stdout, stderr } = spawnSync(program, [...args, name], { cwd: folder, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${program} ${name}: ${stderr}`);
  return JSON.parse(stdout.trim().split('\n').at(-1));
}

const IN_NODE = `
const guests = ['hello.wasm', 'wasi.wasm'];
features(wapc, ...guests).then((found) => console.log(JSON.stringify(found)));
`;
const ESM = `import * as wapc from 'wapc-host';\nimport { features } from './features.js';\n${IN_NODE}`;
const CJS = `const wapc = require('wapc-host');\nimport('./features.js').then(({ features }) => {${IN_NODE}});\n`;
const PAGE = `
import * as wapc from 'wapc-host';
import { features } from './features.js';
globalThis.outcome = await features(wapc, 'hello.wasm', 'wasi.wasm');
`;

/** Opens a page of a site: the features that it finds. */
async function visit(site, headers, path = '') {
  const served = typeof site === 'string' ? { address: site, stop() {} } : await serveFolder(site.folder, 0, headers);
  const { page, close } = await openChromium(served.address + path);
  try {
    return await (await page.waitForFunction(() => globalThis.outcome)).jsonValue();
  } finally {
    await close();
    served.stop();
  }
}

const html = (script, head = '') =>
  `<!doctype html><meta charset="utf-8" />${head}<title>page</title><script type="module" src="${script}"></script>`;

/** Makes a site of a folder: a page and its guests. */
function site(folder, page = html('./main.js')) {
  for (const name of Object.keys(GUESTS)) cpSync(join(folder, name), join(folder, 'out', name));
  writeFileSync(join(folder, 'out', 'index.html'), page);
  return { folder: join(folder, 'out') };
}

const bundlers = () => installed('bundlers', BUNDLERS);

/** Prepares a page for Vite. */
async function withVite(folder) {
  const vite = await load(bundlers(), 'vite');
  writeFileSync(join(folder, 'index.html'), html('/page.js'));
  mkdirSync(join(folder, 'public'), { recursive: true });
  for (const name of Object.keys(GUESTS)) cpSync(join(folder, name), join(folder, 'public', name));
  return { vite, common: { root: folder, configFile: false, logLevel: 'error', cacheDir: join(folder, '.vite') } };
}

const ALL = { hello: 'yes', later: 'yes', pool: 'yes', workers: 'yes', WASI: 'yes' };
const NO_WORKERS = { ...ALL, workers: 'WAPC_LOAD' };
const canSuspend = typeof WebAssembly.Suspending === 'function';

/** The environments that `npm test` runs. */
export const usual = [
  {
    name: 'Vite, build',
    expected: ALL,
    async run(folder) {
      const { vite, common } = await withVite(folder);
      await vite.build({ ...common, build: { target: 'es2022', outDir: 'out' } });
      return visit({ folder: join(folder, 'out') }, ISOLATED);
    },
  },
  {
    name: 'webpack',
    expected: ALL,
    async run(folder) {
      const { default: webpack } = await load(bundlers(), 'webpack');
      const config = {
        context: folder,
        mode: 'production',
        entry: './page.js',
        output: { path: join(folder, 'out'), filename: 'main.js' },
      };
      const stats = await new Promise((resolve, reject) =>
        webpack(config, (error, stats) => (error ? reject(error) : resolve(stats))),
      );
      if (stats.hasErrors()) throw new Error(stats.toString());
      return visit(site(folder), ISOLATED);
    },
  },
];

const engineRows = () =>
  [{ name: `Node ${process.versions.node}`, program: process.execPath, args: [] }, ...engines()].flatMap((engine) =>
    [
      ['ESM', 'program.mjs', ESM],
      ['CommonJS', 'program.cjs', CJS],
    ].map(([kind, file, text]) => ({
      name: `${engine.name}, ${kind}`,
      expected: ALL,
      async run(folder) {
        writeFileSync(join(folder, file), text);
        return runProgram(folder, engine.program, engine.args, file);
      },
    })),
  );

/** The other environments. */
export const others = () => [
  ...engineRows(),
  {
    name: 'a script tag',
    expected: ALL,
    async run(folder) {
      const map = JSON.stringify({ imports: { 'wapc-host': './node_modules/wapc-host/dist/index.js' } });
      writeFileSync(join(folder, 'index.html'), html('./page.js', `<script type="importmap">${map}</script>`));
      return visit({ folder }, ISOLATED);
    },
  },
  {
    name: 'Vite, dev',
    expected: ALL,
    async run(folder) {
      const { vite, common } = await withVite(folder);
      const server = await vite.createServer({ ...common, server: { host: '127.0.0.1', headers: ISOLATED } });
      await server.listen(0);
      try {
        return await visit(server.resolvedUrls.local[0]);
      } finally {
        await server.close();
      }
    },
  },
  {
    name: 'Rollup',
    // It does not bundle workers; `workers.url` would be the way out.
    expected: NO_WORKERS,
    async run(folder) {
      const { rollup } = await load(bundlers(), 'rollup');
      const { default: resolve } = await load(bundlers(), '@rollup/plugin-node-resolve');
      const bundle = await rollup({ input: join(folder, 'page.js'), plugins: [resolve({ browser: true })] });
      await bundle.write({ dir: join(folder, 'out'), format: 'es', entryFileNames: 'main.js' });
      return visit(site(folder), ISOLATED);
    },
  },
  {
    name: 'esbuild',
    expected: NO_WORKERS,
    async run(folder) {
      const esbuild = await import('esbuild');
      await esbuild.build({
        absWorkingDir: folder,
        entryPoints: ['page.js'],
        bundle: true,
        format: 'esm',
        outfile: 'out/main.js',
      });
      return visit(site(folder), ISOLATED);
    },
  },
  {
    name: 'esbuild, and workers.url',
    expected: ALL,
    async run(folder) {
      const esbuild = await import('esbuild');
      const page = PAGE.replace("'wasi.wasm')", "'wasi.wasm', { url: 'worker.js' })");
      writeFileSync(join(folder, 'page.js'), page);
      const options = { bundle: true, format: 'esm', outdir: 'out', entryNames: '[name]' };
      const entryPoints = { main: 'page.js', worker: 'wapc-host/worker' };
      await esbuild.build({ absWorkingDir: folder, entryPoints, ...options });
      return visit(site(folder), ISOLATED);
    },
  },
  {
    name: 'esbuild, for Node as CommonJS',
    expected: { ...NO_WORKERS, later: canSuspend ? 'yes' : 'WAPC_LOAD' },
    async run(folder) {
      const esbuild = await import('esbuild');
      writeFileSync(join(folder, 'program.mjs'), ESM);
      const outfile = 'program.bundle.cjs';
      const options = { bundle: true, platform: 'node', format: 'cjs', conditions: ['require'], logLevel: 'error' };
      await esbuild.build({ absWorkingDir: folder, entryPoints: ['program.mjs'], outfile, ...options });
      return runProgram(folder, process.execPath, [], outfile);
    },
  },
  {
    name: 'workerd',
    expected: { ...ALL, workers: 'WAPC_UNSUPPORTED' },
    run: inWorkerd,
  },
];

async function inWorkerd(folder) {
  const home = installed('workerd', WORKERD);
  const program = join(home, 'node_modules/@cloudflare/workerd-linux-64/bin/workerd');
  const dist = 'node_modules/wapc-host/dist';
  writeFileSync(
    join(folder, 'main.mjs'),
    `import * as wapc from 'wapc-host';
    import { features } from './features.js';
    import guest from './hello.wasm';
    import wasiGuest from './wasi.guest.wasm';
    export default { test: async () => console.log(JSON.stringify(await features(wapc, guest, wasiGuest))) };`,
  );
  // Resolves `wapc-host` as workerd's tools do: the export of its condition `workerd`, and its imports.
  const { exports } = JSON.parse(readFileSync(join(folder, 'node_modules/wapc-host/package.json')));
  const entry = exports['.'].workerd.default.replace('./dist/', '');
  const own = ['assemblyscript', 'core', 'shim', 'signature', 'wasi', 'wasi-shim'].map((name) => `${name}.wasm`);
  const modules = [
    ['main', 'esModule', 'main.mjs'],
    ['features.js', 'esModule', 'features.js'],
    ['wapc-host', 'esModule', `${dist}/${entry}`],
    ['hello.wasm', 'wasm', 'hello.wasm'],
    ['wasi.guest.wasm', 'wasm', 'wasi.wasm'],
    ...own.map((name) => [name, 'wasm', `${dist}/${name}`]),
  ].map(([name, kind, path]) => `(name = "${name}", ${kind} = embed "${path}")`);
  writeFileSync(
    join(folder, 'config.capnp'),
    `using Workerd = import "/workerd/workerd.capnp";
    const config :Workerd.Config = (services = [(name = "main", worker = .worker)]);
    const worker :Workerd.Worker = (compatibilityDate = "2026-01-01", modules = [${modules.join(', ')}]);`,
  );
  const child = spawn(program, ['test', 'config.capnp'], { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
  let printed = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (printed += chunk));
  await new Promise((resolve) => child.once('close', resolve));
  const line = printed.split('\n').find((line) => line.startsWith('{'));
  if (line === undefined) throw new Error(printed);
  return JSON.parse(line);
}

/** The code of the first file of a page that imports only `WapcHost`. */
export async function firstFileOf(folder) {
  const { rollup } = await load(bundlers(), 'rollup');
  const { default: resolve } = await load(bundlers(), '@rollup/plugin-node-resolve');
  writeFileSync(join(folder, 'host.js'), `export { WapcHost } from 'wapc-host';`);
  const bundle = await rollup({ input: join(folder, 'host.js'), plugins: [resolve({ browser: true })] });
  const { output } = await bundle.generate({ format: 'es' });
  return output.find(({ isEntry }) => isEntry).code;
}

/** Makes a folder a project with the package installed. */
export function prepare(folder, tarball) {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{ "private": true }');
  const quietly = ['--offline', '--no-audit', '--no-fund', '--loglevel=error'];
  run('npm', ['install', ...quietly, '--prefix', folder, tarball], { cwd: folder, quiet: true });
  for (const [name, guest] of Object.entries(GUESTS)) cpSync(join(root, 'testdata', guest), join(folder, name));
  cpSync(join(root, 'tests/package/features.js'), join(folder, 'features.js'));
  writeFileSync(join(folder, 'page.js'), PAGE);
}

/** Packs the package into a folder: the path of the tarball. */
export function pack(folder) {
  const [packed] = JSON.parse(
    run('npm', ['pack', root, '--json', '--ignore-scripts', '--loglevel=error'], { cwd: folder, quiet: true }),
  );
  return join(folder, packed.filename);
}
