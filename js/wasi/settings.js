/** Settings of WASI: the options `wasi`, `stdout` and `stderr` of `HostOptions`, read once and copied. */

import { WapcError, argumentError, messageOf } from '../base/error.js';
import { readFields } from '../base/options.js';
import { isUint8Array, toBytes } from '../base/payload.js';
import { platform } from '../platform/platform.js';

/** Deepest nesting of directories in a tree: trees are walked recursively, and cloned when sent to a worker. */
const DEEPEST = 256;

const { toString } = Object.prototype;

/**
 * Checks properties of `HostOptions` that have been read. Throws WAPC_ARGUMENT; WAPC_UNSUPPORTED for directories on a
 * platform without a file system; WAPC_LIMIT if there is no memory for a copy.
 * @param {Pick<import('../api/index.js').HostOptions, 'wasi' | 'stdout' | 'stderr'>} fields
 * @returns {WasiSettings}
 */
export function wasiSettings({ wasi, stdout, stderr }) {
  for (const [name, writer] of Object.entries({ stdout, stderr })) {
    if (writer !== undefined && typeof writer !== 'function') throw argumentError(name, 'a function', writer);
  }
  return defined({ ...(wasi === undefined ? undefined : read(wasi)), stdout, stderr });
}

/** Reads `wasi`. An error thrown by a getter or proxy of the caller becomes WAPC_ARGUMENT. */
function read(wasi) {
  try {
    return given(wasi);
  } catch (error) {
    if (error instanceof WapcError) throw error;
    throw new WapcError('WAPC_ARGUMENT', `wasi: it could not be read: ${messageOf(error)}`, { cause: error });
  }
}

/**
 * Settings of a host, with those of its module as defaults.
 * @public the core imports it
 */
export const layOver = (settings, others) => ({ ...others, ...settings });

/** Drops undefined properties, which must not override defaults. */
const defined = (fields) => Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));

function given(wasi) {
  const { args, env, stdin, preopens, now, random } = readFields('wasi', wasi, 'args,env,stdin,preopens,now,random');
  for (const [name, source] of Object.entries({ now, random })) {
    if (source !== undefined && typeof source !== 'function') throw argumentError(`wasi.${name}`, 'a function', source);
  }
  return {
    args: args === undefined ? undefined : texts(args),
    env: env === undefined ? undefined : variables(env),
    stdin: stdin === undefined ? undefined : copyOf(stdin, 'wasi.stdin'),
    preopens: preopens === undefined ? undefined : directories(preopens),
    now,
    random,
  };
}

const isText = (value) => typeof value === 'string' && !value.includes('\0');

function texts(args) {
  if (!Array.isArray(args)) throw argumentError('wasi.args', 'an array of strings', args);
  const { length } = args;
  const all = [];
  // A loop, so that an error is found before a sparse array is walked to its end.
  while (all.length < length) {
    const arg = args[all.length];
    if (!isText(arg)) throw argumentError(`wasi.args[${all.length}]`, 'a string without NUL', arg);
    all.push(arg);
  }
  return all;
}

function variables(env) {
  // As in the type of `process.env`: an undefined variable is not set.
  const all = entries(env, 'wasi.env').filter(([, value]) => value !== undefined);
  for (const [name, value] of all) {
    if (!isText(value)) throw argumentError(`wasi.env.${name}`, 'a string without NUL', value);
    if (name === '' || !isText(name) || name.includes('=')) throw argumentError('wasi.env', 'names without =', name);
  }
  return Object.fromEntries(all);
}

function directories(preopens) {
  const checked = entries(preopens, 'wasi.preopens').map(([name, directory]) => {
    if (name === '' || !isText(name)) throw argumentError('wasi.preopens', 'names of directories', name);
    return [name, directoryOf(directory, `wasi.preopens['${name}']`)];
  });
  return Object.fromEntries(checked);
}

