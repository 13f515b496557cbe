/**
 * `npm run bench:compare -- OTHER_DIST [CASE] [ENGINE]`: compares invocations and first uses in this build with those in another
 * one, by turns, on this Node, on one with JSPI, and in the installed browsers, or where `ENGINE` says (`Node`, `Chromium` or `Firefox`). Prints the median of the ratios of times
 * (this / other: above 1 is slower), and its 95% confidence interval. JIT compilers decide differently from process to
 * process, so the turns are spread over many processes or pages. A build's workers are measured in one of their own: two
 * pools in one process have more threads than there are processors, and the scheduler would decide the result.
 */

import { spawnSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

import { findChromium, findFirefox } from '../../tools/browsers.js';
import { nodeWithJspi } from '../../tools/engines.js';
import { fail } from '../../tools/run.js';
import { openFirefox, startChromium } from '../browser/browsers.js';
import { median } from './measure.js';
import { pageOf, postedBy } from './posting-page.js';

/** The kinds of cases (`compared.js`): how many turns each takes, and whether each build has a process or page of its own. */
const KINDS = [
  { kind: 'inThread', turns: 12, apart: false },
  { kind: 'inWorkers', turns: 16, apart: true },
  { kind: 'firstUse', turns: 25, apart: true },
];
const script = fileURLToPath(new URL('compared-in-node.js', import.meta.url));
const own = fileURLToPath(new URL('../../dist', import.meta.url));

/** Where it was measured, and the ratios of each turn, by case. By turns: what is loaded, or runs, first is a little slower for it. */
async function ratiosOf(measured, other, only, { kind, turns: most, apart }) {
  const turns = [];
  let where;
  for (let number = 0; number < most; number++) {
    const builds = number % 2 === 0 ? [own, other] : [other, own];
    const runs = [];
    for (const some of apart ? builds.map((build) => [build]) : [builds]) {
      const { where: measuredIn, times } = await measured(kind, only, some);
      where = measuredIn;
      runs.push(times);
    }
    const names = Object.keys(runs[0]);
    // No case of this kind was asked for.
    if (names.length === 0) break;
    const ratios = names.map((name) => {
      const { [own]: ours, [other]: theirs } = Object.assign({}, ...runs.map((run) => run[name]));
      return [name, apart ? [median(ours) / median(theirs)] : ours.map((time, round) => time / theirs[round])];
    });
    turns.push(Object.fromEntries(ratios));
  }
  return { where, turns };
}

/** The 95% confidence interval of the median, by bootstrapping over turns. */
function interval(turns) {
  const draws = Array.from({ length: 2000 }, () =>
    median(turns.flatMap(() => turns[Math.floor(Math.random() * turns.length)])),
  ).sort((a, b) => a - b);
  return [draws[50], draws[1949]];
}

/**
 * Prints the ratios of all cases.
 * @param {(kind: string, only: string, builds: string[]) => Promise<{ where: string, times: Times }>} measured measures
 * builds in a process or page of their own
 * @typedef {Record<string, Record<string, number[]>>} Times ns of each round, by case and build
 */
async function compare(measured, other, only) {
  let printed;
  for (const what of KINDS) {
    const { where, turns } = await ratiosOf(measured, other, only, what);
    if (printed !== where) console.log(`\n${where}: the time of this build / of the other`);
    printed = where;
    for (const name of Object.keys(turns[0] ?? {})) {
      const ratios = turns.map((turn) => turn[name]);
      const [low, high] = interval(ratios).map((ratio) => ratio.toFixed(3));
      const all = ratios.flat();
      console.log(`${name.padEnd(50)} ${median(all).toFixed(3)}  [${low}, ${high}]  ${all.length} turns`);
    }
  }
}

/** Measures in a process of a Node. */
const inNode = (node) => {
  const { stdout: version } = spawnSync(node, ['--version'], { encoding: 'utf8' });
  return async (kind, only, builds) => {
    const { status, stdout, stderr } = spawnSync(node, [script, kind, only, ...builds], { encoding: 'utf8' });
    if (status !== 0) fail(stderr);
    return { where: `Node ${version.trim()}`, times: JSON.parse(stdout) };
  };
};

/** The page of a turn: the query of its address has the kind, the cases, and the folders of the builds. */
const PAGE = pageOf(`
  import { timesOf } from '/tests/bench/compared.js';
  const [kind, only, ...builds] = JSON.parse(decodeURIComponent(location.search.slice(1)));
  const load = (build) => import(build + '/index.js');
  const read = async (name) => new Uint8Array(await (await fetch('/testdata/' + name + '.wasm')).arrayBuffer());
  await fetch('/times', { method: 'POST', body: JSON.stringify(await timesOf(kind, only, builds, load, read)) });
`);

/** Measures in isolated pages that `open` opens. */
const inPages = (open, other) => {
  const files = readdirSync(other).filter((name) => /\.(js|wasm)$/.test(name));
  const extra = Object.fromEntries(files.map((name) => [`/other/${name}`, readFileSync(join(other, name))]));
  const paths = { '/dist': own, '/other': other };
  const folderOf = (build) => (build === own ? '/dist' : '/other');
  return async (kind, only, builds) => {
    const query = `?${encodeURIComponent(JSON.stringify([kind, only, ...builds.map(folderOf)]))}`;
    const { name: where, told } = await postedBy(open, PAGE, { query, extra });
    const byPath = (times) =>
      Object.fromEntries(Object.entries(times).map(([folder, rounds]) => [paths[folder], rounds]));
    const times = Object.entries(JSON.parse(told)).map(([name, each]) => [name, byPath(each)]);
    return { where, times: Object.fromEntries(times) };
  };
};

const [, , folder, only = '', engine = ''] = process.argv;
if (folder === undefined) fail('usage: npm run bench:compare -- OTHER_DIST [CASE] [ENGINE]');
const other = resolve(folder);
const isAsked = (name) => name.startsWith(engine);
if (isAsked('Node'))
  for (const node of [process.execPath, nodeWithJspi()].filter(Boolean)) await compare(inNode(node), other, only);
if (isAsked('Chromium') && findChromium() !== undefined) {
  // One browser for all pages: just after it has started, its other processes take up to half of the time.
  const { open, close } = await startChromium();
  try {
    await compare(inPages(open, other), other, only);
  } finally {
    await close();
  }
}
if (isAsked('Firefox') && findFirefox() !== undefined) await compare(inPages(openFirefox, other), other, only);
