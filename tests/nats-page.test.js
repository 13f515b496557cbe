/** `wapc-host/nats` in Chromium, over WebSocket: bundled as a page bundles it. */

import { deepEqual, equal } from 'node:assert/strict';
import { join } from 'node:path';
import { after, test } from 'node:test';

import { build } from 'esbuild';
import { remote, serve as serveGuest } from 'wapc-host/nats';

import { root } from '../tools/run.js';
import { openChromium } from './browser/browsers.js';
import { serve } from './browser/serve.js';
import { NatsServer } from './nats/server.js';
import { benchPool, text } from './nats/setup.js';

const bundled = await build({
  absWorkingDir: root,
  entryPoints: [join(root, 'tests/nats/page.js')],
  bundle: true,
  write: false,
  format: 'esm',
  target: 'es2022',
  // Loaded by `guestStore` alone, which this page does not use.
  external: ['@nats-io/obj', './wasi.js', './interrupt.js'],
  logLevel: 'error',
});
const extra = {
  '/page.html': '<!doctype html><script type="module" src="/page.js"></script>',
  '/page.js': bundled.outputFiles[0].contents,
};

const nats = await NatsServer.start({ webSocket: true });
const site = await serve({ extra });
const { page, close } = await openChromium(`${site.address}/page.html`);
await page.waitForFunction('globalThis.call !== undefined');
const connection = await nats.connect();
const pool = await benchPool({ name: 'bench', hostCall: () => new Promise(() => {}), async: true, size: 3 });
const service = await serveGuest(connection, pool, { name: 'hello', version: '1.0.0' });
const address = `ws://127.0.0.1:${nats.webSocketPort}`;
after(async () => {
  await close();
  await service.close();
  await pool.close();
  site.stop();
  await nats.close();
});

test('a page invokes what is served elsewhere', async () => {
  deepEqual(await page.evaluate((address) => globalThis.call(address), address), {
    echo: 'from a page',
    call: { a: 1 },
    long: true,
    many: true,
    error: {
      code: 'WAPC_GUEST',
      guest: 'bench',
      operation: 'nope',
      message: 'No handler registered for function nope',
      isOurs: true,
    },
    nobody: 'WAPC_UNREACHABLE',
    timeout: 'WAPC_TIMEOUT',
    aborted: 'TimeoutError',
  });
});

test('a page serves a guest', async () => {
  await page.evaluate(
    ([address, guest]) => globalThis.serveHere(address, guest),
    [address, `${site.address}/testdata/hello.wasm`],
  );
  equal(text(await remote(connection, 'page').invoke('hello', 'page')), 'Hello, waPC');
});
