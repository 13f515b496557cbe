/** The packed package, built into a page by the bundlers that most use: all of it works there without configuration. */

import { deepEqual } from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';

import { pack, prepare, usual } from './package/environments.js';

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
