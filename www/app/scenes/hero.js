/** The greeting at the top of the page. */

import { WapcHost } from 'wapc-host';

import browser from 'source:www/samples/browser.js';
import command from 'source:www/samples/command.sh';
import node from 'source:www/samples/node.mjs';

import { codePanel, copyButton } from '../parts/code.js';
import { $, element, errorElement, reloadButton } from '../parts/elements.js';
import { latestOf } from '../parts/latest.js';
import { meanTime, time } from '../parts/numbers.js';

const SAMPLE = 'www/samples/browser.js';

const code = codePanel('the code', [
  { name: 'Browser', language: 'js', text: browser, sample: SAMPLE },
  { name: 'Node', language: 'js', text: node },
  { name: 'Command line', language: 'sh', text: command },
]);

const said = $('said');
const form = $('hello');

const told = (who, what) =>
  element('p', { class: `line-of ${who}` }, element('span', {}, what), element('span', { class: 'figure' }, who));

/** Lines that the guest logged for the latest name. */
const lines = [];

/** A promise of the sample's function that greets; undefined before the first name, and after a failure to load. */
let greeter;

/** Loads the sample's script. */
async function loadScript() {
  try {
    return await import('sample:www/samples/browser.js');
  } catch (cause) {
    throw Object.assign(new Error('the script that greets could not be loaded', { cause }), { isOfScript: true });
  }
}

/** Loads the sample, and its guest. What failed once is loaded again for the next name. */
async function load() {
  try {
    const sample = await loadScript();
    return await sample.greeter(lines);
  } catch (error) {
    greeter = undefined;
    throw error;
  }
}

/** The greeting of the latest name is the one that is shown. */
const inTurn = latestOf();
const greet = () => inTurn(greetOnce);

async function greetOnce(isLatest) {
  const greeting = $('greeting');
  code.clear();
  try {
    greeter ??= load();
    const greetBy = await greeter;
    if (!isLatest()) return;
    lines.length = 0;
    const from = performance.now();
    const text = await greetBy($('name').value);
    const took = performance.now() - from;
    if (!isLatest()) return;
    said.replaceChildren(...lines.map((line) => told('guest', line)));
    greeting.replaceChildren(text);
    $('took').textContent = `answer, after ${time(took)}`;
    showWhenGreeted();
  } catch (error) {
    if (!isLatest()) return;
    said.replaceChildren();
    greeting.replaceChildren(errorElement(error), ...(error.isOfScript ? [reloadButton()] : []));
    $('took').textContent = '';
  }
}

/** Shows when the page first greeted, and measures an invocation once the page is idle. */
function showWhenGreeted() {
  const figure = $('greeted-figure');
  if (!figure.hidden) return;
  $('greeted-time').textContent = time(performance.now());
  figure.hidden = false;
  const idle = globalThis.requestIdleCallback ?? ((work) => setTimeout(work, 200));
  idle(() => measure().catch(() => {}));
}

/** Measures one invocation with its host call: the shortest of some rounds, which no other work disturbed. */
async function measure() {
  const options = { codec: 'text', hostCall: { foo: { echo: (name) => name } }, logger() {} };
  const host = await WapcHost.instantiate('hello.wasm', options);
  const CALLS = 500;
  let best = Infinity;
  for (let round = 0; round < 10; round++) {
    const from = performance.now();
    for (let call = 0; call < CALLS; call++) host.invokeSync('echo', 'waPC!');
    best = Math.min(best, (performance.now() - from) / CALLS);
    await new Promise((resolve) => setTimeout(resolve));
  }
  host.close();
  $('call-time').textContent = meanTime(best);
  $('call-figure').hidden = false;
}

/** Greets once, and whenever another name is written. */
export async function greetAtOnce() {
  $('hero-code').firstElementChild.replaceWith(code.panel);
  $('install').append(copyButton(() => 'npm install wapc-host', 'Copy the command'));
  $('name').addEventListener('input', greet);
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    greet();
  });
  await greet();
}
