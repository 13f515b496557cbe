/** Builds the demo page into www/dist, as a static site. */

import { createHash } from 'node:crypto';
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

import { buildPolicy } from '../guests.js';
import { root } from '../run.js';
import { pageScripts } from '../sizes.js';
import { traced } from './traced.js';

const WWW = join(root, 'www');
const SITE = join(WWW, 'dist');

/** The guests, by their files in the site; the sources of the others are in testdata/. */
const GUESTS = {
  'hello.wasm': 'dist/hello.wasm',
  'guests/rust.wasm': 'testdata/hello.wasm',
  'guests/rust-asyncified.wasm': 'testdata/asyncify/hello.wasm',
  'guests/assemblyscript.wasm': 'testdata/assemblyscript/hello.wasm',
  'guests/zig.wasm': 'testdata/zig/hello.wasm',
  'guests/c.wasm': 'testdata/c/hello.wasm',
  'guests/misbehaving.wasm': 'testdata/page/misbehaving.wasm',
  'guests/mandelbrot.wasm': 'testdata/page/mandelbrot.wasm',
  'guests/catalogue.wasm': 'testdata/page/catalogue.wasm',
};

/** What the sandbox's script of scene 1 does without: the other script has it. */
const LATER = ['./dist/wasi.js', './dist/interrupt.js', './dist/remote-chunk-*'];

/** What the greeting at the top of the page is done by. */
const GREETING = 'sample:www/samples/browser.js';

const gzipped = (bytes) => gzipSync(bytes, { level: 9 }).length;
const read = (...path) => readFileSync(join(...path), 'utf8');

/** Imports of `source:PATH`, the text of a file of the repository, and of `sample:NAME`, a sample that says what runs. */
const sources = {
  name: 'sources',
  setup(build) {
    build.onResolve({ filter: /^source:/ }, ({ path }) => ({
      path: join(root, path.slice('source:'.length)),
      namespace: 'source',
    }));
    build.onLoad({ filter: /.*/, namespace: 'source' }, ({ path }) => ({
      contents: read(path),
      loader: 'text',
      watchFiles: [path],
    }));
    build.onResolve({ filter: /^sample:/ }, ({ path }) => ({
      path: path.slice('sample:'.length),
      namespace: 'sample',
    }));
    build.onLoad({ filter: /.*/, namespace: 'sample' }, ({ path }) => ({
      contents: traced(read(root, path), path, join(WWW, 'app/parts/ran.js')),
      resolveDir: join(root, path, '..'),
    }));
  },
};

/** The package is this repository, also for modules of other packages (`examples/`). */
const itself = (host) => ({
  name: 'itself',
  setup(build) {
    build.onResolve({ filter: /^wapc-host(\/|$)/ }, ({ path, kind, pluginData }) => {
      if (pluginData === itself) return undefined;
      if (path === 'wapc-host' && host !== undefined) return { path: host };
      return build.resolve(path, { kind, resolveDir: root, pluginData: itself });
    });
  },
});

const options = {
  absWorkingDir: root,
  bundle: true,
  minify: true,
  target: 'es2022',
  logLevel: 'warning',
  legalComments: 'none',
  // The `sideEffects` of package.json hold for the package, not for this page.
  ignoreAnnotations: true,
  plugins: [sources, itself()],
};

/**
 * Builds the site: its folder, and the bytes (gzipped) of what a visitor loads until it has greeted.
 * @param {string} [host] the file of another module in place of the package, for the greeting
 */
export async function buildPage(host) {
  rmSync(SITE, { recursive: true, force: true });
  mkdirSync(join(SITE, 'guests'), { recursive: true });
  const esbuild = await import('esbuild');
  const { metafile } = await esbuild.build({
    ...options,
    plugins: [sources, itself(host)],
    // The worker's script is put where the bundled package looks for it.
    entryPoints: ['www/app/main.js', 'dist/worker.js'],
    entryNames: '[name]',
    outdir: 'www/dist',
    format: 'esm',
    splitting: true,
    metafile: true,
  });
  // Scripts of workers that can import nothing: each in one file.
  for (const [name, external] of Object.entries({ bench: LATER, 'bench-full': [] })) {
    await esbuild.build({
      ...options,
      entryPoints: ['www/app/sandbox/bench.js'],
      outfile: `www/dist/${name}.js`,
      format: 'iife',
      external,
      logOverride: { 'empty-import-meta': 'silent' },
    });
  }
  await esbuild.build({ ...options, entryPoints: ['www/style/index.css'], outfile: 'www/dist/style.css' });
  for (const [name, guest] of Object.entries(GUESTS)) copyFileSync(join(root, guest), join(SITE, name));
  const policy = buildPolicy();
  copyFileSync(policy.built, join(SITE, 'guests/policy.wasm'));
  copyFileSync(policy.suspending, join(SITE, 'guests/policy-asyncified.wasm'));
  const scripts = loadedScripts(metafile);
  const packed = gzipped(await pageScripts());
  writeFileSync(join(SITE, 'index.html'), await html(esbuild, scripts, packed));
  const first = ['index.html', 'style.css', 'hello.wasm', ...scripts];
  const size = first.reduce((sum, name) => sum + gzipped(readFileSync(join(SITE, name))), 0);
  return { site: SITE, size };
}

/** The scripts that the page loads at once: the first one, what it imports, and what the greeting does. */
function loadedScripts({ outputs }) {
  const entry = Object.keys(outputs).find((name) => outputs[name].entryPoint === 'www/app/main.js');
  const loaded = new Set();
  const load = (name) => {
    if (loaded.has(name)) return;
    loaded.add(name);
    for (const { path, kind } of outputs[name].imports) {
      if (kind === 'import-statement' || outputs[path]?.entryPoint === GREETING) load(path);
    }
  };
  load(entry);
  return [...loaded].map((name) => name.slice('www/dist/'.length));
}

/** The page: with the frame's script and its hash, the figures of this build, and hints of what is loaded next. */
async function html(esbuild, scripts, packed) {
  const { code } = await esbuild.transform(read(WWW, 'app/sandbox/frame.js'), { minify: true, target: 'es2022' });
  const hash = createHash('sha256').update(code).digest('base64');
  const values = {
    FRAME_HASH: `sha256-${hash}`,
    FRAME: code.replaceAll('&', '&amp;').replaceAll('"', '&quot;'),
    PACKED: `${Math.round(packed / 1000)} KB`,
    PRELOADS: scripts.map((name) => `<link rel="modulepreload" href="${name}" />`).join('\n    '),
  };
  return read(WWW, 'index.html').replace(/%([A-Z_]+)%/g, (whole, name) => values[name] ?? whole);
}
