/** What WASI shows a guest, as callers say it: `wasi`, `stdout` and `stderr` of `HostOptions`. */

import { WapcError, argumentError } from '../error.js';
import { checkNames } from '../invoke.js';
import { toBytes } from '../payload.js';
import { platform } from '../platform.js';

/**
 * What was said of it, checked. Throws WAPC_ARGUMENT, and WAPC_UNSUPPORTED for directories of a machine that has none.
 * @param {import('../index.js').HostOptions} options
 * @returns {WasiSettings}
 */
export function wasiSettings({ wasi, stdout, stderr }) {
  for (const [name, writer] of Object.entries({ stdout, stderr })) {
    if (writer !== undefined && typeof writer !== 'function') throw argumentError(name, 'a function', writer);
  }
  return defined({ ...(wasi === undefined ? undefined : given(wasi)), stdout, stderr });
}

/** The first of two, over the second. */
export const layOver = (settings, others) => ({ ...others, ...settings });

/** Without what was not said, which is not to hide what was. */
const defined = (fields) => Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));

function given(wasi) {
  checkNames(wasi, ['args', 'env', 'stdin', 'preopens'], 'wasi');
  const { args, env, stdin, preopens } = wasi;
  return {
    args: args && texts(args),
    env: env && variables(env),
    stdin: stdin === undefined ? undefined : toBytes(stdin, 'wasi.stdin'),
    preopens: preopens && directories(preopens),
  };
}

const isText = (value) => typeof value === 'string' && !value.includes('\0');

function texts(args) {
  if (!Array.isArray(args)) throw argumentError('wasi.args', 'an array of strings', args);
  const wrong = args.findIndex((arg) => !isText(arg));
  if (wrong >= 0) throw argumentError(`wasi.args[${wrong}]`, 'a string without NUL', args[wrong]);
  return [...args];
}

function variables(env) {
  for (const [name, value] of entries(env, 'wasi.env')) {
    if (!isText(value)) throw argumentError(`wasi.env.${name}`, 'a string without NUL', value);
    if (name === '' || !isText(name) || name.includes('=')) throw argumentError('wasi.env', 'names without =', name);
  }
  return { ...env };
}

function directories(preopens) {
  const checked = entries(preopens, 'wasi.preopens').map(([name, directory]) => {
    if (name === '' || !isText(name)) throw argumentError('wasi.preopens', 'names of directories', name);
    const what = `wasi.preopens['${name}']`;
    return [name, isOfMachine(directory) ? ofMachine(directory, what) : tree(directory, what)];
  });
  return Object.fromEntries(checked);
}

/** `{ path, readonly? }`. A tree may have a file `path`, if its content is given as bytes. */
export const isOfMachine = (directory) => typeof directory?.path === 'string';

function ofMachine(directory, what) {
  checkNames(directory, ['path', 'readonly'], what);
  const { path, readonly = false } = directory;
  if (typeof readonly !== 'boolean') throw argumentError(`${what}.readonly`, 'a boolean', readonly);
  if (platform.fs === undefined) {
    throw new WapcError('WAPC_UNSUPPORTED', `${what}: there are no directories here; give a tree of files instead`);
  }
  return { path, readonly };
}

/** Checked, not copied: that is done for each instance. */
function tree(directory, what) {
  for (const [name, child] of entries(directory, what)) {
    if (name === '' || name === '.' || name === '..' || !isText(name) || name.includes('/')) {
      throw argumentError(what, 'names of files without /', name);
    }
    if (typeof child !== 'string' && !(child instanceof Uint8Array)) tree(child, `${what}['${name}']`);
  }
  return directory;
}

function entries(object, what) {
  const isPlain =
    object !== null && typeof object === 'object' && !Array.isArray(object) && !ArrayBuffer.isView(object);
  if (!isPlain) throw argumentError(what, 'an object', object);
  return Object.entries(object);
}

/**
 * @typedef {object} WasiSettings
 * @property {string[]} [args]
 * @property {Record<string, string>} [env]
 * @property {Uint8Array} [stdin]
 * @property {Record<string, import('../index.js').DirectoryTree | { path: string, readonly: boolean }>} [preopens]
 * @property {(chunk: Uint8Array) => void} [stdout]
 * @property {(chunk: Uint8Array) => void} [stderr]
 */
