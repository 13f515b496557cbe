/** The examples, installed and started by their two commands. The Kubewarden policy is `npm run test:environments`. */

import { deepEqual, equal, match } from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { pathToFileURL } from 'node:url';

import { serveFolder } from '../tools/serve.js';
import { findNatsServer } from '../tools/nats.js';
import { root } from '../tools/run.js';
import { openChromium } from './browser/browsers.js';
import { cloned, install, quiet, run } from './examples/clone.js';
import { bundlers } from './package/environments.js';

const { folder, remove } = cloned();
after(remove);

/** Installs and starts an example, which has to succeed: what it printed. */
function start(name, args = [], env = {}) {
  install(folder(name));
  const { status, stdout, stderr } = run(folder(name), 'npm', [...quiet, ...args], env);
  equal(status, 0, stderr);
  return stdout;
}

test('node-script greets in the language of its environment, and says what the guest refuses', () => {
  equal(start('node-script', ['waPC'], { LANG: 'fr_FR.UTF-8' }), 'Bonjour, waPC\n');
  const refused = run(folder('node-script'), 'npm', [...quiet, '']);
  equal(refused.status, 1);
  equal(refused.stdout, '');
});

test('worker-pool counts primes on all cores, and goes on after a guest that does not end', () => {
  const lines = start('worker-pool', ['100000']).split('\n');
  deepEqual(lines, ['9592 primes below 100000', 'WAPC_TIMEOUT and 1 instance replaced', '25 primes below 100', '']);
});

test('guests-that-call-guests takes orders while there is stock', () => {
  const [first, second, third] = start('guests-that-call-guests').split('\n');
  equal(first, 'ordered for 90 cents; left: { apple: 7 }');
  equal(second, 'ordered for 120 cents; left: { apple: 6, pear: 0 }');
  equal(third.startsWith('refused: '), true);
});

test('service answers with JSON, and with a status where it cannot', async () => {
  install(folder('service'));
  equal(run(folder('service'), 'npm', ['run', 'prestart']).status, 0);
  const { serve } = await import(pathToFileURL(join(folder('service'), 'service.js')));
  const { address, close } = await serve({ port: 0, workers: 1 });
  const post = async (operation, body) => {
    const response = await fetch(address + operation, { method: 'POST', body });
    return [response.status, await response.json()];
  };
  const order = (article, count) => JSON.stringify({ items: [{ article, count }] });
  deepEqual(await post('order', order('apple', 3)), [200, { total: 90, left: { apple: 97 } }]);
  for (const [operation, body, status, code] of [
    ['order', order('gold', 1), 422, 'WAPC_GUEST'],
    ['order', order('apple', 98), 422, 'WAPC_GUEST'],
    ['order', '{}', 422, 'WAPC_GUEST'],
    ['order', 'no JSON', 400, undefined],
    ['spin', '{}', 504, 'WAPC_TIMEOUT'],
    ['order', ' '.repeat(65 * 1024), 413, undefined],
  ]) {
    const [found, answer] = await post(operation, body);
    deepEqual([found, answer.code], [status, code]);
  }
  equal((await fetch(address)).status, 405);
  deepEqual(await post('order', order('apple', 97)), [200, { total: 2910, left: { apple: 0 } }]);
  await close();
});

test('cluster answers all requests, also those that a server had taken which is killed', () => {
  const cluster = folder('cluster');
  const { dependencies } = JSON.parse(readFileSync(join(cluster, 'package.json'), 'utf8'));
  const { devDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  for (const name of ['@nats-io/nats-core', '@nats-io/transport-node'])
    equal(dependencies[name], devDependencies[name]);
  install(cluster, { '@nats-io/nats-core': root, '@nats-io/transport-node': root });
  const { status, stdout, stderr } = run(cluster, 'npm', [...quiet, '1'], { NATS_SERVER: findNatsServer() });
  equal(status, 0, stderr);
  const lines = stdout.trim().split('\n');
  equal(lines.length, 4, stdout);
  match(lines[0], /^0 s {2}3 servers +[\d,]+ requests\/s( {2}\w{5} +[\d,]+){3} {2}failed 0$/);
  match(lines[2], /^ +\d s {2}2 servers +[\d,]+ requests\/s( {2}\w{5} +[\d,]+){2} {2}failed 0$/);
  match(lines[3], /^[1-9][\d,]* answered, 0 failed; the others ended with 0 and 0$/);
});

test('vite-app is built, and greets in a page', async () => {
  const app = folder('vite-app');
  const { devDependencies } = JSON.parse(readFileSync(join(app, 'package.json'), 'utf8'));
  const home = bundlers();
  const { version } = JSON.parse(readFileSync(join(home, 'node_modules/vite/package.json'), 'utf8'));
  equal(devDependencies.vite, version);
  install(app, { vite: home });
  equal(run(app, 'npm', ['run', 'guest', '--silent']).status, 0);
  const built = run(app, process.execPath, ['node_modules/vite/bin/vite.js', 'build', '--logLevel', 'error']);
  equal(built.status, 0, built.stderr);
  const { default: config } = await import(pathToFileURL(join(app, 'vite.config.js')));
  const { address, stop } = await serveFolder(join(app, 'dist'), 0, config.preview.headers);
  const { page, close } = await openChromium(address);
  await page.waitForFunction(() => globalThis.document.querySelector('output').textContent === 'Hello, Vite');
  await page.selectOption('#language', 'fr');
  await page.click('button');
  await page.waitForFunction(() => globalThis.document.querySelector('output').textContent === 'Bonjour, Vite');
  await close();
  stop();
});
