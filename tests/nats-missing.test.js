/** `wapc-host/nats` where packages of NATS are not installed: an error that says what to install. */

import { equal, ok } from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';

import { root } from '../tools/run.js';

const folder = mkdtempSync(join(tmpdir(), 'wapc-nats-'));
after(() => rmSync(folder, { recursive: true }));
for (const name of ['nats.js', 'nats.cjs']) cpSync(join(root, 'dist', name), join(folder, name.replace('.js', '.mjs')));

const PROGRAM = `
const nothing = () => {};
const connection = { publish: nothing, subscribe: nothing, flush: nothing, status: nothing, closed: nothing, isClosed: nothing };
const show = (promise) => promise.catch((error) => console.log(error.code, error.message));
await show(remote(connection, 'a').invoke('b'));
await show(serve(connection, { invoke: nothing }, { name: 'a', version: '1.0.0' }));
await show(guestStore(connection, 'a').get('b'));`;

for (const [name, load] of [
  ['program.mjs', `import { guestStore, remote, serve } from './nats.mjs';${PROGRAM}`],
  ['program.cjs', `const { guestStore, remote, serve } = require('./nats.cjs');(async () => {${PROGRAM}})()`],
]) {
  test(name, () => {
    writeFileSync(join(folder, name), load);
    const { stdout, stderr } = spawnSync(process.execPath, [name], { cwd: folder, encoding: 'utf8' });
    equal(stderr, '');
    const lines = stdout
      .trim()
      .split('\n')
      .filter((line) => line.startsWith('WAPC_'));
    equal(lines.length, 3, stdout);
    for (const [index, peer] of ['nats-core', 'nats-core', 'obj'].entries()) {
      ok(lines[index].startsWith('WAPC_UNSUPPORTED '), lines[index]);
      ok(stdout.includes(`npm install @nats-io/${peer}`), stdout);
    }
  });
}
