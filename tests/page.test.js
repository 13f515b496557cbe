/** Uses the demo page in headless browsers as people do (browser/page/). */

import { equal, notEqual, ok } from 'node:assert/strict';
import { describe, test } from 'node:test';

import { buildPage } from '../tools/page/build.js';
import { PATIENCE, openChromium, openFirefox } from './browser/browsers.js';
import { DRIVEN, drivenPage } from './browser/driven.js';
import { ISOLATED, serve } from './browser/serve.js';

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

for (const [open, what, { headers = {}, viewport, query = '', isOld = false }] of [
  [openChromium, 'cross-origin isolated', { headers: ISOLATED }],
  [openChromium, 'on a phone, not isolated, without JSPI', { viewport: { width: 390, height: 844 }, isOld: true }],
  [openChromium, 'under a strict policy', { headers: { ...ISOLATED, ...STRICT }, query: PACKAGE }],
  [openFirefox, 'cross-origin isolated', { headers: ISOLATED }],
]) {
  const { address, posted, stop } = await serve({ extra: drivenPage(isOld), headers });
  const browser = await open(address + DRIVEN + query, viewport);
  const outcomes = await Promise.race([
    posted.then(JSON.parse),
    new Promise((resolve) => setTimeout(resolve, PATIENCE, []).unref()),
  ]);
  await browser.close();
  stop();
  describe(`${browser.name}, ${what}`, () => {
    test('the page was used', () => notEqual(outcomes.length, 0));
    for (const { name, error } of outcomes) test(name, () => equal(error, undefined));
  });
}
