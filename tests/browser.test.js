/** The suite in headless browsers. */

import { equal, notEqual } from 'node:assert/strict';
import { describe, test } from 'node:test';

import { PATIENCE, openChromium, openFirefox } from './browser/browsers.js';
import { ISOLATED, serve } from './browser/serve.js';

const PAGE = '/tests/browser/index.html';

for (const [open, what, query, headers] of [
  [openChromium, 'cross-origin isolated', '', ISOLATED],
  [openChromium, 'cross-origin isolated, without JSPI', '?without=jspi', ISOLATED],
  [openChromium, 'not isolated', '', {}],
  [openChromium, 'not isolated, without JSPI', '?without=jspi', {}],
  [openFirefox, 'cross-origin isolated', '', ISOLATED],
]) {
  const since = performance.now();
  const { address, posted, stop } = await serve({ headers });
  const browser = await open(`${address}${PAGE}${query}`);
  const late = setTimeout(() => browser.close(), PATIENCE);
  const outcomes = await Promise.race([
    posted.then(JSON.parse),
    new Promise((resolve) => setTimeout(resolve, PATIENCE, []).unref()),
  ]);
  clearTimeout(late);
  await browser.close();
  stop();
  const took = performance.now() - since;
  describe(`${browser.name}, ${what}`, () => {
    test('runs the whole suite', (context) => {
      context.diagnostic(`${took} ms`);
      notEqual(outcomes.length, 0);
    });
    for (const { name, error } of outcomes) test(name, () => equal(error, undefined));
  });
}
