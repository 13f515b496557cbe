/** Scene 5: a guest that somebody brings runs in a sandbox of its own, and can be shared by a link. */

import sample from 'source:www/samples/own.js';

import { codeEditor } from '../parts/editor.js';
import { choices, element, errorElement, field } from '../parts/elements.js';
import { FORMATS, bytesOf } from '../parts/formats.js';
import { loadAddress, loadFile } from '../parts/load.js';
import { count, size, time } from '../parts/numbers.js';
import { Sequence } from '../parts/sequence.js';
import { sharedBy } from '../parts/share.js';
import { fill } from '../parts/stage.js';
import { Running, located } from '../sandbox/running.js';
import { about } from './own/about.js';
import { answerElement } from './own/answer.js';
import { fromFiles } from './own/dropped.js';
import { absolute, cut, nameOf } from './own/names.js';
import { EXAMPLE, OURS, isOurs, oursAt } from './own/ours.js';
import { sharing } from './own/sharing.js';

/** Milliseconds after which a guest, or its callback, is stopped with its worker: well after its own deadline. */
const PATIENCE = 10_000;

const SAMPLE = 'www/samples/own.js';

/** Why an invocation is late: the events that were told of it say where it is. */
function whyLate({ invoke, call = 0, answer = 0, refusal = 0 }) {
  if (invoke === undefined) return 'nothing was invoked: the script of its callback, which runs first, has not ended';
  return call > answer + refusal ? 'its callback has not answered' : 'it has not ended';
}

/** What other parts of the page call. */
let scene;
export const takeFiles = (files) => scene.takeFiles(files);
export const openShared = (fragment) => scene.openShared(fragment);

