/** Bundles MessagePack into dist/, for the command line alone, so that the package depends on nothing at run time. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { root } from './run.js';

/** The npm packages whose code is in dist/: their licences go with it, and have to be allowed. */
export const BUNDLED = ['@msgpack/msgpack'];

/**
 * Writes dist/msgpack.js.
 * @param {typeof import('esbuild')} esbuild
 */
export async function bundleMessagePack(esbuild) {
  const [name] = BUNDLED;
  const read = (file) => readFileSync(join(root, 'node_modules', name, file), 'utf8');
  const { version } = JSON.parse(read('package.json'));
  await esbuild.build({
    absWorkingDir: root,
    stdin: { contents: `export { decode, encode } from '${name}';`, resolveDir: root },
    outfile: 'dist/msgpack.js',
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    logLevel: 'warning',
    banner: { js: `/*! ${name} ${version}\n\n${read('LICENSE').trim()}\n*/` },
  });
}
