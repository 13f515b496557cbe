/** Projects in folders of their own, with the packed package installed, and what the rows of environments do with them. */

import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { serveFolder } from '../../tools/serve.js';
import { root, run } from '../../tools/run.js';
import { openChromium } from '../browser/browsers.js';

/** The features where all work, and where workers do not load. */
export const ALL = { hello: 'yes', later: 'yes', pool: 'yes', workers: 'yes', WASI: 'yes', interrupt: 'yes' };
export const NO_WORKERS = { ...ALL, workers: 'WAPC_LOAD' };

export const GUESTS = { 'hello.wasm': 'hello.wasm', 'wasi.wasm': 'c/hello.wasm' };

/** Watchdog: milliseconds after which something is taken to keep a program's process alive. */
const PATIENCE = 120_000;

/** Runs a program that prints its features, and then ends by itself. */
export function runProgram(folder, program, args, name) {
  const options = { cwd: folder, encoding: 'utf8', timeout: PATIENCE, killSignal: 'SIGKILL' };
  const { status, signal, stdout, stderr } = spawnSync(program, [...args, name], options);
  if (status !== 0) throw new Error(`${program} ${name}: ${stderr || signal}`);
  return JSON.parse(stdout.trim().split('\n').at(-1));
}

const IN_NODE = `
const guests = ['hello.wasm', 'wasi.wasm'];
features(wapc, ...guests).then((found) => console.log(JSON.stringify(found)));
`;
export const ESM = `import * as wapc from 'wapc-host';\nimport { features } from './features.js';\n${IN_NODE}`;
export const CJS = `const wapc = require('wapc-host');\nimport('./features.js').then(({ features }) => {${IN_NODE}});\n`;
/** In Bun its worker is only terminated with `interrupt`: else its thread keeps the process alive. */
export const ENDLESS = `
import { WapcPool } from 'wapc-host';
const hello = 'node_modules/wapc-host/dist/hello.wasm';
const pool = await WapcPool.create(hello, { size: 1, workers: true, limits: { interrupt: true } });
const { code } = await pool.invoke('spin', '', { timeout: 50 }).catch((error) => error);
console.log(JSON.stringify({ workers: code === 'WAPC_TIMEOUT' ? 'yes' : String(code) }));
`;
export const PAGE = `
import * as wapc from 'wapc-host';
import { features } from './features.js';
globalThis.outcome = await features(wapc, 'hello.wasm', 'wasi.wasm');
`;

/** Opens a page of a site: the features that it finds. */
export async function visit(site, headers, path = '') {
  const served = typeof site === 'string' ? { address: site, stop() {} } : await serveFolder(site.folder, 0, headers);
  const { page, close } = await openChromium(served.address + path);
  try {
    return await (await page.waitForFunction(() => globalThis.outcome)).jsonValue();
  } finally {
    await close();
    served.stop();
  }
}

export const html = (script, head = '') =>
  `<!doctype html><meta charset="utf-8" />${head}<title>page</title><script type="module" src="${script}"></script>`;

/** Makes a site of a folder: a page and its guests. */
export function site(folder, page = html('./main.js')) {
  for (const name of Object.keys(GUESTS)) cpSync(join(folder, name), join(folder, 'out', name));
  writeFileSync(join(folder, 'out', 'index.html'), page);
  return { folder: join(folder, 'out') };
}

/** Makes a folder a project with the package installed. */
export function prepare(folder, tarball) {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{ "private": true }');
  const quietly = ['--offline', '--no-audit', '--no-fund', '--loglevel=error'];
  run('npm', ['install', ...quietly, '--prefix', folder, tarball], { cwd: folder, quiet: true });
  for (const [name, guest] of Object.entries(GUESTS)) cpSync(join(root, 'testdata', guest), join(folder, name));
  cpSync(join(root, 'tests/package/features.js'), join(folder, 'features.js'));
  writeFileSync(join(folder, 'page.js'), PAGE);
}

/** Packs the package into a folder: the path of the tarball. */
export function pack(folder) {
  const [packed] = JSON.parse(
    run('npm', ['pack', root, '--json', '--ignore-scripts', '--loglevel=error'], { cwd: folder, quiet: true }),
  );
  return join(folder, packed.filename);
}
