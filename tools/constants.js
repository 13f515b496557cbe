/**
 * Writes the constants that Rust and JavaScript share as JavaScript modules. They are declared in Rust, one on each
 * line.
 */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { fail, root } from './run.js';

/** The modules of js/generated/ that hold constants: the Rust files that each is made of, and what makes it. */
export const CONSTANTS = {
  'constants.js': {
    sources: ['src/constants.rs', 'src/options.rs'],
    make: () => constantsOf('src/constants.rs') + limitsOf('src/options.rs'),
  },
  'wasi-constants.js': {
    sources: ['src/wasi/constants.rs'],
    make: () => constantsOf('src/wasi/constants.rs'),
  },
};

const DECLARATION = /^\s*pub\(crate\) const (\w+): (?:u32|f64|\[&str; \d+\]) = (.+);$/;
const MODULE = /^pub\(crate\) mod (\w+) \{$/;

/** The JavaScript module of a file of constants. Fails on a line that it does not understand. */
function constantsOf(file) {
  const written = [`// Made of ${file}: to change a constant, change it there.`];
  let module;
  for (const line of readFileSync(join(root, file), 'utf8').split('\n')) {
    const [, name, value] = DECLARATION.exec(line) ?? [];
    if (name !== undefined) {
      const literal = JSON.stringify(JSON.parse(value.replace(/(?<=\d)_(?=\d)/g, '')));
      written.push(module === undefined ? `export const ${name} = ${literal};` : `  ${name}: ${literal},`);
    } else if (MODULE.test(line)) {
      [, module] = MODULE.exec(line);
      written.push(`export const ${module} = {`);
    } else if (line === '}') {
      module = undefined;
      written.push('};');
    } else if (/^\s*\/\/\/ /.test(line)) {
      written.push(line.replace(/\/\/\/ (.*)/, '/** $1 */'));
    } else if (!/^\s*(\/\/.*|#!\[.*)?$/.test(line)) {
      fail(`${file}: tools/constants.js does not understand: ${line}`);
    }
  }
  return `${written.join('\n')}\n`;
}

/** The names of `limits`, which are declared with their types. Fails where they are not found. */
function limitsOf(file) {
  const [, fields] = /^ +struct Limits \{$(.*?)^ +\}$/ms.exec(readFileSync(join(root, file), 'utf8')) ?? [];
  const names = [...(fields ?? '').matchAll(/ = "(\w+)" => /g)].map(([, name]) => name);
  if (names.length === 0) fail(`${file}: tools/constants.js does not find the names of \`limits\``);
  return `/** The names of \`limits\`. */\nexport const LIMITS = ${JSON.stringify(names)};\n`;
}
