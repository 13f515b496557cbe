/** The suite in headless Chromium. */

import { equal, notEqual } from 'node:assert/strict';
import { after, test } from 'node:test';

import { chromium } from 'playwright-core';

import { chromiumArguments, findChromium } from '../tools/chromium.js';
import { serve } from './browser/serve.js';

const { address, stop } = await serve();
const browser = await chromium.launch({ executablePath: findChromiumPath(), args: chromiumArguments });
after(async () => {
  await browser.close();
  stop();
});

/** Playwright wants a path. */
function findChromiumPath() {
  const found = findChromium();
  notEqual(found, undefined, 'no Chromium; set CHROMIUM to its path');
  return found;
}

const page = await browser.newPage();
const errors = [];
page.on('pageerror', (error) => errors.push(String(error)));
await page.goto(`${address}/tests/browser/index.html`);
await page.waitForFunction(() => globalThis.outcomes !== undefined, undefined, { timeout: 120_000 });
const outcomes = await page.evaluate(() => globalThis.outcomes);

test(`Chromium ${browser.version()} runs the whole suite`, () => notEqual(outcomes.length, 0));
for (const { name, error } of outcomes) test(name, () => equal(error, undefined));
test('no error reached the page', () => equal(errors.join('\n'), ''));
