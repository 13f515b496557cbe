/** The snippets of README.md and SECURITY.md run, and what they say they print is what they print. */

import { equal, ok } from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';

import { root } from '../tools/run.js';
import { openChromium } from './browser/browsers.js';
import { serve } from './browser/serve.js';

const readme = readFileSync(join(root, 'README.md'), 'utf8');
const security = readFileSync(join(root, 'SECURITY.md'), 'utf8');
/** The fenced blocks of a language. */
const blocks = (language, text = readme) =>
  [...text.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, 'gms'))].map(([, text]) => text);
/** What a snippet says that it prints: its `// prints:` comments. */
const prints = (snippet) => [...snippet.matchAll(/\/\/ prints: (.*)/g)].map(([, line]) => line);

const folder = mkdtempSync(join(tmpdir(), 'wapc-readme-'));
after(() => rmSync(folder, { recursive: true }));
mkdirSync(join(folder, 'node_modules'));
symlinkSync(root, join(folder, 'node_modules/wapc-host'));
cpSync(join(root, 'testdata/hello.wasm'), join(folder, 'guest.wasm'));
cpSync(join(root, 'testdata/c/hello.wasm'), join(folder, 'wasi-guest.wasm'));

test('the two commands stand alone on their lines', () => {
  const lines = blocks('sh').join('').split('\n');
  for (const command of ["npm run hello -- 'waPC!'", 'npm test']) ok(lines.includes(command), command);
});

const snippets = [...blocks('js'), ...blocks('js', security)];
ok(snippets.length > 1);
for (const [index, snippet] of snippets.entries()) {
  test(`snippet ${index + 1} in Node: ${snippet.split('\n')[0]}`, () => {
    const name = join(folder, `snippet${index}.mjs`);
    writeFileSync(name, snippet);
    const { status, stdout, stderr } = spawnSync(process.execPath, [name], { cwd: folder, encoding: 'utf8' });
    equal(status, 0, stderr);
    equal(
      stdout,
      prints(snippet)
        .map((line) => `${line}\n`)
        .join(''),
    );
  });
}

/** Shows a page with the guests beside it: the text that it comes to have. */
async function show(page, files = {}) {
  const guests = { 'guest.wasm': 'hello.wasm', 'wasi-guest.wasm': 'c/hello.wasm' };
  const extra = { '/page/index.html': page, ...files };
  for (const [name, guest] of Object.entries(guests)) {
    extra[`/page/${name}`] = readFileSync(join(root, 'testdata', guest));
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

test('the page in a browser', async () => {
  const [page] = blocks('html');
  // As it stands, put where its relative addresses hold.
  equal(await show(page), 'Hello, browser');
});

test('what is given to slim in a browser', async () => {
  const [snippet] = blocks('ts');
  const page = `
    <script type="importmap">{ "imports": { "wapc-host/slim": "/dist/slim.js" } }</script>
    <body></body>
    <script type="module">
      ${snippet}
      const host = await WapcHost.instantiate('wasi-guest.wasm', { hostCall: (...[, , , payload]) => payload });
      document.body.textContent = new TextDecoder().decode(await host.invoke('hello', 'slim'));
    </script>`;
  const files = ['core.wasm', 'wasi.wasm'].map((name) => [
    `/wapc-host/${name}`,
    readFileSync(join(root, 'dist', name)),
  ]);
  equal(await show(page, Object.fromEntries(files)), 'Hello, slim');
});