export function mount(section) {
  const address = element('input', { inputmode: 'url', placeholder: 'https://…/guest.wasm', autocomplete: 'off' });
  // Emptied before each choice: the same file, built anew, would be no change.
  const empty = () => (file.value = '');
  const file = element('input', { type: 'file', accept: '.wasm,application/wasm', onclick: empty });
  const named = Object.entries(OURS).map(([path, { name }]) => [path, name]);
  const ours = choices('Or one of ours', named, (path) => bringOurs(path));
  const load = element(
    'form',
    { class: 'row' },
    field('The address of a guest', address),
    element('button', {}, 'Load'),
  );
  const head = element('div', { class: 'guest-place' });
  const operations = element('div', { class: 'operations' });
  const operation = element('input', { autocomplete: 'off', autocapitalize: 'off', spellcheck: 'false' });
  const payload = element('textarea', { rows: 3, spellcheck: 'false' });
  let format = 'text';
  const formats = choices('The payload is', FORMATS, (value) => (format = value));
  const editor = codeEditor({ label: 'The callback that answers its calls', language: 'js' });
  const invoke = element('button', { class: 'main' }, 'Invoke');
  const stop = element('button', { type: 'button', disabled: true, onclick: () => userStops() }, 'Stop');
  const share = sharing();
  const answer = element('div', { class: 'answer' });
  const sequence = new Sequence('your guest');
  sequence.place.hidden = true;
  const form = element(
    'form',
    { class: 'rows' },
    field('Operation', operation),
    operations,
    element('div', {}, element('span', { class: 'label-of' }, 'Payload'), formats.group),
    payload,
    element('details', { class: 'answers' }, element('summary', {}, 'What answers its calls'), editor.place),
    element('div', { class: 'row' }, invoke, stop),
  );
  payload.setAttribute('aria-label', 'Payload');
  const { code, say, state } = fill(section, {
    controls: [
      load,
      field('A file: drop it anywhere, or choose it', file),
      element('div', {}, element('span', { class: 'label-of' }, 'One of ours'), ours.group),
    ],
    stage: [element('div', { class: 'pad rows' }, head, form, answer, share.place), sequence.place],
    code: [{ name: 'own.js', language: 'js', text: sample, sample: SAMPLE }],
  });

  /** The guest that is shown: its name, its address if it has one, and once it is loaded its bytes. */
  let current;
  let running;
  /** True while what a link brought waits for somebody to press the button. */
  let isWaiting = false;
  /** True while the editor holds what a link brought, in whole or in part: until it is emptied. */
  let isStrangers = false;
  editor.area.addEventListener('input', () => (isStrangers &&= editor.value.trim() !== ''));

  function end(why) {
    running?.stop(why);
  }

  function userStops() {
    invoke.focus();
    end('You stopped it.');
  }

  const fromAddress = (text) => ({ name: nameOf(text), address: text });

  /** The invocation that the page or a link has filled in last. */
  let example;

  /** Fills in an invocation. */
  function fillIn(values) {
    example = values;
    operation.value = values.operation;
    payload.value = values.payload;
    format = values.format;
    formats.press(format);
    editor.value = values.callback;
    isStrangers = false;
  }

  /** True while that has not been changed; its operation does not count, since each guest has others. */
  const isUntouched = () =>
    payload.value === example.payload && format === example.format && editor.value === example.callback;

  /** Loads one of the page's own guests, with an invocation that shows what it does. */
  function bringOurs(path) {
    fillIn(OURS[path]);
    return bring(fromAddress(path), true);
  }

  /** Loads a guest that somebody brings. What they have written stays; the example of another guest does not. */
  function bringTheirs(guest) {
    if (isUntouched()) fillIn({ ...EXAMPLE, operation: operation.value });
    return bring(guest);
  }

  /** Shows which guest it is, wherever that is said. */
  function name(guest) {
    current = guest;
    address.value = guest.address !== undefined && !Object.hasOwn(OURS, guest.address) ? guest.address : '';
    if (guest.file === undefined) file.value = '';
    ours.press(guest.address ?? '');
    operations.replaceChildren();
    answer.replaceChildren();
    sequence.clear();
    sequence.place.hidden = true;
    showLink();
  }

  /** Has one piece of work done in a sandbox; another one takes its place. */
  async function during(work) {
    end('Something else took its place.');
    const mine = (running = new Running());
    const isMine = () => mine === running;
    stop.disabled = false;
    state('running');
    let late;
    const begin = async (options, reason = () => 'it has not ended') => {
      await mine.load('bench-full');
      const tell = () => `${mine.isStarted ? reason() : 'no sandbox has started'} within ${time(PATIENCE)}`;
      late = setTimeout(() => mine.stop(tell(), 'Late'), PATIENCE);
      await mine.start('bench-full', options);
    };
    try {
      await work(mine, isMine, begin);
    } catch (error) {
      if (!isMine()) return;
      say(error.name === 'Stopped' ? error.message : `It failed: ${error.message}`);
    } finally {
      clearTimeout(late);
      mine.stop();
      if (isMine()) {
        running = undefined;
        stop.disabled = true;
        state('done');
      }
    }
  }

  /**
   * Loads a guest, says what it is, and finds its operations. True if it is one.
   * @param {object} guest
   * @param {boolean} [isGiven] the operation is chosen already
   */
  async function bring(guest, isGiven = false) {
    isWaiting = false;
    name(guest);
    let isGuest = false;
    const notes = (note) => (note === undefined ? [] : [element('small', {}, note)]);
    const also = guest.note === undefined ? '' : ` ${guest.note}`;
    await during(async (sandbox, isMine, begin) => {
      head.replaceChildren(element('p', { class: 'empty' }, `Loading ${guest.name}…`));
      say(`Loading ${guest.name}…`);
      try {
        guest.bytes = await bytesFrom(guest, sandbox, isMine);
        await begin();
        const noted = notes(guest.note ?? oursAt(guest.address)?.note);
        const see = (event) =>
          isMine() && event.kind === 'info' && head.replaceChildren(about({ ...guest, ...event }), ...noted);
        const found = await sandbox.run('look', { guest: guest.bytes, name: guest.name }, see);
        if (!isMine()) return;
        isGuest = true;
        showOperations(found.operations, isGiven);
        const { length } = found.operations;
        const many = `${count(length)} ${length === 1 ? 'operation' : 'operations'}`;
        say(`${guest.name}: ${many} found among ${count(found.tried)} names.${also}`);
      } catch (error) {
        if (!isMine()) return;
        guest.bytes = undefined;
        const isStopped = error.name === 'Stopped';
        const outcome = isStopped ? ' was not loaded.' : ' cannot be run.';
        const told = element('p', {}, element('b', {}, guest.name), outcome);
        head.replaceChildren(told, ...(isStopped ? [] : [errorElement(error), ...notes(guest.note)]));
        if (isStopped) throw error;
        say(`${guest.name}${outcome}${also}`);
      }
    });
    return isGuest;
  }

  /** The bytes of a guest, with how far they are. */
  function bytesFrom(guest, sandbox, isMine) {
    if (guest.file !== undefined) return loadFile(guest.file);
    const loading = new AbortController();
    sandbox.whenStopped((error) => loading.abort(error));
    const progress = (loaded) => isMine() && say(`Loading ${guest.name}: ${size(loaded)}`);
    return loadAddress(guest.address, progress, loading.signal);
  }

  /** Offers operations. */
  function showOperations(found, isGiven) {
    const choose = (value) => (operation.value = value);
    if (found.length === 0) return operations.replaceChildren();
    const { group, press } = choices(
      'Operations that were found',
      found.map((name) => [name, name]),
      choose,
    );
    if (!isGiven && !found.includes(operation.value)) operation.value = found.includes('hello') ? 'hello' : found[0];
    press(operation.value);
    operation.oninput = () => press(operation.value);
    return operations.replaceChildren(group);
  }

  async function run() {
    if (isWaiting && !(await bring(current, true))) return;
    if (current?.bytes === undefined) return say('There is no guest to invoke: load one first.');
    answer.replaceChildren(element('p', { class: 'empty' }, 'It runs…'));
    sequence.clear();
    sequence.place.hidden = false;
    code.clear();
    await during(async (sandbox, isMine, begin) => {
      say(`Invoking ${operation.value}…`);
      try {
        const bytes = bytesOf(payload.value, format);
        const { bytes: guest, name } = current;
        const preopens = oursAt(current.address)?.preopens;
        await begin({ isApart: isStrangers }, () => whyLate(sequence.counts));
        const see = (event) => {
          if (!isMine()) return;
          if (event.kind === 'ran') code.mark(...event.lines);
          else sequence.add(event);
        };
        const values = { guest, name, preopens, operation: operation.value, payload: bytes, callback: editor.value };
        const from = performance.now();
        const response = await sandbox.run('invoke', values, see);
        if (!isMine()) return;
        answer.replaceChildren(answerElement(response, format));
        say(
          `${operation.value} answered with ${size(response.length)}, ${time(performance.now() - from)} with its start.${sandbox.note}`,
        );
      } catch (error) {
        if (isMine()) answer.replaceChildren(...(error.name === 'Stopped' ? [] : [errorElement(located(error))]));
        throw error;
      }
    });
  }

  function showLink() {
    const guest = current?.address === undefined ? undefined : absolute(current.address);
    share.showLink({ guest, operation: operation.value, payload: payload.value, format, callback: editor.value });
  }
  form.addEventListener('input', showLink);
  form.addEventListener('click', showLink);
  form.addEventListener('submit', (event) => (event.preventDefault(), run()));
  load.addEventListener('submit', (event) => {
    event.preventDefault();
    if (address.value.trim() !== '') bringTheirs(fromAddress(address.value.trim()));
  });
  file.addEventListener('change', () => file.files.length > 0 && bringTheirs(fromFiles([...file.files])));

  /** Shows what a link brought. Nothing of it is fetched or run before the button is pressed. */
  function openShared(fragment) {
    let shared;
    try {
      shared = sharedBy(fragment);
    } catch (error) {
      // The scene would run by itself once it is seen, and say something else.
      section.dataset.state ??= 'done';
      section.scrollIntoView({ behavior: 'instant' });
      return say(`The link was not opened: ${error.message}.`);
    }
    end('A link took its place.');
    running = undefined;
    stop.disabled = true;
    name(fromAddress(shared.guest));
    isWaiting = true;
    const isFormat = FORMATS.some(([value]) => value === shared.format);
    fillIn({ ...shared, format: isFormat ? shared.format : 'text' });
    isStrangers = !isOurs(shared.callback);
    section.querySelector('.answers').open = true;
    const accept = () => {
      // The button that has the focus is about to go.
      invoke.focus({ preventScroll: true });
      run();
    };
    const button = element('button', { class: 'main', onclick: accept }, 'Load it and run');
    const told = 'This comes from a link. Nothing of it was fetched, and nothing runs before you press:';
    head.replaceChildren(
      element('div', { class: 'shared rows' }, element('p', {}, told), element('code', {}, cut(shared.guest)), button),
    );
    showLink();
    say('A link was opened. Nothing of it runs before you press.');
    state('waiting');
    return section.scrollIntoView({ behavior: 'instant' });
  }

  fillIn(EXAMPLE);
  scene = {
    takeFiles(files) {
      section.scrollIntoView({ behavior: 'instant' });
      return bringTheirs(fromFiles(files));
    },
    openShared,
  };
  return async () => {
    if (current !== undefined) return;
    if (await bringOurs(Object.keys(OURS)[0])) await run();
  };
}
