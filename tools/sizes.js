/** The sizes of the build's results, and their limits. docs/DECISIONS.md accounts for each limit that was raised. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

import { root } from './run.js';

const DIST = join(root, 'dist');

/** Limits in bytes. Above those of the two artifacts, inlining them into the package stops being right. */
const LIMITS = {
  core: { bytes: 116_260, gzipped: 48_400 },
  wasi: { bytes: 150_000, gzipped: 70_000 },
  interrupt: { bytes: 70_000, gzipped: 25_000 },
  page: { gzipped: 82_870 },
};

const gzip = (bytes) => gzipSync(bytes, { level: 9 });

/**
 * The size of one result beside its limits.
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

/** The sizes of the artifacts in dist/, and of the scripts of a page that uses only WapcHost. */
export async function sizes() {
  const artifacts = ['core', 'wasi', 'interrupt'].map((name) => sizeOf(name, readFileSync(join(DIST, `${name}.wasm`))));
  return [...artifacts, sizeOf('page', await pageScripts())];
}

/**
 * The scripts that a page loads to use only WapcHost, bundled and minified, without those that are loaded on demand.
 */
export async function pageScripts() {
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
