/**
 * Writes the constants that Rust and JavaScript share as JavaScript modules. They are declared in Rust, one on each
 * line.
 */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { fail, root } from './run.js';

/** The Rust files with the declarations, and the modules of js/generated/ made of them. */
export const CONSTANTS = {
  'src/constants.rs': 'constants.js',
  'src/wasi/constants.rs': 'wasi-constants.js',
};

const DECLARATION = /^\s*pub\(crate\) const (\w+): (?:u32|f64|\[&str; \d+\]) = (.+);$/;
const MODULE = /^pub\(crate\) mod (\w+) \{$/;

/** The JavaScript module for a file of constants. Fails on a line that it does not understand. */
export function constantsOf(file) {
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
