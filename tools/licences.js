/**
 * Fails for a crate whose licence is not allowed, or that is not from crates.io, and for an npm package in dist/ whose
 * licence is not allowed. Not cargo-deny: compiling it takes longer than it is worth for so few crates.
 */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { BUNDLED } from './messagepack.js';
import { fail, root, run } from './run.js';

const MANIFESTS = ['Cargo.toml', 'tools/bindgen/Cargo.toml', 'tools/fuzz/Cargo.toml'];
const ALLOWED = ['Apache-2.0', 'Apache-2.0 WITH LLVM-exception', 'ISC', 'MIT', 'Unicode-3.0', 'Zlib'];
const CRATES_IO = 'registry+https://github.com/rust-lang/crates.io-index';

const problems = MANIFESTS.flatMap((manifest) => {
  const command = ['metadata', '--locked', '--format-version', '1', '--manifest-path', manifest];
  const { packages, workspace_members: own } = JSON.parse(run('cargo', command, { quiet: true }));
  return packages.filter(({ id }) => !own.includes(id)).flatMap((crate) => problemsOf(crate, manifest));
});
for (const name of BUNDLED) {
  const { license } = JSON.parse(readFileSync(join(root, 'node_modules', name, 'package.json'), 'utf8'));
  if (!isAllowed(license ?? null)) problems.push(`dist/: ${name} has the licence ${license}, which is not allowed`);
}
if (problems.length > 0) fail(problems.join('\n'));

function problemsOf({ name, version, license, source }, manifest) {
  const crate = `${manifest}: ${name} ${version}`;
  return [
    ...(isAllowed(license) ? [] : [`${crate} has the licence ${license ?? 'of a file'}, which is not allowed`]),
    ...(source === CRATES_IO ? [] : [`${crate} comes from ${source ?? 'a path'}, not from crates.io`]),
  ];
}

/** True where the allowed licences satisfy an SPDX expression, in which older crates write `/` for OR. */
function isAllowed(expression) {
  if (expression === null) return false;
  const tokens = expression.replaceAll('/', ' OR ').match(/[()]|[^\s()]+(?: WITH [^\s()]+)?/g);
  // AND binds closer than OR. Both sides are always parsed.
  const either = () => {
    let result = both();
    while (tokens[0] === 'OR') {
      tokens.shift();
      result = both() || result;
    }
    return result;
  };
  const both = () => {
    let result = single();
    while (tokens[0] === 'AND') {
      tokens.shift();
      result = single() && result;
    }
    return result;
  };
  const single = () => {
    const token = tokens.shift();
    if (token !== '(') return ALLOWED.includes(token);
    const result = either();
    return tokens.shift() === ')' && result;
  };
  return either() && tokens.length === 0;
}
