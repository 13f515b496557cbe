/** `--dir` and `--env`: what a guest sees through WASI. */

import { statSync } from 'node:fs';

import { UsageError } from '../arguments/usage-error.js';

/**
 * Directories by the guest's paths for them.
 * @param {string[]} given texts such as `/data=some/path:ro`
 */
export function directories(given) {
  // Not an object: one of the names may be `__proto__`.
  const preopens = new Map();
  for (const text of given) {
    const [, guest, rest] = /^([^=]+)=(.+)$/s.exec(text) ?? [];
    if (guest === undefined) fail('expected GUEST=PATH or GUEST=PATH:ro, got', text);
    const isReadonly = rest.endsWith(':ro');
    const path = isReadonly ? rest.slice(0, -':ro'.length) : rest;
    if (preopens.has(guest)) fail('given twice is the directory of the guest', guest);
    checkDirectory(path, text);
    preopens.set(guest, { path, readonly: isReadonly });
  }
  return Object.fromEntries(preopens);
}

function checkDirectory(path, text) {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats === undefined) fail(`${text}: expected a directory, there is no`, path);
  if (!stats.isDirectory()) fail(`${text}: expected a directory, and this is none:`, path);
}

function fail(expected, got) {
  throw new UsageError(`--dir: ${expected} ${JSON.stringify(got)}`);
}

/**
 * The environment of a guest.
 * @param {string[]} given texts such as `NAME=value`
 */
export function environment(given) {
  const pairs = given.map((text) => {
    const [, name, value] = /^([^=]+)=(.*)$/s.exec(text) ?? [];
    if (name === undefined) throw new UsageError(`--env: expected NAME=VALUE, got ${JSON.stringify(text)}`);
    return [name, value];
  });
  const twice = pairs.find(([name], index) => pairs.findIndex(([other]) => other === name) !== index);
  if (twice !== undefined) throw new UsageError(`--env: ${JSON.stringify(twice[0])} is given twice`);
  return Object.fromEntries(pairs);
}
