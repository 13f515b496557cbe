/** Opens pages in WebKitGTK, which stands in for Safari: Debian's, driven by WebDriver in a virtual display. */

import { spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';

import { debian } from '../../tools/debian.js';

const LIBRARIES = '/usr/lib/x86_64-linux-gnu';

/** The path of the browser that the driver starts. */
function miniBrowser() {
  const folders = readdirSync(LIBRARIES).filter((name) => name.startsWith('webkit2gtk-'));
  return folders.map((name) => join(LIBRARIES, name, 'MiniBrowser')).find((path) => existsSync(path));
}

/** Finds a free loopback port. */
async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** The first output of a program. */
const firstLine = (stream) => new Promise((resolve) => stream.once('data', (chunk) => resolve(String(chunk).trim())));

/**
 * Opens a page: the browser's name, and a function that closes it.
 * @param {string} url
 * @param {Record<string, string>} [settings] of the engine, as environment variables
 */
export async function openWebKit(url, settings = {}) {
  const programs = ['/usr/bin/WebKitWebDriver', '/usr/bin/Xvfb'];
  if (!programs.every((path) => existsSync(path))) debian('WebKitGTK', ['webkit2gtk-driver', 'xvfb']);
  const display = spawn('Xvfb', ['-displayfd', '1', '-screen', '0', '1280x900x24'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const DISPLAY = `:${await firstLine(display.stdout)}`;
  const port = await freePort();
  const env = {
    ...process.env,
    DISPLAY,
    WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS: '1',
    LIBGL_ALWAYS_SOFTWARE: '1',
    ...settings,
  };
  const driver = spawn('WebKitWebDriver', [`--port=${port}`, '--host=127.0.0.1'], { stdio: 'ignore', env });
  const ask = async (method, path, body) => {
    const options = { method, body: body && JSON.stringify(body) };
    return (await (await fetch(`http://127.0.0.1:${port}${path}`, options)).json()).value;
  };
  const options = { binary: miniBrowser(), args: ['--automation'] };
  const wanted = { capabilities: { alwaysMatch: { 'webkitgtk:browserOptions': options } } };
  const { sessionId, capabilities } = await untilItAnswers(() => ask('POST', '/session', wanted));
  await ask('POST', `/session/${sessionId}/url`, { url });
  const close = async () => {
    await ask('DELETE', `/session/${sessionId}`).catch(() => {});
    driver.kill();
    display.kill();
  };
  return { name: `WebKitGTK ${capabilities.browserVersion}`, close };
}

/** Retries until the driver answers: there is no signal that it listens. */
async function untilItAnswers(ask) {
  for (let attempts = 0; ; attempts++) {
    try {
      return await ask();
    } catch (error) {
      if (attempts === 6000) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}
