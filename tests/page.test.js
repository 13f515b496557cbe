/** Uses the demo page in headless browsers as people do (browser/page/). */

import { deepEqual, equal, match, notEqual, ok } from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';

import { buildPage } from '../tools/page/build.js';
import { root } from '../tools/run.js';
import { PATIENCE, openChromium, openFirefox } from './browser/browsers.js';
import { DRIVEN, drivenPage } from './browser/driven.js';
import { axeFinds, greeted, misplaced, picture, seeAll } from './browser/looks.js';
import { ISOLATED, serve } from './browser/serve.js';
import { visits } from './browser/visits.js';

/** The content security policy that the package has to work under. */
const STRICT = {
  'content-security-policy':
    "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; img-src data:",
};

/** Scenes that need nothing but the package, and so work under that policy. */
const PACKAGE = '?scenes=hero,unharmed,cores,languages';

const { size } = await buildPage();

test('it takes no more than 170 KB over the wire until it has greeted', () => {
  ok(size <= 170_000, `${size} bytes`);
});

/** Uses the page in one browser: its name, and what came of each test. */
async function used(open, { headers = {}, viewport, query = '', isOld = false }) {
  const { address, posted, stop } = await serve({ extra: drivenPage(isOld), headers });
  const browser = await open(address + DRIVEN + query, viewport);
  const outcomes = await Promise.race([
    posted.then(JSON.parse),
    new Promise((resolve) => setTimeout(resolve, PATIENCE, []).unref()),
  ]);
  await browser.close();
  stop();
  return { name: browser.name, outcomes };
}

// Two browsers at once.
for (const pair of [
  [
    [openChromium, 'cross-origin isolated', { headers: ISOLATED }],
    [openFirefox, 'cross-origin isolated', { headers: ISOLATED }],
  ],
  [
    [openChromium, 'on a phone, not isolated, without JSPI', { viewport: { width: 390, height: 844 }, isOld: true }],
    [openChromium, 'under a strict policy', { headers: { ...ISOLATED, ...STRICT }, query: PACKAGE }],
  ],
]) {
  const all = await Promise.all(pair.map(([open, , options]) => used(open, options)));
  all.forEach(({ name, outcomes }, i) => {
    describe(`${name}, ${pair[i][1]}`, () => {
      test('the page was used', () => notEqual(outcomes.length, 0));
      for (const { name, error } of outcomes) test(name, () => equal(error, undefined));
    });
  });
}

