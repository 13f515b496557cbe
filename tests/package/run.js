/** The package in every environment that it is for: a table of what works where. Part of `npm run test:environments`. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { others, usual } from './environments.js';
import { pack, prepare } from './projects.js';

const scratch = mkdtempSync(join(tmpdir(), 'wapc-host-'));
const tarball = pack(scratch);
const table = [];
let failed = 0;
for (const [index, { name, expected, run }] of [...others(), ...usual].entries()) {
  const folder = join(scratch, `project-${index}`);
  prepare(folder, tarball);
  const found = await run(folder).catch((error) => ({ hello: String(error.message).slice(0, 200) }));
  const as = Object.keys(expected).every((feature) => found[feature] === expected[feature]);
  if (!as) failed++;
  table.push({ environment: name, ...found, 'as expected': as ? 'yes' : 'NO' });
}
rmSync(scratch, { recursive: true });
const columns = Object.keys(table[0]);
const rows = [columns, ...table.map((row) => columns.map((column) => row[column] ?? ''))];
const widths = columns.map((_, i) => Math.max(...rows.map((row) => row[i].length)));
for (const row of rows) console.log(row.map((cell, i) => cell.padEnd(widths[i])).join('  '));
process.exitCode = failed > 0 ? 1 : 0;
