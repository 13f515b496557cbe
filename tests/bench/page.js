/** Measures the time from the first navigation of the demo page to its greeting, in each installed browser. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { findChromium, findFirefox } from '../../tools/browsers.js';
import { buildDemo } from '../../tools/demo.js';
import { root } from '../../tools/run.js';
import { openChromium, openFirefox } from '../browser/browsers.js';
import { ISOLATED, serve } from '../browser/serve.js';
import { median } from './measure.js';

const RUNS = 5;

const browsers = [
  [findChromium, openChromium],
  [findFirefox, openFirefox],
];

/** Prints the times. */
export async function page() {
  const site = await buildDemo();
  const read = (...path) => readFileSync(join(...path));
  const html = read(site, 'index.html').toString();
  const script = '<script type="module" src="/greeted.js"></script>';
  const extra = {
    '/www/dist/greeted.html': html.replace('<script type="module"', `${script}$&`),
    '/greeted.js': read(root, 'tests/bench/greeted.js'),
  };
  for (const [find, open] of browsers) {
    if (find() === undefined) continue;
    const times = [];
    let name;
    for (let run = 0; run < RUNS; run++) {
      const { address, posted, stop } = await serve({ extra, headers: ISOLATED });
      const browser = await open(`${address}/www/dist/greeted.html`);
      times.push(Number(await posted));
      name = browser.name;
      await browser.close();
      stop();
    }
    console.log(`the page greets ${median(times).toFixed(0)} ms after its first navigation in ${name} (at most 1000)`);
  }
}
