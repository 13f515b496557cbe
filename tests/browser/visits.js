/** Tests of the demo page by visits in Chromium: its links, its scenes as they come into view, files, failed scripts. */

import { deepEqual, equal, match, notEqual, ok } from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';

import { root } from '../../tools/run.js';
import { greeted, seeAll } from './looks.js';

/* global document, getComputedStyle, MutationObserver, scrollY */

/** Waits until a scene is as it says in `data-state`. */
const comes = (page, id, state) =>
  page.waitForFunction(([id, state]) => document.getElementById(id).dataset.state === state, [id, state]);

/** Waits until a scene's script has filled it. */
const filled = (page, id) => page.waitForFunction((id) => document.querySelector(`#${id} .folded`) !== null, id);

/** The places of all scenes, and of what comes after them, in pixels of the page. */
const tops = (page) =>
  page.evaluate(() =>
    [...document.querySelectorAll('.scene, footer')].map((element) => element.getBoundingClientRect().top + scrollY),
  );

/** The ways to the scene of somebody's own guest. */
const WAYS = {
  link: (page) => page.click('nav [href="#own"]'),
  keyboard: (page) => page.locator('nav [href="#own"]').press('Enter'),
  address: () => {},
};

/**
 * The tests.
 * @param {(options?: object) => Promise<import('playwright-core').Page>} open opens the page at a `path`, without the files
 *   that match `block`
 */
