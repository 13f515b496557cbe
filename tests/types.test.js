/**
 * The typings compile in every kind of program: with the types of each platform or of none, however it resolves packages,
 * and for each sub-path. Libraries are checked as well (`skipLibCheck: false`).
 */

import { equal } from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';

import { root } from '../tools/run.js';

/** Kinds of programs: their platform types, and the files of tests/types/ that compile with those. */
const LIBRARIES = [
  { lib: ['es2022'], types: ['node'], files: ['anywhere', 'node', 'node-worker'] },
  { lib: ['es2022', 'dom'], types: [], files: ['anywhere', 'usage', 'contract'] },
  { lib: ['es2022', 'webworker'], types: [], files: ['anywhere', 'usage', 'contract'] },
  { lib: ['es2022'], types: [], files: ['anywhere'] },
];
/** More of them, which take long, and are the same however packages are resolved. */
const OTHER_LIBRARIES = [
  { lib: ['es2022', 'dom'], types: ['node'], files: ['anywhere', 'usage', 'contract', 'node'] },
  { lib: ['esnext'], types: [], files: ['anywhere'] },
];

/** How a program resolves packages, and a compiler that can. `worker`: the kinds of files that can import `./worker`. */
const RESOLUTIONS = [
  { compiler: 'typescript', module: 'node16', moduleResolution: 'node16', worker: ['module'] },
  { compiler: 'typescript', module: 'nodenext', moduleResolution: 'nodenext', worker: ['module'] },
  { compiler: 'typescript', module: 'esnext', moduleResolution: 'bundler', worker: ['module', 'commonjs'] },
  // It reads `types` and `typesVersions` of a package.json, not `exports`. TypeScript 7 has done away with it.
  { compiler: 'typescript-5.9', module: 'es2022', moduleResolution: 'node10', worker: ['module', 'commonjs'] },
];

const folder = mkdtempSync(join(tmpdir(), 'wapc-types-'));
after(() => rmSync(folder, { recursive: true }));

const installed = join(folder, 'node_modules/wapc-host');
mkdirSync(join(installed, 'dist'), { recursive: true });
// A copy: programs resolve what is linked to where it lies, which is not below node_modules.
cpSync(join(root, 'package.json'), join(installed, 'package.json'));
for (const name of ['index', 'nats', 'observe', 'slim']
  .flatMap((name) => [`${name}.d.ts`, `${name}.d.cts`])
  .concat('worker.d.ts')) {
  cpSync(join(root, 'dist', name), join(installed, 'dist', name));
}
for (const name of ['@types', '@nats-io']) {
  symlinkSync(join(root, 'node_modules', name), join(folder, 'node_modules', name), 'junction');
}
for (const type of ['module', 'commonjs']) {
  cpSync(join(root, 'tests/types'), join(folder, type), { recursive: true });
  writeFileSync(join(folder, type, 'package.json'), JSON.stringify({ type }));
}

/** Compiles programs of `folder`: what the compiler has to say. */
function compile(compiler, compilerOptions, files) {
  const always = {
    strict: true,
    exactOptionalPropertyTypes: true,
    noEmit: true,
    skipLibCheck: false,
    target: 'es2022',
  };
  writeFileSync(
    join(folder, 'tsconfig.json'),
    JSON.stringify({ compilerOptions: { ...always, ...compilerOptions }, files }),
  );
  const tsc = join(root, 'node_modules', compiler, 'bin/tsc');
  const { status, stdout } = spawnSync(process.execPath, [tsc, '--project', folder], { encoding: 'utf8' });
  equal(status, 0, stdout);
}

describe('TypeScript', () => {
  for (const { compiler, module, moduleResolution, worker } of RESOLUTIONS) {
    const libraries = moduleResolution === 'nodenext' ? [...LIBRARIES, ...OTHER_LIBRARIES] : LIBRARIES;
    for (const { lib, types, files } of libraries) {
      test(`${compiler}, ${moduleResolution}, with ${[...lib, ...types].join(', ')}`, () => {
        const programs = ['module', 'commonjs'].flatMap((type) => files.map((name) => `${type}/${name}.ts`));
        programs.push(...worker.map((type) => `${type}/worker.ts`));
        compile(compiler, { lib, types, module, moduleResolution }, programs);
      });
    }
    test(`${compiler}, ${moduleResolution}, wapc-host/nats`, () => {
      const programs = ['module', 'commonjs'].map((type) => `${type}/nats.ts`);
      // The typings of NATS do not compile with `exactOptionalPropertyTypes`.
      const options = { lib: ['es2022', 'esnext.disposable', 'dom'], types: ['node'], skipLibCheck: true };
      compile(compiler, { ...options, module, moduleResolution }, programs);
    });
  }
});
