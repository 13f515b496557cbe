/** The options that say how a guest is run, for all commands that run one. */

import { basename } from 'node:path';

import { bytes, count, milliseconds } from '../arguments/units.js';
import { UsageError } from '../arguments/usage-error.js';
import { directories, environment } from './directories.js';
import { loadRoutes } from './routes.js';

export const GUEST_OPTIONS = {
  routes: {
    type: 'string',
    value: 'FILE',
    help: 'answers host calls by a module that exports Routes, as default or named "routes", and may export their "codec"',
  },
  echo: { type: 'boolean', help: 'answers each host call with what it was sent' },
  dir: {
    type: 'string',
    value: 'GUEST=PATH[:ro]',
    multiple: true,
    help: 'gives the guest a directory by WASI, with :ro to read alone; may be repeated',
  },
  env: { type: 'string', value: 'NAME=VALUE', multiple: true, help: 'sets a variable of WASI; may be repeated' },
  timeout: {
    type: 'string',
    value: 'MS',
    help: 'ends an invocation after milliseconds (or 2s, 1m), whatever the guest does',
  },
  fuel: {
    type: 'string',
    value: 'N',
    help: 'ends an invocation after about N instructions, at the same place each time (limits.fuel)',
  },
  memory: { type: 'string', value: 'BYTES', help: 'limits what the guest may allocate, in bytes (or 16MiB, 1GiB)' },
};

/**
 * Options of the package for a guest.
 * @param {Record<string, any>} values of the command line
 * @param {string} guest the path or URL of the guest
 * @param {any} [codec] of the payload's format
 * @returns {Promise<import('wapc-host').HostOptions>}
 */
export async function hostOptions(values, guest, codec) {
  const { timeout, fuel, memory } = values;
  const limits = {};
  if (timeout !== undefined) limits.timeout = limits.start = milliseconds('timeout', timeout, 'ms');
  if (fuel !== undefined) limits.fuel = count('fuel', fuel, 999_999_999_999_999);
  if (memory !== undefined) limits.memory = bytes('memory', memory);
  const wasi = {
    args: [basename(guest)],
    env: environment(values.env ?? []),
    preopens: directories(values.dir ?? []),
  };
  return { limits, wasi, ...(await callbacks(values, codec)) };
}

/**
 * Returns the callback or routes that answer the guest's host calls.
 * @param {Record<string, any>} values
 * @param {any} codec
 */
async function callbacks({ echo, routes: file }, codec) {
  if (echo && file !== undefined)
    throw new UsageError('--echo and --routes both answer host calls: expected one of them');
  if (echo) return { hostCall: (binding, namespace, operation, payload) => payload };
  if (file === undefined) return { hostCall: unanswered };
  const { routes, codec: own } = await loadRoutes(file);
  const chosen = own ?? codec;
  return { hostCall: routes, ...(chosen === undefined ? {} : { codec: chosen }) };
}

/** The host callback where nothing answers: the guest's error says what would. */
function unanswered(...[binding, namespace, operation]) {
  const call = [binding, namespace, operation].map((name) => JSON.stringify(name)).join(' ');
  throw new Error(`nothing answers the host call ${call}: give --echo, or --routes FILE`);
}
