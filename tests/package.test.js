/** The packed tarball: what is in it, and that it works where it is installed. */

import { deepEqual, equal } from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';

import { root } from '../tools/run.js';

const folder = mkdtempSync(join(tmpdir(), 'wapc-host-'));
after(() => rmSync(folder, { recursive: true }));

function run(command, ...args) {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd: folder, encoding: 'utf8' });
  equal(status, 0, `${command} ${args.join(' ')}\n${stderr}`);
  return stdout;
}

const [packed] = JSON.parse(run('npm', 'pack', root, '--json', '--ignore-scripts', '--loglevel=error'));

test('it holds what a user needs and nothing else', () => {
  const names = packed.files.map(({ path }) => path).sort();
  const dist = ['core.js', 'core.wasm', 'index.d.cts', 'index.d.ts', 'index.js', 'node.cjs', 'node.js'].concat(
    'worker-node.js',
    'worker.js',
  );
  deepEqual(names, ['CHANGELOG.md', 'LICENSE', 'README.md', ...dist.map((name) => `dist/${name}`), 'package.json']);
});

/** What a program does with it; `load` gives it the package. */
const program = (load) => `
${load}
const hostCall = (binding, namespace, operation, payload) => payload;
async function main() {
  const host = await WapcHost.instantiate('hello.wasm', { hostCall, async: false });
  console.log(new TextDecoder().decode(await host.invoke('hello', 'package')));
  const pool = await WapcPool.create('hello.wasm', { size: 1, workers: true, hostCall, logger() {} });
  console.log(new TextDecoder().decode(await pool.invoke('hello', 'worker')));
  await pool.close();
  const error = await WapcModule.compile('none.wasm').catch((error) => error);
  console.log(error instanceof WapcError, error.code);
  host.close();
}
main();
`;
const NAMES = '{ WapcError, WapcHost, WapcModule, WapcPool }';
const EXPECTED = 'logging something\nHello, package\nHello, worker\ntrue WAPC_LOAD\n';

writeFileSync(join(folder, 'package.json'), '{ "private": true }');
run('npm', 'install', '--offline', '--no-audit', '--no-fund', '--loglevel=error', join(folder, packed.filename));
cpSync(join(root, 'testdata/hello.wasm'), join(folder, 'hello.wasm'));

for (const [what, name, load] of [
  ['ESM', 'program.mjs', `import ${NAMES} from 'wapc-host';`],
  ['CommonJS', 'program.cjs', `const ${NAMES} = require('wapc-host');`],
]) {
  test(`installed into an empty project, as ${what}`, () => {
    writeFileSync(join(folder, name), program(load));
    equal(run(process.execPath, name), EXPECTED);
  });
}

test('an error of the ESM copy is one of the CommonJS copy', () => {
  const load = `const { WapcError } = require('wapc-host');
    import('wapc-host').then(({ WapcModule }) => WapcModule.compile(5)).catch((error) => console.log(error instanceof WapcError));`;
  writeFileSync(join(folder, 'brand.cjs'), load);
  equal(run(process.execPath, 'brand.cjs'), 'true\n');
});
