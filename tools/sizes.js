/** The sizes of what the build makes, beside their limits. docs/DECISIONS.md accounts for what raises a limit. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

import { root } from './run.js';

const DIST = join(root, 'dist');

/** Bytes. The two artifacts are inlined into the package, which stops being right above these. */
const LIMITS = {
  core: { bytes: 110_000, gzipped: 48_500 },
  wasi: { bytes: 150_000, gzipped: 70_000 },
  page: { gzipped: 62_000 },
};

const gzip = (bytes) => gzipSync(bytes, { level: 9 });

/**
 * The size of one thing beside its limits.
 * @param {keyof typeof LIMITS} name
 * @param {Uint8Array} bytes
 */
export function sizeOf(name, bytes) {
  const limit = LIMITS[name];
  const [length, gzipped] = [bytes.length, gzip(bytes).length];
  const limits = Object.entries(limit).map(([what, most]) => (what === 'bytes' ? `${most}` : `${most} ${what}`));
  return {
    text: `${name}: ${length} bytes, ${gzipped} gzipped (limit ${limits.join(', ')})`,
    isOver: length > (limit.bytes ?? Infinity) || gzipped > limit.gzipped,
  };
}

/** The sizes of all that is in dist/: the artifacts, and the scripts of a page that uses WapcHost alone. */
export async function sizes() {
  const artifacts = ['core', 'wasi'].map((name) => sizeOf(name, readFileSync(join(DIST, `${name}.wasm`))));
  return [...artifacts, sizeOf('page', await pageScripts())];
}

/** The scripts that a page loads to use WapcHost alone, bundled and minified: all but those that it loads when it needs them. */
async function pageScripts() {
  const esbuild = await import('esbuild');
  const { outputFiles, metafile } = await esbuild.build({
    absWorkingDir: root,
    stdin: { contents: `export { WapcHost } from './dist/index.js';`, resolveDir: root, sourcefile: 'page.js' },
    outdir: 'page',
    write: false,
    metafile: true,
    bundle: true,
    format: 'esm',
    splitting: true,
    minify: true,
    target: 'es2022',
    // The `sideEffects` of package.json hold for the package, not for this page.
    ignoreAnnotations: true,
  });
  const loaded = new Set();
  const load = (name) => {
    if (loaded.has(name)) return;
    loaded.add(name);
    for (const { path, kind } of metafile.outputs[name].imports) if (kind === 'import-statement') load(path);
  };
  load(Object.keys(metafile.outputs).find((name) => metafile.outputs[name].entryPoint !== undefined));
  return Buffer.concat(
    outputFiles
      .filter(({ path }) => [...loaded].some((name) => path.endsWith(name.slice('page'.length))))
      .map(({ contents }) => contents),
  );
}
