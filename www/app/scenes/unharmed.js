/** Scene 2: guests that misbehave, on this thread and in a worker, while the page's frames are watched. */

import { attempt, greetAgain, inWorker, onThisThread } from 'sample:www/samples/unharmed.js';
import rust from 'source:testdata/page/misbehaving/src/lib.rs';
import sample from 'source:www/samples/unharmed.js';

import { bars } from '../parts/bars.js';
import { choices, element, errorElement } from '../parts/elements.js';
import { Frames, nextFrame } from '../parts/frames.js';
import { latestOf } from '../parts/latest.js';
import { time } from '../parts/numbers.js';
import { fill, guest, line } from '../parts/stage.js';

const OPERATIONS = [
  ['spin', 'loops for ever'],
  ['recurse', 'recurses'],
  ['fill', 'fills memory'],
  ['outside', 'reads outside'],
  ['lie', 'lies about lengths'],
];

const PLACES = [
  ['thread', 'on this thread'],
  ['worker', 'in a worker'],
];

/** Milliseconds of a frame that is noticed: three at 60 a second. */
const NOTICED = 50;

/** Frames that are watched before and after the guest. */
const AROUND = 8;

/** The text in place of the row of frames, of a page that was hidden while they were measured. */
const UNSEEN = ' The page was hidden meanwhile, so its frames are no measure.';

/** The row of the longest frame. */
const longest = (value) => ({
  label: 'longest frame',
  value,
  text: time(value),
  kind: value > NOTICED ? 'bad' : 'good',
});

export function mount(section) {
  let [operation, place] = [OPERATIONS[0][0], PLACES[0][0]];
  const all = choices('What the guest does', OPERATIONS, (value) => ((operation = value), run()));
  for (const button of all.group.children) button.classList.add('danger');
  const places = choices('Where it runs', PLACES, (value) => ((place = value), run()));
  const deadline = element('input', { type: 'range', min: 20, max: 500, step: 10, value: 100 });
  const shown = element('output');
  const show = () => (shown.textContent = `${deadline.value} ms`);
  deadline.addEventListener('input', show);
  deadline.addEventListener('change', () => run());
  show();
  const frames = new Frames();
  const outcome = element('div', { class: 'outcome' });
  const measured = element('div', { class: 'measured' });
  const caption = element('figcaption', {}, 'This page’s frames, one bar each; the line is 60 a second');
  const { code, say, state } = fill(section, {
    controls: [
      all.group,
      places.group,
      element('label', { class: 'field' }, element('span', { class: 'label' }, 'Its deadline: ', shown), deadline),
    ],
    stage: [element('div', { class: 'pad rows' }, outcome, measured, element('figure', {}, frames.canvas, caption))],
    code: [
      { name: 'unharmed.js', language: 'js', text: sample, sample: 'www/samples/unharmed.js' },
      { name: 'misbehaving.rs', language: 'rust', text: rust },
    ],
  });

  /** Hosts that are kept for the next run, by place and deadline. */
  const hosts = new Map();
  let lines = [];

  async function hostOf(place, timeout) {
    const key = `${place} ${timeout}`;
    if (!hosts.has(key)) {
      for (const [other, host] of hosts) {
        hosts.delete(other);
        host.then((host) => (host.destroy ?? host.close).call(host)).catch(() => {});
      }
      const make = place === 'thread' ? onThisThread : inWorker;
      hosts.set(
        key,
        make(await guest('misbehaving'), timeout, (text) => lines.push(text)),
      );
      hosts.get(key).catch(() => hosts.delete(key));
    }
    return hosts.get(key);
  }

  const inTurn = latestOf();

  function run() {
    outcome.replaceChildren(element('p', { class: 'empty' }, 'It runs…'));
    measured.replaceChildren();
    state('running');
    return inTurn(once);
  }

  async function once(isLatest) {
    const [name, where, timeout] = [operation, place, Number(deadline.value)];
    code.clear();
    lines = [];
    try {
      const host = await hostOf(where, timeout);
      frames.start();
      for (let frame = 0; frame < AROUND; frame++) await nextFrame();
      const from = performance.now();
      const error = await attempt(host, name);
      const took = performance.now() - from;
      const again = performance.now();
      const greeting = await greetAgain(host);
      const next = performance.now() - again;
      for (let frame = 0; frame < AROUND; frame++) await nextFrame();
      const worst = frames.stop();
      outcome.replaceChildren(
        ...lines.map((text) => line('guest', [text], 'the guest logs')),
        line('failed', [element('strong', {}, error.code ?? error.name), ` ${error.message}`], time(took)),
        line('good', [greeting], `the next call, ${time(next)}`),
      );
      const deadline = { label: 'deadline', value: timeout, text: time(timeout), kind: 'host' };
      measured.replaceChildren(
        bars('ms', [
          ...(error.code === 'WAPC_TIMEOUT' ? [deadline] : []),
          { label: 'stopped after', value: took, text: time(took), kind: 'guest' },
          ...(worst === undefined ? [] : [longest(worst)]),
        ]),
      );
      const late = error.code === 'WAPC_TIMEOUT' ? `, ${time(Math.max(0, took - timeout))} late` : '';
      say(
        `${error.code} after ${time(took)}${late}. The next call answered: ${greeting}.${worst === undefined ? UNSEEN : ''}`,
      );
    } catch (error) {
      frames.stop();
      outcome.replaceChildren(errorElement(error));
      say(`It could not be tried: ${error.message}`);
    }
    if (isLatest()) state('done');
  }

  return run;
}
