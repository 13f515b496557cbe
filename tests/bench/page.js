/** Measures in each installed browser: invocations, first uses, the demo page, and guests that can be interrupted. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { buildSync } from 'esbuild';

import { findChromium, findFirefox } from '../../tools/browsers.js';
import { buildPage } from '../../tools/page/build.js';
import { root } from '../../tools/run.js';
import { openChromium, openFirefox, startChromium } from '../browser/browsers.js';
import { ISOLATED, serve } from '../browser/serve.js';
import { median } from './measure.js';
import { pageOf, postedBy } from './posting-page.js';
import { print } from './table.js';

const RUNS = 5;
/** Runs of first uses, in turns with those of the peer. */
const FIRST_USES = 25;

/** The browsers, and how many times as long programs may take there with `limits.interrupt`. */
const browsers = [
  [findChromium, openChromium, 1.25],
  [findFirefox, openFirefox, 1.6],
];

/** The peer as a module. */
function peer() {
  const { outputFiles } = buildSync({
    stdin: { contents: "export { instantiate } from '@wapc/host'", resolveDir: root },
    bundle: true,
    format: 'esm',
    write: false,
    logLevel: 'error',
  });
  return outputFiles[0].text;
}

const ROWS = pageOf(`
  import { rows } from '/tests/bench/in-page.js';
  const only = new URLSearchParams(location.search).get('only') ?? undefined;
  await fetch('/rows', { method: 'POST', body: JSON.stringify(await rows(only)) });
`);

/** Milliseconds after which a page is at rest. Until then a first use takes half as long again: the browser is still loading the page. */
const REST = 500;

/**
 * From `instantiate` to the first answer, in a page that has used nothing before: as soon as the package is imported, or
 * once the page has come to rest.
 */
const FIRST_USE = pageOf(`
  const bytes = new Uint8Array(await (await fetch('/testdata/bench.wasm')).arrayBuffer());
  const hostCall = (binding, namespace, operation, payload) => payload;
  const asked = new URLSearchParams(location.search);
  const isPeer = asked.has('peer');
  const api = isPeer ? await import('@wapc/host') : (await import('wapc-host')).WapcHost;
  if (asked.has('rest')) await new Promise((resolve) => setTimeout(resolve, ${REST}));
  const began = performance.now();
  const host = await api.instantiate(bytes, isPeer ? hostCall : { hostCall });
  await host.invoke('echo', new Uint8Array(32));
  await fetch('/time', { method: 'POST', body: String(performance.now() - began) });
`);

/** A part of the labels of cases that need a page that is not isolated. */
const SEPARATE = 'without shared memory';

/** Prints the cases that run in pages, or those whose names contain `only`. */
export async function inPages(only) {
  const extra = { '/peer.js': peer() };
  for (const [find, open] of browsers) {
    if (find() === undefined) continue;
    const queryOf = (only) => (only === undefined ? '' : `?only=${encodeURIComponent(only)}`);
    const { name, told } = await postedBy(open, ROWS, { query: queryOf(only), extra });
    // The case of pages that are not isolated.
    const apart = await postedBy(open, ROWS, { query: queryOf(only ?? SEPARATE), headers: {}, extra });
    const rows = [...JSON.parse(told), ...JSON.parse(apart.told).filter(([label]) => label.includes(SEPARATE))];
    if (rows.length === 0) continue;
    console.log(`\n${name}`);
    print(rows);
  }
}

/**
 * Prints how long the first use takes in a page, against `@wapc/host`. Of Chromium the pages are opened in turns in one that
 * runs: just after a browser has started, its other processes take up to half of the time.
 */
export async function firstUse() {
  const extra = { '/peer.js': peer() };
  for (const [find, open] of browsers) {
    if (find() === undefined) continue;
    const running = open === openChromium ? await startChromium() : undefined;
    const times = { '?': [], '?peer': [], '?rest': [], '?rest&peer': [] };
    let browser;
    try {
      for (let run = 0; run < FIRST_USES; run++) {
        for (const query of Object.keys(times)) {
          const { name, told } = await postedBy(running?.open ?? open, FIRST_USE, { query, extra });
          browser = name;
          times[query].push(Number(told));
        }
      }
    } finally {
      await running?.close();
    }
    const [ours, theirs, oursAtRest, theirsAtRest] = Object.values(times).map(median);
    const against = (ours, theirs) =>
      `${ours.toFixed(1)} ms, with @wapc/host ${theirs.toFixed(1)} ms: ${(ours / theirs).toFixed(2)} times (at most 3)`;
    console.log(`the first use in ${browser}, from instantiate to the first answer
  in a page at rest: ${against(oursAtRest, theirsAtRest)}
  at once: ${against(ours, theirs)}`);
  }
}

const KERNELS = pageOf(`
  import { WapcHost } from 'wapc-host';
  import { kernelRatios } from '/tests/bench/kernels.js';
  const bytes = new Uint8Array(await (await fetch('/testdata/kernels.wasm')).arrayBuffer());
  await fetch('/ratios', { method: 'POST', body: JSON.stringify(await kernelRatios(WapcHost, bytes)) });
`);

/** Prints what programs that compute take in pages with `limits.interrupt`, against the plain guest: the middle of some runs. */
export async function kernels() {
  for (const [find, open, most] of browsers) {
    if (find() === undefined) continue;
    const runs = [];
    let browser;
    for (let run = 0; run < RUNS; run++) {
      const { name, told } = await postedBy(open, KERNELS);
      browser = name;
      runs.push(JSON.parse(told));
    }
    const ratios = runs[0].map(([kernel], index) => `${kernel} ${median(runs.map((run) => run[index][1])).toFixed(2)}`);
    console.log(`limits.interrupt in ${browser}: ${ratios.join(', ')} (mean must be <= ${most})`);
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
