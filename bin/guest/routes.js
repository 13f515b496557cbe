/** `--routes`: the module that answers a guest's host calls. */

import { realpathSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { inspect } from 'node:util';

import { UsageError } from '../arguments/usage-error.js';

/** The modules of CommonJS that are loaded, by their paths. */
const { cache } = createRequire(import.meta.url);

/**
 * Imports a module of routes.
 * @param {string} file
 * @returns {Promise<{ routes: any, codec: any }>} its default export or `routes`, and its `codec` where it exports one
 * @throws {UsageError} it is not there, throws, or exports no routes
 */
export async function loadRoutes(file) {
  const stats = statSync(file, { throwIfNoEntry: false });
  const found =
    stats === undefined
      ? `there is no ${file}`
      : `${file} is a ${stats.isDirectory() ? 'directory' : 'device or pipe'}`;
  if (!stats?.isFile()) throw new UsageError(`--routes: expected a module of JavaScript, ${found}`);
  const module = namedExports(file, await importModule(file));
  const routes = module.default ?? module.routes;
  if (routes === null || (typeof routes !== 'object' && typeof routes !== 'function')) {
    const names = Object.keys(module).join(', ') || 'nothing';
    const expected = 'routes, such as { namespace: { operation: (value) => value } }, as default or named "routes"';
    throw new UsageError(`--routes: expected ${file} to export ${expected}; it exports ${names}`);
  }
  return { routes, codec: module.codec };
}

/**
 * The exports of a module by their names. `import()` has all of `module.exports` as the default of CommonJS, and names
 * of it only where Node finds them in the source.
 */
function namedExports(file, module) {
  const commonJs = cache[realpathSync(file)];
  if (commonJs === undefined) return module;
  const { exports } = commonJs;
  // `__esModule`: compiled from a module of JavaScript, with its default as `exports.default`.
  return exports?.__esModule || exports?.routes !== undefined ? exports : { default: exports };
}

async function importModule(file) {
  try {
    return await import(pathToFileURL(resolve(file)).href);
  } catch (error) {
    const told = error instanceof Error ? `${error.name}: ${error.message}` : inspect(error);
    throw new UsageError(`--routes: importing ${file} failed: ${told}${hintFor(error, file)}`, { cause: error });
  }
}

/** The end of a message: what to do, or where the error was thrown. */
function hintFor(error, file) {
  if (error instanceof SyntaxError && file.endsWith('.js') && /'?(export|import statement)'?/.test(error.message)) {
    return `; ${file} is CommonJS by its package.json: call it .mjs, or use module.exports`;
  }
  const [, place] = /(file:\/\/[^\s)"']+:\d+)/.exec(error?.stack ?? '') ?? [];
  return place === undefined ? '; --debug shows more' : ` (${place}); --debug shows its stack`;
}
