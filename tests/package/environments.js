/**
 * The environments that the packed package is installed or built into, and the features expected to work there. Each: a
 * name, the packages to install beside it, and a function that runs it in a folder of its own and returns its features.
 */

import { spawn } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { engines } from '../../tools/engines.js';
import { installed, load } from '../../tools/installed.js';
import { ISOLATED } from '../browser/serve.js';
import { blocks } from '../documents/markdown.js';
import { nextjs, otherNextjs } from './next.js';
import { ALL, CJS, ENDLESS, ESM, GUESTS, NO_WORKERS, PAGE, html, runProgram, site, visit } from './projects.js';
import { runners } from './runners.js';
import { web } from './web.js';

const BUNDLERS = { vite: '8.3.8', webpack: '5.112.2', rollup: '4.68.7', '@rollup/plugin-node-resolve': '16.0.3' };
const WORKERD = { '@cloudflare/workerd-linux-64': '1.20261117.1' };

/** The folder where the bundlers are installed. */
export const bundlers = () => installed('bundlers', BUNDLERS);

/** Prepares a page for Vite. */
async function withVite(folder) {
  const vite = await load(bundlers(), 'vite');
  writeFileSync(join(folder, 'index.html'), html('/page.js'));
  mkdirSync(join(folder, 'public'), { recursive: true });
  for (const name of Object.keys(GUESTS)) cpSync(join(folder, name), join(folder, 'public', name));
  return { vite, common: { root: folder, configFile: false, logLevel: 'error', cacheDir: join(folder, '.vite') } };
}

/** The page, with the address of a worker's script that is another entry point of its bundle. */
const PAGE_WITH_ADDRESS = PAGE.replace("'wasi.wasm')", "'wasi.wasm', { url: new URL('worker.js', import.meta.url) })");

/** Builds entry points by Rollup, and visits the page. */
async function withRollup(folder, entries) {
  const { rollup } = await load(bundlers(), 'rollup');
  const { default: resolve } = await load(bundlers(), '@rollup/plugin-node-resolve');
  const input = { ...entries, main: join(folder, entries.main) };
  const bundle = await rollup({ input, plugins: [resolve({ browser: true, rootDir: folder })] });
  await bundle.write({ dir: join(folder, 'out'), format: 'es', entryFileNames: '[name].js' });
  return visit(site(folder), ISOLATED);
}

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
  ...web,
  nextjs,
];

const engineRows = () =>
  [{ name: `Node ${process.versions.node}`, program: process.execPath, args: [] }, ...engines()].flatMap((engine) =>
    [
      ['ESM', 'program.mjs', ESM, ALL],
      ['CommonJS', 'program.cjs', CJS, ALL],
      ['a guest without end', 'endless.mjs', ENDLESS, { workers: 'yes' }],
    ].map(([kind, file, text, expected]) => ({
      name: `${engine.name}, ${kind}`,
      expected,
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
    // It does not bundle workers.
    expected: NO_WORKERS,
    run: (folder) => withRollup(folder, { main: 'page.js' }),
  },
  {
    name: 'Rollup, and workers.url',
    expected: ALL,
    run(folder) {
      writeFileSync(join(folder, 'page.js'), PAGE_WITH_ADDRESS);
      return withRollup(folder, { main: 'page.js', worker: 'wapc-host/worker' });
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
      writeFileSync(join(folder, 'page.js'), PAGE_WITH_ADDRESS);
      const options = { bundle: true, format: 'esm', outdir: 'out', entryNames: '[name]' };
      const entryPoints = { main: 'page.js', worker: 'wapc-host/worker' };
      await esbuild.build({ absWorkingDir: folder, entryPoints, ...options });
      return visit(site(folder), ISOLATED);
    },
  },
  // By the package's modules, as `import` finds them, and by its CommonJS.
  ...[[], ['require']].map((conditions) => ({
    name: `esbuild, for Node as CommonJS${conditions.map((name) => `, with the condition ${name}`).join('')}`,
    expected: { ...NO_WORKERS, later: canSuspend ? 'yes' : 'WAPC_LOAD' },
    async run(folder) {
      const esbuild = await import('esbuild');
      writeFileSync(join(folder, 'program.mjs'), ESM);
      const outfile = 'program.bundle.cjs';
      const options = { bundle: true, platform: 'node', format: 'cjs', conditions, logLevel: 'error' };
      await esbuild.build({ absWorkingDir: folder, entryPoints: ['program.mjs'], outfile, ...options });
      return runProgram(folder, process.execPath, [], outfile);
    },
  })),
  ...runners(),
  ...otherNextjs,
  {
    name: 'workerd',
    expected: { ...ALL, workers: 'WAPC_UNSUPPORTED', interrupt: 'WAPC_UNSUPPORTED' },
    run: (folder) =>
      inWorkerd(folder, OUTCOME_IN_WORKERD, [
        ['features.js', 'esModule', 'features.js'],
        ['hello.wasm', 'wasm', 'hello.wasm'],
        ['wasi.guest.wasm', 'wasm', 'wasi.wasm'],
      ]),
  },
  {
    name: 'workerd, the program of docs/environments.md',
    expected: { hello: 'yes' },
    run(folder) {
      const { block } = blocks('javascript').find(({ path }) => path === 'docs/environments.md');
      writeFileSync(join(folder, 'program.mjs'), block);
      return inWorkerd(folder, GREETING_IN_WORKERD, [
        ['program.js', 'esModule', 'program.mjs'],
        ['guest.wasm', 'wasm', 'hello.wasm'],
      ]);
    },
  },
];

const OUTCOME_IN_WORKERD = `
import * as wapc from 'wapc-host';
import { features } from './features.js';
import guest from './hello.wasm';
import wasiGuest from './wasi.guest.wasm';
export default { test: async () => console.log(JSON.stringify(await features(wapc, guest, wasiGuest))) };`;

/** Requests an answer of the program of docs/environments.md. */
const GREETING_IN_WORKERD = `
import program from './program.js';
const greeting = async () => (await program.fetch(new Request('http://localhost/waPC'))).text();
const hello = async () => ((await greeting()) === 'Hello, /waPC' ? 'yes' : 'no');
export default { test: async () => console.log(JSON.stringify({ hello: await hello() })) };`;

/** Runs a module that prints its features, in workerd, which finds \`others\` beside it: triples of name, kind and path. */
async function inWorkerd(folder, text, others) {
  const home = installed('workerd', WORKERD);
  const program = join(home, 'node_modules/@cloudflare/workerd-linux-64/bin/workerd');
  const dist = 'node_modules/wapc-host/dist';
  writeFileSync(join(folder, 'main.mjs'), text);
  // Resolves `wapc-host` as workerd's tools do: the export of its condition `workerd`, and its imports.
  const { exports } = JSON.parse(readFileSync(join(folder, 'node_modules/wapc-host/package.json')));
  const entry = exports['.'].workerd.default.replace('./dist/', '');
  const own = ['assemblyscript', 'core', 'room', 'shim', 'signature', 'suspend', 'wasi', 'wasi-shim'].map(
    (name) => `${name}.wasm`,
  );
  const modules = [
    ['main', 'esModule', 'main.mjs'],
    ['wapc-host', 'esModule', `${dist}/${entry}`],
    ...others,
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