export function visits(open) {
  for (const [how, go] of Object.entries(WAYS)) {
    for (const [width, reducedMotion] of [
      [320, 'no-preference'],
      [390, 'no-preference'],
      [1280, 'no-preference'],
      [1280, 'reduce'],
    ]) {
      test(`“Your guest” by ${how}, at ${width} px, motion: ${reducedMotion}`, async () => {
        const page = await open({
          viewport: { width, height: 800 },
          reducedMotion,
          path: how === 'address' ? '#own' : '',
        });
        await greeted(page);
        await go(page);
        await filled(page, 'own');
        // On narrow screens its controls are seen first.
        if (width > 960) await comes(page, 'own', 'done');
        const { top, passed } = await page.evaluate(() => ({
          top: document.getElementById('own').getBoundingClientRect().top,
          passed: document.querySelectorAll(':is(#unharmed, #cores, #languages) .folded').length,
        }));
        ok(top >= 0 && top < 40, `its top is at ${top} px`);
        equal(passed, 0, 'scenes on the way were loaded');
        await page.close();
      });
    }
  }

  for (const width of [320, 390, 768, 1280]) {
    test(`scenes come into the room that is kept for them, at ${width} px`, async () => {
      const page = await open({ viewport: { width, height: 800 } });
      await greeted(page);
      const before = await tops(page);
      await seeAll(page);
      const moved = (await tops(page)).map((top, i) => Math.round(top - before[i]));
      // Fonts differ between machines.
      ok(Math.max(...moved.map(Math.abs)) < 60, moved.join());
      await page.close();
    });
  }

  test('a link that is too long leads to where that is said', async () => {
    const page = await open({ path: `#guest=hello.wasm&payload=${'x'.repeat((64 << 10) + 1)}` });
    await comes(page, 'own', 'done');
    await page.waitForFunction(() => Math.abs(document.getElementById('own').getBoundingClientRect().top) < 40);
    match(await page.textContent('#own [role="status"]'), /^The link was not opened: its payload has 65537 characters/);
    await page.close();
  });

  test('scenes that are seen at once run one after the other', async () => {
    const page = await open({ viewport: { width: 1280, height: 5200 } });
    const most = await page.evaluate(async () => {
      const sections = [...document.querySelectorAll('.scene')];
      const inState = (name) => sections.filter(({ dataset }) => dataset.state === name).length;
      let most = 0;
      await new Promise((resolve) => {
        const look = () => {
          most = Math.max(most, inState('running'));
          if (inState('done') === sections.length) resolve();
        };
        for (const section of sections)
          new MutationObserver(look).observe(section, { attributeFilter: ['data-state'] });
        look();
      });
      return most;
    });
    equal(most, 1);
    await page.close();
  });

  test('a scene that somebody has used before its turn does not run by itself', async () => {
    const page = await open({ viewport: { width: 1280, height: 5200 } });
    await filled(page, 'languages');
    await comes(page, 'cores', 'running');
    await page.click('#languages button[value="files"]');
    await comes(page, 'own', 'done');
    equal(await page.textContent('#languages .table .answer'), '…');
    await page.close();
  });

  test('a file that was built anew is taken again', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'wapc-page-'));
    const page = await open({ path: '#own' });
    await comes(page, 'own', 'done');
    const path = join(folder, 'mine.wasm');
    for (const [guest, size] of [
      ['zig/hello', '4.2 KB'],
      ['c/hello', '32.2 KB'],
    ]) {
      writeFileSync(path, readFileSync(join(root, 'testdata', `${guest}.wasm`)));
      const [chooser] = await Promise.all([page.waitForEvent('filechooser'), page.click('#own input[type="file"]')]);
      await chooser.setFiles(path);
      const shown = new RegExp(`mine\\.wasm\\s+${size.replace(' ', '\\s')}`);
      await page.locator('#own .guest-head summary', { hasText: shown }).waitFor();
      await comes(page, 'own', 'done');
    }
    rmSync(folder, { recursive: true });
    await page.close();
  });

  test('a folder that is dropped is told apart from a guest', async () => {
    const page = await open({ path: '#own' });
    await comes(page, 'own', 'done');
    const session = await page.context().newCDPSession(page);
    const data = { items: [], files: [join(root, 'docs')], dragOperationsMask: 1 };
    for (const type of ['dragEnter', 'dragOver', 'drop']) {
      await session.send('Input.dispatchDragEvent', { type, x: 300, y: 300, data });
    }
    await page.locator('#own [role="status"]', { hasText: /^docs cannot be run|^It failed/ }).waitFor();
    match(await page.textContent('#own .guest-place'), /docs cannot be run.*it cannot be read: it is a folder/);
    await page.close();
  });

  test('without its script the page says so', async () => {
    const isShown = (page) => page.locator('#unscripted').isVisible();
    const scriptless = await open({ javaScriptEnabled: false });
    ok(await isShown(scriptless), 'where scripts are off');
    await scriptless.close();
    const failed = await open({ block: '**/main.js' });
    await failed.locator('#unscripted').waitFor({ state: 'visible' });
    const waits = () => getComputedStyle(document.querySelector('#calls .stage'), '::before').content;
    match(await failed.evaluate(waits), /waits for its script/);
    await failed.goto(pathToFileURL(join(root, 'www/dist/index.html')).href);
    await failed.locator('#unscripted', { hasText: 'opened as a file' }).waitFor({ state: 'visible' });
    await failed.close();
    const page = await open();
    await greeted(page);
    equal(await page.locator('#unscripted').count(), 0);
    await page.close();
  });

  test('without WebAssembly the page says so', async () => {
    const page = await open();
    await page.addInitScript(() => delete globalThis.WebAssembly);
    await page.reload();
    await page.locator('#greeting .error', { hasText: 'WAPC_LOAD' }).waitFor();
    match(await page.textContent('#missing'), /^This browser has no WebAssembly/);
    equal(await page.locator('#unscripted').count(), 0);
    await page.close();
  });

  test('with forced colours, what is pressed, open or measured is told apart', async () => {
    const page = await open({ forcedColors: 'active' });
    await greeted(page);
    await seeAll(page);
    const backgrounds = await page.evaluate(() => {
      const of = (selector) => [
        ...new Set(
          [...document.querySelectorAll(selector)].map((element) => getComputedStyle(element).backgroundColor),
        ),
      ];
      return {
        chips: [of('.chip[aria-pressed="true"]'), of('.chip[aria-pressed="false"]')],
        tabs: [of('[role="tab"][aria-selected="true"]'), of('[role="tab"][aria-selected="false"]')],
        bars: [of('.bar'), of('.track')],
      };
    });
    for (const [name, [one, other]] of Object.entries(backgrounds)) {
      deepEqual([name, one.length, other.length], [name, 1, 1]);
      notEqual(one[0], other[0], name);
    }
    await page.close();
  });

  test('the command to install stays on one line with its button, at 320 px', async () => {
    const page = await open({ viewport: { width: 320, height: 640 } });
    await greeted(page);
    const middles = await page.evaluate(() =>
      [...document.getElementById('install').children].map((part) => {
        const { top, bottom } = part.getBoundingClientRect();
        return (top + bottom) / 2;
      }),
    );
    equal(middles.length, 3);
    ok(Math.max(...middles) - Math.min(...middles) < 8, middles.join());
    await page.close();
  });

  for (const [why, callback, began] of [
    [/script of its callback, .* has not ended/, 'console.log("began"); for (;;);', false],
    [/its callback has not answered/, 'const hostCall = () => { console.log("began"); for (;;); };', true],
  ]) {
    test(`a callback that never ends: ${callback}`, async () => {
      const page = await open({ path: '#own' });
      await comes(page, 'own', 'done');
      await page.clock.install();
      await page.locator('#own .answers summary').click();
      await page.fill('#own .answers textarea', callback);
      const begins = page.waitForEvent('console', (message) => message.text() === 'began');
      await page.click('#own .row button.main');
      await begins;
      if (began) await page.locator('#own .step.call').waitFor();
      equal(await page.textContent('#own .answer'), 'It runs…');
      await page.clock.fastForward(10_000);
      await comes(page, 'own', 'done');
      match(await page.textContent('#own .answer'), why);
      match(await page.textContent('#own [role="status"]'), why);
      await page.close();
    });
  }

  for (const name of ['bench.js', 'guests/rust.wasm']) {
    test(`a scene whose ${name} cannot be fetched says so`, async () => {
      const page = await open({ path: '#calls', block: `**/${name}` });
      await comes(page, 'calls', 'done');
      equal(await page.textContent('#calls .trouble'), `Error ${name} could not be fetched: there is no answer`);
      await page.close();
    });
  }

  for (const [id, name, told] of [
    ['calls', 'bench.js', /^The guest answered/],
    ['own', 'bench-full.js', /operations found|answered with/],
  ]) {
    test(`“${id}” on a slow connection: no deadline ends while ${name} is loaded`, async () => {
      const page = await open();
      await page.clock.install();
      let arrive;
      const asked = new Promise((resolve) =>
        page.route(`**/${name}`, (route) => {
          arrive = () => route.continue();
          resolve();
        }),
      );
      await page.locator(`#${id} .stage`).scrollIntoViewIfNeeded();
      await asked;
      await page.clock.fastForward(20_000);
      await arrive();
      await comes(page, id, 'done');
      match(await page.textContent(`#${id} [role="status"]`), told);
      await page.close();
    });
  }

  test('where the script that greets could not be loaded, a button loads the page again', async () => {
    const scripts = '**/browser-*.js';
    const page = await open({ block: scripts });
    const button = page.locator('#greeting button');
    await button.waitFor();
    match(await page.textContent('#greeting'), /the script that greets could not be loaded/);
    await page.unroute(scripts);
    await button.click();
    await greeted(page);
    await page.close();
  });
}
