/** Bundles the package into dist/ by esbuild. */

import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';

import { bundleMessagePack } from './messagepack.js';
import { fail, root } from './run.js';

/** The folder of what the build writes for js/ to import: the glue, the artifacts, constants. */
export const GENERATED = join(root, 'js/generated');
/** The folder of the built package. */
export const DIST = join(root, 'dist');
/** A module of each script that is compiled whole: that of the classes, that of the glue, and that of what both are built on. */
const HINTED = ['js/api/host.js', 'js/generated/core.js', 'js/base/bytes.js'];

/** Bundles js/ into dist/, for each entry point and kind of module, and copies the artifacts and the typings there. */
export async function bundle() {
  const esbuild = await import('esbuild');
  const common = {
    absWorkingDir: root,
    bundle: true,
    platform: 'neutral',
    // WASI and the rewriter are files of their own, which are loaded on demand.
    external: ['node:*', '@nats-io/*', './wasi.js', './interrupt.js', '*.wasm'],
    target: ['es2022', 'node20'],
    logLevel: 'warning',
    // The `sideEffects` of package.json describe the result of this build, not its sources.
    ignoreAnnotations: true,
  };
  const entryPoints = ['index', 'service-worker', 'node', 'counts'].map((name) => `js/entry/${name}.js`);
  rmSync(DIST, { recursive: true, force: true });
  const chunkNames = '[name]-chunk-[hash]';
  const plugins = [coreTwice];
  const split = { entryPoints, outdir: 'dist', format: 'esm', splitting: true, chunkNames, metafile: true, plugins };
  const { metafile } = await esbuild.build({ ...common, ...split });
  const { outputs } = metafile;
  for (const module of HINTED) {
    const scripts = Object.keys(outputs).filter((name) => module in outputs[name].inputs);
    if (scripts.length !== 1) fail(`${module} is in ${scripts.length} scripts: see hintAt`);
    hintAt(scripts[0]);
  }
  for (const entry of ['js/entry/slim.js', 'js/entry/slim-node.js', 'js/entry/workerd.js']) {
    await esbuild.build({ ...common, entryPoints: [entry], outdir: 'dist', format: 'esm' });
  }
  for (const [entry, outfile] of [
    ['js/entry/node.js', 'dist/node.cjs'],
    ['js/entry/slim-node.js', 'dist/slim.cjs'],
  ]) {
    await esbuild.build({
      ...common,
      entryPoints: [entry],
      outfile,
      format: 'cjs',
      // CommonJS has no `import.meta.url`. The worker that it starts is a module all the same.
      define: { 'import.meta.url': 'here' },
      banner: { js: "const here = require('node:url').pathToFileURL(__filename).href;" },
    });
  }
  // The same for all platforms, and in a page of some bytes.
  for (const name of ['observe', 'nats']) {
    const entryPoints = [`js/entry/${name}.js`];
    await esbuild.build({ ...common, entryPoints, outfile: `dist/${name}.js`, format: 'esm' });
    await esbuild.build({ ...common, entryPoints, outfile: `dist/${name}.cjs`, format: 'cjs' });
  }
  await esbuild.build({
    ...common,
    entryPoints: ['wasi', 'interrupt'].map((name) => `js/entry/${name}.js`),
    outdir: 'dist',
    format: 'esm',
  });
  // One file each, easy to serve from elsewhere: without the core, which is sent to the worker.
  for (const [entry, outfile] of [
    ['js/entry/worker.js', 'dist/worker.js'],
    ['js/entry/worker-node.js', 'dist/worker-node.mjs'],
  ]) {
    await esbuild.build({ ...common, entryPoints: [entry], outfile, format: 'esm', plugins: [withoutUnused] });
  }
  await bundleMessagePack(esbuild);
  mkdirSync(DIST, { recursive: true });
  for (const name of ['core', 'wasi', 'interrupt'])
    copyFileSync(join(GENERATED, `${name}.wasm`), join(DIST, `${name}.wasm`));
  copyTypings();
}

/**
 * Begins a script with an explicit compile hint: Chromium compiles all its functions while it arrives, on another
 * thread, and none when it is first called.
 */
function hintAt(script) {
  const file = join(root, script);
  writeFileSync(file, `//# allFunctionsCalledOnLoad\n${readFileSync(file, 'utf8')}`);
}

/** Copies the typings, for modules of either kind, which are types apart: those of one kind refer to each other. */
function copyTypings() {
  const files = { index: 'api/index', slim: 'api/slim', observe: 'api/observe', nats: 'nats/index' };
  for (const [name, file] of Object.entries(files)) {
    const typings = readFileSync(join(root, `js/${file}.d.ts`), 'utf8').replaceAll("'../api/", "'./");
    writeFileSync(join(DIST, `${name}.d.ts`), typings);
    writeFileSync(join(DIST, `${name}.d.cts`), typings.replaceAll("'./index.js'", "'./index.cjs'"));
  }
  writeFileSync(
    join(DIST, 'worker.d.ts'),
    '/** A script that is run in a worker; it exports nothing. */\nexport {};\n',
  );
}

/**
 * Inlines the core twice, for pages and for Node. In a script that they share it would stand beside functions, which V8
 * takes longer to compile beside so long a text.
 */
const coreTwice = {
  name: 'core-twice',
  setup({ onResolve }) {
    const path = join(GENERATED, 'core-inlined.js');
    onResolve({ filter: /\/core-inlined\.js$/ }, ({ importer }) => ({ path, suffix: `?${basename(importer)}` }));
  },
};

/**
 * Leaves modules out of the worker's scripts: guests in a worker wait by blocking it, so they need no workers and no
 * kept stacks.
 */
const withoutUnused = {
  name: 'without-unused',
  setup({ onLoad, onEnd }) {
    const replacements = {
      'worker/start-remote.js': `export const startRemote = () => Promise.reject(new Error('a worker starts no other'));`,
      'invocation/coroutine.js': `export const idleCoroutine = () => undefined;\nexport const unlist = () => {};`,
    };
    const replaced = new Set();
    for (const [file, contents] of Object.entries(replacements)) {
      onLoad({ filter: new RegExp(`[/\\\\]js[/\\\\]${file.replace('/', '[/\\\\]')}$`) }, () => {
        replaced.add(file);
        return { contents };
      });
    }
    onEnd(() => {
      const left = Object.keys(replacements).filter((file) => !replaced.has(file));
      return { errors: left.map((file) => ({ text: `js/${file} was to be replaced in workers, and is not there` })) };
    });
  },
};
