/** Opens a page in a headless browser: its name, and a function that closes it. */

import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { chromium } from 'playwright-core';

import { chromiumArguments, findChromium, findFirefox, firefoxPreferences } from '../../tools/browsers.js';

/** Watchdog: milliseconds after which a browser, or the tests in it, are taken to hang. */
export const PATIENCE = 15 * 60_000;

export async function openChromium(url, viewport) {
  const { open, close } = await startChromium();
  return { ...(await open(url, viewport)), close };
}

/** Starts Chromium: its name, a function that opens a page as a first visitor sees it, and one that closes the browser. */
export async function startChromium() {
  const executablePath = findChromium();
  if (executablePath === undefined) throw new Error('no Chromium; set CHROMIUM to its path');
  const browser = await chromium.launch({ executablePath, args: chromiumArguments, timeout: PATIENCE });
  const name = `Chromium ${browser.version()}`;
  const open = async (url, viewport) => {
    // Nothing is left in it of pages that were opened before.
    const context = await browser.newContext({ viewport });
    const page = await context.newPage();
    page.setDefaultTimeout(PATIENCE);
    await page.goto(url);
    return { name, page, close: () => context.close() };
  };
  return { name, open, close: () => browser.close() };
}

export async function openFirefox(url) {
  const program = findFirefox();
  if (program === undefined) throw new Error('no Firefox; set FIREFOX to its path');
  const version = spawnSync(program, ['--version'], { encoding: 'utf8' }).stdout.trim();
  const profile = mkdtempSync(join(tmpdir(), 'wapc-firefox-'));
  writeFileSync(join(profile, 'user.js'), firefoxPreferences.join('\n'));
  // Starts a process group, so that the browser's content processes end with it.
  const options = { stdio: 'ignore', detached: true, env: { ...process.env, HOME: profile } };
  const browser = spawn(program, ['--headless', '--no-remote', '--profile', profile, url], options);
  const ended = new Promise((resolve) => browser.once('exit', resolve));
  const close = async () => {
    try {
      process.kill(-browser.pid, 'SIGKILL');
    } catch {
      // It has ended already.
    }
    await ended;
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
  };
  return { name: version, close };
}
