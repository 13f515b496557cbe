/** Measures in each installed browser: the demo page's way to its greeting, and guests that can be interrupted. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { findChromium, findFirefox } from '../../tools/browsers.js';
import { buildPage } from '../../tools/page/build.js';
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

/** Prints the times, and those of the same page whose greeting is done by `@wapc/host`. */
export async function page() {
  const times = new Map();
  for (const host of [undefined, join(root, 'tests/bench/peer-host.js')]) {
    const { site } = await buildPage(host);
    const html = readFileSync(join(site, 'index.html'), 'utf8');
    const script = '<script type="module" src="/greeted.js"></script>';
    const extra = {
      '/www/dist/greeted.html': html.replace('<link rel="stylesheet"', `${script}$&`),
      '/greeted.js': readFileSync(join(root, 'tests/bench/greeted.js')),
    };
    for (const [find, open] of browsers) {
      if (find() === undefined) continue;
      const { name, time } = await timeToGreet(open, extra);
      times.set(name, [...(times.get(name) ?? []), time]);
    }
  }
  for (const [name, [ours, peer]] of times) {
    const ratio = (ours / peer).toFixed(2);
    console.log(
      `the page greets ${ours.toFixed(0)} ms after its first navigation in ${name} (at most 1000), ` +
        `with @wapc/host ${peer.toFixed(0)} ms: ${ratio} times (at most 3)`,
    );
  }
}

/** The median of some first visits. */
async function timeToGreet(open, extra) {
  const times = [];
  let name;
  for (let run = 0; run < RUNS; run++) {
    const { address, posted, stop } = await serve({ extra, headers: ISOLATED });
    const browser = await open(`${address}/www/dist/greeted.html`);
    const told = await posted;
    if (Number.isNaN(Number(told))) throw new Error(`the page did not greet: ${told}`);
    times.push(Number(told));
    name = browser.name;
    await browser.close();
    stop();
  }
  return { name, time: median(times) };
}