describe('Chromium, looked at', async () => {
  const { address, stop } = await serve({ headers: ISOLATED });
  const browser = await openChromium('about:blank');
  after(async () => {
    await browser.close();
    stop();
  });
  const opened = async (options) => {
    const page = await browser.page
      .context()
      .browser()
      .newPage({ viewport: { width: 1280, height: 800 }, ...options });
    const requested = new Set();
    page.on('request', (request) => requested.add(new URL(request.url()).pathname));
    await page.goto(`${address}/www/dist/index.html`);
    await greeted(page);
    return { page, requested };
  };

  visits(async ({ path = '', block, ...options } = {}) => {
    const page = await browser.page
      .context()
      .browser()
      .newPage({ viewport: { width: 1280, height: 800 }, ...options });
    if (block !== undefined) await page.route(block, (route) => route.abort());
    await page.goto(`${address}/www/dist/index.html${path}`);
    return page;
  });

  test('it has loaded no more than 170 KB before a scene is used', async () => {
    const { page, requested } = await opened({});
    await page.waitForFunction(() => !globalThis.document.getElementById('call-figure').hidden);
    const sizes = [...requested].map((path) => gzipSync(readFileSync(join(root, path)), { level: 9 }).length);
    const size = sizes.reduce((sum, size) => sum + size, 0);
    ok(size <= 170_000, `${size} bytes: ${[...requested].join(' ')}`);
    await page.close();
  });

  test('by keyboard alone', async () => {
    const { page } = await opened({});
    await page.keyboard.press('Tab');
    const focused = () => page.evaluate(() => globalThis.document.activeElement.textContent);
    equal(await focused(), 'To the scenes');
    await page.focus('#name');
    await page.keyboard.type('Ada and ');
    await page.keyboard.press('Enter');
    await page.waitForFunction(() => globalThis.document.getElementById('greeting').textContent.includes('Ada and '));
    await page.focus('#hero-code [role="tab"]');
    await page.keyboard.press('ArrowRight');
    equal(await focused(), 'Node');
    await seeAll(page);
    await page.focus('#calls .field input');
    await page.keyboard.type('Bob and ');
    await page.keyboard.press('Enter');
    await page.locator('#calls .response', { hasText: 'Hello, Bob and waPC!' }).waitFor();
    await page.focus('#calls .editor textarea');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    ok(await page.evaluate(() => globalThis.document.activeElement.closest('.step').querySelector('details').open));
    await page.close();
  });

  test('a guest that could not be loaded is loaded again for the next name', async () => {
    const page = await browser.page.context().browser().newPage();
    await page.route('**/hello.wasm', (route) => route.abort(), { times: 1 });
    await page.goto(`${address}/www/dist/index.html`);
    await page.waitForFunction(() => globalThis.document.querySelector('#greeting .error') !== null);
    const shown = () =>
      page.evaluate(() => ({
        error: globalThis.document.querySelector('#greeting .error strong')?.textContent,
        cause: globalThis.document.querySelector('#greeting small')?.textContent,
        isTimed: !globalThis.document.getElementById('greeted-figure').hidden,
      }));
    deepEqual(await shown(), { error: 'WAPC_LOAD', cause: undefined, isTimed: false });
    await page.focus('#name');
    await page.keyboard.press('Enter');
    await greeted(page);
    deepEqual(await shown(), { error: undefined, cause: undefined, isTimed: true });
    await page.close();
  });

  test('nothing moves where less motion is asked for', async () => {
    const { page } = await opened({ reducedMotion: 'reduce' });
    await seeAll(page);
    const durations = await page.evaluate(() =>
      [...globalThis.document.querySelectorAll('*')].flatMap((element) => {
        const { animationDuration, transitionDuration } = globalThis.getComputedStyle(element);
        return [...animationDuration.split(', '), ...transitionDuration.split(', ')];
      }),
    );
    deepEqual([...new Set(durations)], ['0s']);
    await page.close();
  });

  test('a server whose policy forbids the sandbox: the scene says so', async () => {
    const served = await serve({ headers: { ...ISOLATED, ...STRICT } });
    const page = await browser.page.context().browser().newPage();
    await page.goto(`${served.address}/www/dist/index.html#calls`);
    await page.locator('#calls .stage').scrollIntoViewIfNeeded();
    await page.waitForFunction(() => globalThis.document.getElementById('calls').dataset.state === 'done');
    match(await page.textContent('#calls [role="status"]'), /worker-src blob:/);
    await page.close();
    served.stop();
  });

  test('a scene whose script cannot be loaded says so', async () => {
    const page = await browser.page.context().browser().newPage();
    const scripts = /languages-[A-Z0-9]+\.js$/;
    await page.route(scripts, (route) => route.abort());
    await page.goto(`${address}/www/dist/index.html`);
    await greeted(page);
    await page.locator('#languages .stage').scrollIntoViewIfNeeded();
    await page.waitForFunction(
      () => globalThis.document.querySelector('#languages [role="status"]').textContent !== '',
    );
    match(await page.textContent('#languages [role="status"]'), /^This scene could not be loaded: /);
    await page.unroute(scripts);
    await page.click('#languages .stage button');
    await greeted(page);
    await page.locator('#languages .stage').scrollIntoViewIfNeeded();
    await page.waitForFunction(() => globalThis.document.getElementById('languages').dataset.state === 'done');
    await page.close();
  });

  test('a link that is opened with the page: nothing of it runs before the button is pressed', async () => {
    const page = await browser.page.context().browser().newPage();
    const requested = [];
    page.on('request', (request) => requested.push(new URL(request.url()).pathname));
    const shared = new URLSearchParams({ guest: 'guests/zig.wasm', operation: 'nope', payload: 'fresh' });
    await page.goto(`${address}/www/dist/index.html#${shared}`);
    const comes = (state) =>
      page.waitForFunction((state) => globalThis.document.getElementById('own').dataset.state === state, state);
    await comes('waiting');
    await greeted(page);
    await page.locator('#own .stage').scrollIntoViewIfNeeded();
    equal(await page.inputValue('#own textarea[aria-label="Payload"]'), 'fresh');
    ok(!requested.some((path) => path.endsWith('zig.wasm')), requested.join(' '));
    await page.locator('#own .shared button').press('Enter');
    await page.locator('#own .answer .error').waitFor();
    equal(await page.evaluate(() => globalThis.document.activeElement.textContent), 'Invoke');
    match(await page.textContent('#own .answer'), /WAPC_GUEST/);
    await page.close();
  });

  for (const [width, size] of [
    [390, 24],
    [1280, 32],
  ]) {
    test(`where the browser's text has ${size} px, at ${width} px`, async () => {
      const page = await browser.page
        .context()
        .browser()
        .newPage({ viewport: { width, height: 800 } });
      const session = await page.context().newCDPSession(page);
      await session.send('Page.setFontSizes', { fontSizes: { standard: size, fixed: size } });
      await page.goto(`${address}/www/dist/index.html`);
      await greeted(page);
      await seeAll(page);
      equal(await page.evaluate(() => globalThis.getComputedStyle(globalThis.document.body).fontSize), `${size}px`);
      deepEqual(await misplaced(page), []);
      await page.close();
    });
  }

  for (const colorScheme of ['light', 'dark']) {
    test(`in ${colorScheme}, at all widths`, async () => {
      const { page } = await opened({ colorScheme });
      await seeAll(page);
      const wrong = [];
      for (const width of [320, 390, 768, 1024, 1280, 1920, 2560]) {
        await page.setViewportSize({ width, height: 900 });
        const found = await misplaced(page);
        if ([390, 768, 1280].includes(width)) {
          await picture(page, `${width}-${colorScheme}`);
          found.push(...(await axeFinds(page)));
        }
        wrong.push(...found.map((what) => `at ${width} px: ${what}`));
      }
      deepEqual(wrong, []);
      await page.close();
    });
  }
});
