/** The chosen guest: loaded, shown, and invoked. */

import { WapcModule } from 'wapc-host';

import { hostCall } from './calls.js';
import { $, element, errorElement, onSubmit } from './elements.js';
import { bytesOf, dump, readings } from './formats.js';
import { GUESTS, wasi } from './guests.js';
import { talk } from './log.js';

/** Can be scrolled: it may be wider than the page. */
const HEX = { class: 'dump', tabindex: '0', role: 'region', 'aria-label': 'The answer in hex' };

/** Instructions of one invocation, some seconds: a guest that computes for ever does not freeze the page. */
const FUEL = 3e9;

/** The module that is shown, and a host of it. */
let current;

/** The chosen module, which pools are made of. */
export const chosen = () => current?.module;

/** Loads a guest, which replaces the one before. */
async function choose(name, source, size) {
  const progress = $('progress');
  progress.hidden = false;
  progress.removeAttribute('value');
  $('guest-status').textContent = `Loading ${name}…`;
  let bytes = size;
  const onProgress = (loaded, total) => {
    bytes = loaded;
    if (total !== undefined) Object.assign(progress, { max: total, value: loaded });
  };
  try {
    const module = await WapcModule.compile(source, { ...talk, wasi, hostCall, onProgress, limits: { fuel: FUEL } });
    const host = await module.instantiate().catch((error) => {
      show(module.info, bytes);
      throw error;
    });
    current?.host.close();
    current?.module.close();
    current = { module, host, name };
    $('guest-status').textContent = `${name} is ready.`;
    show(module.info, bytes);
  } catch (error) {
    $('guest-status').replaceChildren(`${name} cannot be run.`, errorElement(error));
    if (current !== undefined) $('guest-status').append(`${current.name} stays.`);
  } finally {
    progress.hidden = true;
  }
}

/** Shows the description of a module. */
function show({ imports, exports, wasi, producers }, bytes) {
  const made = producers.map(({ field, name, version }) => `${field}: ${name} ${version}`.trim()).join(', ');
  const from = Map.groupBy?.(imports, ({ module }) => module) ?? new Map([['', imports]]);
  const names = (list) => list.map(({ name }) => name).join(', ');
  const rows = [
    ['Size', bytes === undefined ? 'unknown' : `${bytes.toLocaleString('en')} bytes`],
    ['Made by', made || 'it does not say'],
    ['WASI', wasi],
    ...[...from].map(([module, list]) => [`Imports ${module}`, names(list)]),
    ['Exports', names(exports)],
  ];
  const list = element('dl');
  for (const [name, value] of rows) list.append(element('dt', {}, name), element('dd', {}, value));
  $('guest-info').replaceChildren(list);
}

async function invoke() {
  if (current === undefined) return;
  const { host } = current;
  const answer = $('answer');
  try {
    const payload = bytesOf($('payload').value, $('format').value);
    const from = performance.now();
    const response = await host.invoke($('operation').value, payload);
    const took = performance.now() - from;
    answer.replaceChildren(
      element('p', {}, `${response.length.toLocaleString('en')} bytes after ${took.toFixed(2)} ms`),
      ...readings(response).flatMap(([name, text]) => [element('h3', {}, `As ${name}`), element('pre', {}, text)]),
      element('h3', {}, 'In hex'),
      element('pre', HEX, dump(response) || '(nothing)'),
    );
  } catch (error) {
    answer.replaceChildren(errorElement(error));
    if (['WAPC_TRAP', 'WAPC_PROTOCOL', 'WAPC_LIMIT', 'WAPC_TIMEOUT'].includes(error.code)) {
      answer.append('The guest was stopped; the next invocation runs on a fresh instance.');
    }
  }
}

const chooseFile = (file) =>
  file.arrayBuffer().then((buffer) => choose(file.name, new Uint8Array(buffer), buffer.byteLength));

/** Lets files be dropped on an element. */
function acceptFiles(place) {
  const over = (is) => (event) => {
    event.preventDefault();
    place.classList.toggle('over', is);
  };
  place.addEventListener('dragover', over(true));
  place.addEventListener('dragleave', over(false));
  place.addEventListener('drop', (event) => {
    over(false)(event);
    const [file] = event.dataTransfer.files;
    if (file !== undefined) chooseFile(file);
  });
}

const chooseOwn = (name) => choose(name, new URL(GUESTS[name], document.baseURI));

for (const select of ['guests', 'forward']) {
  $(select).append(...Object.keys(GUESTS).map((name) => element('option', {}, name)));
}
$('guests').addEventListener('change', ({ target }) => chooseOwn(target.value));
$('file').addEventListener('change', ({ target }) => target.files[0] && chooseFile(target.files[0]));
acceptFiles($('drop'));
onSubmit($('from-url'), () => {
  const url = $('url').value.trim();
  if (url !== '') choose(url, new URL(url, document.baseURI).href);
});
onSubmit($('invoke'), invoke);
chooseOwn($('guests').value);
