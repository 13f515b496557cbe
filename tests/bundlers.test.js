/** Builds the packed package into a page with the most used bundlers: all features work there without configuration. */

import { deepEqual, equal } from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';

import { firstFileOf, usual } from './package/environments.js';
import { pack, prepare } from './package/projects.js';

const scratch = mkdtempSync(join(tmpdir(), 'wapc-host-'));
after(() => rmSync(scratch, { recursive: true }));
const tarball = pack(scratch);

for (const [index, { name, expected, run }] of usual.entries()) {
  test(name, async () => {
    const folder = join(scratch, `project-${index}`);
    prepare(folder, tarball);
    deepEqual(await run(folder), expected);
  });
}

test('a page that imports only WapcHost carries no pool, no worker and no file system', async () => {
  const folder = join(scratch, 'host-only');
  prepare(folder, tarball);
  const code = await firstFileOf(folder);
  for (const [what, trace] of [
    ['the host', 'WapcHost'],
    ['pools', 'WAPC_POOL_FOREIGN'],
    ['workers', 'Atomics.notify'],
    ['directories', '/proc/self/fd'],
    ['WASI', 'wasi_begin'],
  ]) {
    equal(code.includes(trace), what === 'the host', what);
  }
});
