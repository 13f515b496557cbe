/** Uses the demo page in headless browsers as people do (browser/drive.js). */

import { equal, notEqual, ok } from 'node:assert/strict';
import { after, describe, test } from 'node:test';

import { buildDemo, sizeOf } from '../tools/demo.js';
import { PATIENCE, openChromium, openFirefox } from './browser/browsers.js';
import { drivenPage } from './browser/driven.js';
import { ISOLATED, serve } from './browser/serve.js';

/** The content security policy that the package has to work under. */
const STRICT = {
  'content-security-policy':
    "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; img-src data:",
};

const site = await buildDemo();

test('without guests it takes no more than 185 KB over the wire', () => {
  const size = sizeOf(site);
  // The package's own growth is accounted for in docs/DECISIONS.md.
  ok(size <= 185_000, `${size} bytes`);
});

const extra = drivenPage();

/** Serves the same from another origin, without CORS. */
const elsewhere = await serve();
after(elsewhere.stop);
const ADDRESS = `/www/dist/driven.html?elsewhere=${elsewhere.address}/testdata/hello.wasm`;

for (const [open, what, headers, size] of [
  [openChromium, 'cross-origin isolated, under a strict policy', { ...ISOLATED, ...STRICT }],
  [openChromium, 'on a phone, not isolated', {}, { width: 390, height: 844 }],
  [openFirefox, 'cross-origin isolated, under a strict policy', { ...ISOLATED, ...STRICT }],
]) {
  const { address, posted, stop } = await serve({ extra, headers });
  const browser = await open(address + ADDRESS, size);
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
