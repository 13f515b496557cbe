/**
 * The snippets of README.md, SECURITY.md and docs/ run, and print what their comments say. Links to files are valid.
 */

import { equal, ok } from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';

import { root } from '../tools/run.js';
import { openChromium } from './browser/browsers.js';
import { serve } from './browser/serve.js';
import { anchorsOf, blocks, documents, prints } from './documents/markdown.js';
import { NatsServer } from './nats/server.js';

/** For the snippets that connect to one. */
const nats = await NatsServer.start({ jetstream: true });
after(() => nats.close());
const folder = mkdtempSync(join(tmpdir(), 'wapc-readme-'));
after(() => rmSync(folder, { recursive: true }));
mkdirSync(join(folder, 'node_modules'));
symlinkSync(root, join(folder, 'node_modules/wapc-host'));
for (const name of ['@extism', '@msgpack', '@nats-io', '@opentelemetry', '@types', '@wapc', 'prom-client']) {
  symlinkSync(join(root, 'node_modules', name), join(folder, 'node_modules', name));
}
// The guest of the package, which readers have.
cpSync(join(root, 'dist/hello.wasm'), join(folder, 'guest.wasm'));
cpSync(join(root, 'testdata/hello.wasm'), join(folder, 'rust-guest.wasm'));
cpSync(join(root, 'testdata/c/hello.wasm'), join(folder, 'wasi-guest.wasm'));
cpSync(join(root, 'testdata/wat/extism-greeter.wasm'), join(folder, 'plugin.wasm'));

test('the two commands stand alone on their lines of README.md', () => {
  const shell = blocks('sh').filter(({ path }) => path === 'README.md');
  const lines = shell.flatMap(({ block }) => block.split('\n'));
  for (const command of ["npm run hello -- 'waPC!'", 'npm test']) ok(lines.includes(command), command);
});

test('links between documents, and to files of the repository, lead to what is there', () => {
  for (const { path, text } of documents) {
    for (const [, target, anchor] of text.matchAll(/\]\((?!https?:)([^)#]*)(?:#([^)]*))?\)/g)) {
      const linked = target === '' ? path : join(dirname(path), target);
      ok(existsSync(join(root, linked)), `${path}: ${target}`);
      if (anchor === undefined) continue;
      ok(anchorsOf(readFileSync(join(root, linked), 'utf8')).includes(anchor), `${path}: ${target}#${anchor}`);
    }
  }
});

// Snippets for the guests of a page run with those (guests.test.js).
const snippets = blocks('js').filter(({ block }) => !/'(greeter|lines)\.wasm'/.test(block));
ok(snippets.length > 1);
for (const [index, { path, block }] of snippets.entries()) {
  test(`snippet ${index + 1} in Node: ${path}: ${block.split('\n')[0]}`, () => {
    const name = join(folder, `snippet${index}.mjs`);
    writeFileSync(name, block.replaceAll('nats://127.0.0.1:4222', nats.url));
    const { status, stdout, stderr } = spawnSync(process.execPath, [name], { cwd: folder, encoding: 'utf8' });
    equal(status, 0, stderr);
    equal(stdout, prints(block));
  });
}

// What has a file's name belongs to a guest, in AssemblyScript.
const programs = blocks('typescript').filter(({ file }) => file === undefined);
ok(programs.length > 0);
for (const [index, { path, block }] of programs.entries()) {
  test(`program ${index + 1} in TypeScript: ${path}`, () => {
    const name = join(folder, `program${index}.mts`);
    writeFileSync(name, block);
    const tsc = join(root, 'node_modules/typescript/bin/tsc');
    const options = ['--strict', '--module', 'nodenext', '--target', 'es2022', '--types', 'node'];
    const { status, stdout } = spawnSync(process.execPath, [tsc, ...options, name], { cwd: folder, encoding: 'utf8' });
    equal(status, 0, stdout);
    const ran = spawnSync(process.execPath, [name.replace(/mts$/, 'mjs')], { cwd: folder, encoding: 'utf8' });
    equal(ran.status, 0, ran.stderr);
    equal(ran.stdout, prints(block));
  });
}

/** Shows a page with the guests beside it: the text that it ends up with. */
async function show(page, files = {}) {
  const guests = { 'guest.wasm': 'dist/hello.wasm', 'wasi-guest.wasm': 'testdata/c/hello.wasm' };
  const extra = { '/page/index.html': page, ...files };
  for (const [name, guest] of Object.entries(guests)) {
    extra[`/page/${name}`] = readFileSync(join(root, guest));
  }
  const { address, stop } = await serve({ extra });
  const { page: tab, close } = await openChromium(`${address}/page/index.html`);
  try {
    await tab.waitForFunction(() => globalThis.document.body.innerText.trim() !== '');
    return (await tab.innerText('body')).trim();
  } finally {
    await close();
    stop();
  }
}

for (const { path, block } of blocks('html')) {
  test(`the page of ${path} in a browser`, async () => {
    // The page is used unchanged, placed where its relative addresses hold.
    equal(await show(block), 'Hello, browser');
  });
}

test('the page of README.md, with the package from a CDN: another origin', async () => {
  const CDN = 'https://cdn.jsdelivr.net/npm/wapc-host/dist/';
  const { block } = blocks('html').find(({ path }) => path === 'README.md');
  ok(block.includes(CDN), CDN);
  const { address, stop } = await serve({ headers: { 'access-control-allow-origin': '*' } });
  try {
    const page = block.replaceAll('./node_modules/wapc-host/dist/', `${address}/dist/`);
    equal(page.split(`${address}/dist/`).length, 3, 'the package and the guest');
    equal(await show(page), 'Hello, browser');
  } finally {
    stop();
  }
});

for (const { path, block } of blocks('ts')) {
  test(`the slim snippet of ${path}, in a browser`, async () => {
    const page = `
    <script type="importmap">{ "imports": { "wapc-host/slim": "/dist/slim.js" } }</script>
    <body></body>
    <script type="module">
      ${block}
      const host = await WapcHost.instantiate('wasi-guest.wasm', { hostCall: (...[, , , payload]) => payload });
      document.body.textContent = new TextDecoder().decode(await host.invoke('hello', 'slim'));
    </script>`;
    const files = ['core.wasm', 'wasi.wasm'].map((name) => [
      `/wapc-host/${name}`,
      readFileSync(join(root, 'dist', name)),
    ]);
    equal(await show(page, Object.fromEntries(files)), 'Hello, slim');
  });
}
