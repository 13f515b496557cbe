/** Rows of environments in Node: with its permission model, under what compiles TypeScript, and in test runners. */

import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { nodeWithJspi } from '../../tools/engines.js';
import { installed } from '../../tools/installed.js';
import { ALL, CJS, ESM, runProgram } from './projects.js';

const TYPESCRIPT = { tsx: '4.23.15', 'ts-node': '10.9.2', typescript: '5.9.3' };
const VITEST = { vitest: '5.1.1', jsdom: '26.1.0', 'happy-dom': '21.0.4' };
const JEST = { jest: '30.5.2', 'jest-environment-jsdom': '30.5.2' };

/** The error of what needs a thread, where there is none to be had. */
const UNSUPPORTED = 'WAPC_UNSUPPORTED';

/** Watchdog: milliseconds after which a runner is taken to hang. */
const PATIENCE = 5 * 60_000;

/** A test that leaves its features in a file. */
const TEST = `
import * as wapc from 'wapc-host';
import { writeFileSync } from 'node:fs';
import util from 'node:util';
import { features } from './features.js';
test('features', async () => {
  // jsdom has none in jest; the package has one by now.
  globalThis.TextDecoder ??= util.TextDecoder;
  const found = await features(wapc, 'hello.wasm', 'wasi.wasm');
  writeFileSync('found.json', JSON.stringify(found));
}, 60_000);`;

/** Runs a test runner in a folder: the features that its test finds. */
function runTest(folder, runner, args, env = {}) {
  writeFileSync(join(folder, 'features.test.mjs'), TEST);
  const options = { cwd: folder, encoding: 'utf8', timeout: PATIENCE, env: { ...process.env, CI: 'true', ...env } };
  const { status, stdout, stderr } = spawnSync(process.execPath, [runner, ...args], options);
  if (status !== 0) throw new Error(stdout + stderr);
  return JSON.parse(readFileSync(join(folder, 'found.json'), 'utf8'));
}

const permissions = (name, program, flags, expected) => ({
  name,
  expected,
  async run(folder) {
    writeFileSync(join(folder, 'program.mjs'), ESM);
    return runProgram(folder, program, [...flags, '--allow-fs-read=*'], 'program.mjs');
  },
});

const permissionRows = () => {
  const { node } = process.versions;
  const hasLeftExperiment = process.allowedNodeEnvironmentFlags.has('--permission');
  const flags = [hasLeftExperiment ? '--permission' : '--experimental-permission'];
  const later = typeof WebAssembly.Suspending === 'function' ? 'yes' : UNSUPPORTED;
  const row = permissions(`Node ${node} ${flags}`, process.execPath, flags, { ...ALL, later, workers: UNSUPPORTED });
  const withJspi = nodeWithJspi();
  if (withJspi === undefined) return [row];
  return [
    row,
    permissions('Node 26 --permission', withJspi, ['--permission'], { ...ALL, workers: UNSUPPORTED }),
    permissions('Node 26 --permission --allow-worker', withJspi, ['--permission', '--allow-worker'], ALL),
  ];
};

const vitest = (environment) => ({
  name: `vitest, ${environment}`,
  expected: ALL,
  async run(folder) {
    const runner = join(installed('vitest', VITEST), 'node_modules/vitest/vitest.mjs');
    return runTest(folder, runner, ['run', '--globals', '--environment', environment]);
  },
});

/** Its modules are an experiment of Node's, without which it runs CommonJS only. */
const MODULES = { NODE_OPTIONS: '--experimental-vm-modules' };

const jest = (name, environment, expected, testEnvironmentOptions = {}) => ({
  name: `jest, ${name}`,
  expected,
  async run(folder) {
    const home = join(installed('jest', JEST), 'node_modules');
    const testEnvironment = join(home, `jest-environment-${environment}`);
    const config = JSON.stringify({ testEnvironment, testEnvironmentOptions, testMatch: ['**/*.test.mjs'] });
    return runTest(folder, join(home, 'jest/bin/jest.js'), ['--config', config], MODULES);
  },
});

export const runners = () => [
  ...permissionRows(),
  {
    name: 'tsx',
    expected: ALL,
    async run(folder) {
      writeFileSync(join(folder, 'program.ts'), ESM);
      const tsx = join(installed('typescript', TYPESCRIPT), 'node_modules/tsx/dist/cli.mjs');
      return runProgram(folder, process.execPath, [tsx], 'program.ts');
    },
  },
  {
    name: 'ts-node',
    expected: ALL,
    async run(folder) {
      writeFileSync(join(folder, 'program.ts'), CJS);
      const home = join(installed('typescript', TYPESCRIPT), 'node_modules');
      const options = ['--transpile-only', '--compilerOptions', '{ "module": "node16", "moduleResolution": "node16" }'];
      const args = [join(home, 'ts-node/dist/bin.js'), '--compiler', join(home, 'typescript'), ...options];
      return runProgram(folder, process.execPath, args, 'program.ts');
    },
  },
  ...['node', 'jsdom', 'happy-dom'].map(vitest),
  jest('node', 'node', ALL),
  jest('jsdom', 'jsdom', Object.fromEntries(Object.keys(ALL).map((feature) => [feature, UNSUPPORTED]))),
  jest('jsdom with the condition `node`', 'jsdom', ALL, { customExportConditions: ['node'] }),
];