/**
 * A directory of the file system (`{ path, readonly? }`), or a tree. A tree may contain a file named `path`, if its
 * content is bytes.
 */
function directoryOf(directory, what) {
  if (typeof directory === 'string') {
    throw argumentError(what, 'a tree of files, or `{ path }` of a directory of the machine', directory);
  }
  const children = entries(directory, what);
  const fields = Object.fromEntries(children);
  return isOfMachine(fields) ? ofMachine(fields, what) : treeOf(children, what, new Set([directory]));
}

/** True for a directory of the file system, false for a tree. */
export const isOfMachine = (directory) => typeof directory.path === 'string';

function ofMachine(directory, what) {
  const { path, readonly = false } = readFields(what, directory, 'path,readonly');
  // It would be the working directory.
  if (path === '') throw argumentError(`${what}.path`, 'the path of a directory', path);
  if (typeof readonly !== 'boolean') throw argumentError(`${what}.readonly`, 'a boolean', readonly);
  if (platform.fs === undefined) {
    throw new WapcError('WAPC_UNSUPPORTED', `${what}: there are no directories here; give a tree of files instead`);
  }
  return { path, readonly };
}

/**
 * Copies a tree; its files become bytes.
 * @param {[string, unknown][]} children entries of the directory
 * @param {string} what name of the directory in errors
 * @param {Set<object>} around the directories that contain it, to detect cycles
 */
function treeOf(children, what, around) {
  const copied = children.map(([name, child]) => {
    if (name === '' || name === '.' || name === '..' || !isText(name) || name.includes('/')) {
      throw argumentError(what, 'names of files without /', name);
    }
    const path = `${what}['${name}']`;
    // `instanceof` also holds for a proxy of an array: `copyOf` refuses it, and it is not read as a directory.
    const isFile = typeof child === 'string' || child instanceof Uint8Array || isUint8Array(child);
    if (isFile) return [name, copyOf(child, path)];
    return [name, subtreeOf(child, path, around)];
  });
  return Object.fromEntries(copied);
}

function subtreeOf(directory, what, around) {
  const children = entries(directory, what);
  if (around.has(directory)) throw argumentError(what, 'a directory that is not in itself', directory);
  if (around.size === DEEPEST) {
    throw new WapcError('WAPC_ARGUMENT', `wasi.preopens: expected trees at most ${DEEPEST} directories deep`);
  }
  around.add(directory);
  const copied = treeOf(children, what, around);
  around.delete(directory);
  return copied;
}

/** A new array with the bytes of a `Payload`: the caller may change, detach or shrink its own later. */
function copyOf(value, what) {
  try {
    return new Uint8Array(toBytes(value, what));
  } catch (error) {
    if (error instanceof WapcError) throw error;
    if (error instanceof RangeError) {
      throw new WapcError('WAPC_LIMIT', `${what}: there is no memory for a copy of it`, { cause: error });
    }
    throw new WapcError('WAPC_ARGUMENT', `${what}: its bytes could not be read: ${messageOf(error)}`, { cause: error });
  }
}

/** Names and values of a plain object, each read once. By its tag: `process.env` has a prototype of its own. */
function entries(object, what) {
  const isPlain = typeof object === 'object' && /^\[object (Object|Module)\]$/.test(toString.call(object));
  if (!isPlain) throw argumentError(what, 'an object', object);
  return Object.entries(object);
}

/**
 * @typedef {object} WasiSettings
 * @property {string[]} [args]
 * @property {Record<string, string>} [env]
 * @property {Uint8Array} [stdin]
 * @property {Record<string, import('../api/index.js').DirectoryTree | { path: string, readonly: boolean }>} [preopens]
 * @property {() => number} [now]
 * @property {(bytes: Uint8Array) => void} [random]
 * @property {(chunk: Uint8Array) => void} [stdout]
 * @property {(chunk: Uint8Array) => void} [stderr]
 */
