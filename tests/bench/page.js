/** Measures in each installed browser: the demo page's way to its greeting, and guests that can be interrupted. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { findChromium, findFirefox } from '../../tools/browsers.js';
import { buildDemo } from '../../tools/demo.js';
import { root } from '../../tools/run.js';
import { openChromium, openFirefox } from '../browser/browsers.js';
import { ISOLATED, serve } from '../browser/serve.js';
import { median } from './measure.js';

const RUNS = 5;

/** The browsers, and how many times as long programs may take there with `limits.interrupt`. */
const browsers = [
  [findChromium, openChromium, 1.25],
  [findFirefox, openFirefox, 1.6],
];

const KERNELS = `<!doctype html><script type="importmap">{ "imports": { "wapc-host": "/dist/index.js" } }</script>
<script type="module">
  import { WapcHost } from 'wapc-host';
  import { kernelRatios } from '/tests/bench/kernels.js';
  const bytes = new Uint8Array(await (await fetch('/testdata/kernels.wasm')).arrayBuffer());
  await fetch('/ratios', { method: 'POST', body: JSON.stringify(await kernelRatios(WapcHost, bytes)) });
</script>`;

/** Prints what programs that compute take in pages with `limits.interrupt`, against the plain guest. */
export async function kernels() {
  for (const [find, open, most] of browsers) {
    if (find() === undefined) continue;
    const { address, posted, stop } = await serve({ extra: { '/kernels.html': KERNELS }, headers: ISOLATED });
    const browser = await open(`${address}/kernels.html`);
    const ratios = JSON.parse(await posted).map(([name, ratio]) => `${name} ${ratio.toFixed(2)}`);
    await browser.close();
    stop();
    console.log(`limits.interrupt in ${browser.name}: ${ratios.join(', ')} (mean must be <= ${most})`);
  }
}

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
