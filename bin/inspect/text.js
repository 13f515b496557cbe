/** A description of a guest as text. */

import { onOneLine } from '../output/printable.js';
import { table } from '../output/table.js';

const bytes = (count) => `${count.toLocaleString('en')} bytes`;

/** @param {Awaited<ReturnType<typeof import('./describe.js').describe>>} description */
export function textOf({ guest, size, sections, language, tools, wasi, memories, imports, exports, unusual }) {
  const { code, data, custom } = sections;
  const facts = [
    ['size', `${bytes(size)}: code ${bytes(code)}, data ${bytes(data)}, custom sections ${bytes(custom)}`],
    ['language', `${language ?? 'unknown'}${tools.length > 0 ? ` (${tools.join(', ')})` : ''}`],
    ['WASI', wasi === 'none' ? 'not imported' : wasi],
    ...memories.map((memory) => ['memory', memoryText(memory)]),
  ];
  const text = [
    `${guest} is a waPC guest`,
    '',
    ...table(facts),
    '',
    'imports',
    ...table(imports.map(({ module, name, use, refused }) => [module, name, use ?? `NOT PROVIDED: ${refused}`])),
    '',
    'exports',
    ...table(exports.map(({ name, kind, use }) => [name, kind, use])),
    '',
    'unusual',
    ...(unusual.length > 0 ? unusual : ['nothing']).map((line) => `  ${line}`),
  ];
  return `${text.map(onOneLine).join('\n')}\n`;
}

function memoryText({ initialBytes, maximumBytes, shared, addressBits }) {
  const most = maximumBytes === undefined ? 'no maximum of its own' : `at most ${bytes(maximumBytes)}`;
  return `${bytes(initialBytes)} to begin with, ${most}${shared ? ', shared' : ''}${addressBits === 64 ? ', 64 bits' : ''}`;
}
