/**
 * The site of docs/, built and read in a browser. Part of `npm run test:environments`, since VitePress is installed for
 * it. A dead link fails the build.
 */

import { deepEqual, ok } from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';

import { serveFolder } from '../../tools/serve.js';
import { buildSite } from '../../tools/site/site.js';
import { openChromium } from '../browser/browsers.js';
import { axeFinds } from '../browser/looks.js';

describe('the site', () => {
  let address, folder, page;
  const closing = [];

  before(async () => {
    folder = await buildSite('/');
    const served = await serveFolder(folder, 0, {});
    const browser = await openChromium(served.address);
    ({ address } = served);
    ({ page } = browser);
    closing.push(browser.close, served.stop);
  });
  after(async () => {
    for (const close of closing) await close();
  });

  test('the index shows the figure of the words', async () => {
    const figure = page.locator('main img');
    ok((await figure.evaluate((image) => image.decode().then(() => image.naturalWidth))) > 0);
    ok((await figure.getAttribute('alt')).includes('namespace'));
  });

  test('links lead from page to page, and to files of the repository', async () => {
    await page.click('main a[href$="getting-started.html"]');
    await page.waitForURL('**/getting-started.html');
    await page.click('main a[href*="SECURITY"]');
    await page.waitForURL('**/repository/SECURITY.html');
    await page.click('main a[href*="hostile.js"]');
    await page.locator('main pre').first().waitFor();
  });

  test('links to headings lead to headings', () => {
    const pages = new Map(
      readdirSync(folder, { recursive: true })
        .filter((path) => path.endsWith('.html') && !path.startsWith('demo'))
        .map((path) => [path, readFileSync(join(folder, path), 'utf8')]),
    );
    const dead = [];
    for (const [path, text] of pages) {
      for (const [, href] of text.matchAll(/ href="([^"]*#[^"]+)"/g)) {
        const { origin, pathname, hash } = new URL(href, `http://localhost/${path}`);
        const linked = pages.get(pathname.slice(1).replace(/(^|\/)$/, '$1index.html'));
        if (origin !== 'http://localhost') continue;
        if (!linked?.includes(` id="${decodeURIComponent(hash.slice(1))}"`)) dead.push(`${path}: ${href}`);
      }
    }
    deepEqual(dead, []);
  });

  for (const colorScheme of ['light', 'dark']) {
    test(`code can be read in ${colorScheme}`, async () => {
      await page.emulateMedia({ colorScheme });
      for (const name of ['getting-started', 'guests', 'cli', 'reference/wapc-host']) {
        await page.goto(`${address}${name}.html`);
        const faint = (await axeFinds(page)).filter((found) => found.startsWith('color-contrast'));
        deepEqual(faint, [], name);
      }
      await page.emulateMedia({ colorScheme: 'light' });
    });
  }

  test('every diagram is drawn, in both schemes of colours', async () => {
    for (const colorScheme of ['dark', 'light']) {
      await page.emulateMedia({ colorScheme });
      await page.goto(`${address}getting-started.html`);
      // VitePress's router leads there, and loads no new page.
      await page.click('nav a[href$="/ARCHITECTURE.html"]');
      await page.locator('.language-mermaid').first().waitFor({ state: 'attached' });
      const diagrams = await page.locator('.language-mermaid').count();
      await page
        .locator('.diagram svg')
        .nth(diagrams - 1)
        .waitFor();
    }
  });

  test('the reference of the typings is there', async () => {
    await page.goto(`${address}reference/wapc-host.html`);
    await page.locator('main h3', { hasText: 'WapcHost' }).first().waitFor();
  });

  test('the demo page greets', async () => {
    await page.goto(address);
    await page.click('nav a[href$="/demo/index.html"]');
    await page.waitForFunction(() => globalThis.document.getElementById('greeting')?.textContent === 'Hello, waPC!');
    await page.click('nav a:text("Docs")');
    await page.locator('nav a[href$="/demo/index.html"]').first().waitFor();
  });
});
