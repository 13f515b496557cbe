/** Scene 1: calls go both ways. A guest and a callback that is edited in place run in one worker. */

import rust from 'source:testdata/rust/src/lib.rs';
import sample from 'source:www/samples/two-way.js';

import { choices, element, errorElement, field } from '../parts/elements.js';
import { codeEditor } from '../parts/editor.js';
import { count, time } from '../parts/numbers.js';
import { has } from '../parts/platform.js';
import { Sequence } from '../parts/sequence.js';
import { fill, guest } from '../parts/stage.js';
import { Running, located } from '../sandbox/running.js';
import callbacks from '../../samples/callbacks.js';

/** Milliseconds after which a callback that has not answered is stopped, and a sandbox that has not started. */
const [PATIENCE, STARTING] = [2000, 10_000];

const SAMPLE = 'www/samples/two-way.js';

export function mount(section) {
  const name = element('input', { value: 'waPC!', autocomplete: 'off', maxlength: '200' });
  const editor = codeEditor({ label: 'The callback', language: 'js' });
  const chosen = (text) => ((editor.value = text), run());
  const { group, press } = choices('What your code answers', callbacks, chosen);
  editor.area.addEventListener('input', () => press(editor.value));
  editor.value = callbacks[0][0];
  const call = element('button', { class: 'main' }, 'Call the guest');
  const stop = element('button', { type: 'button', disabled: true, onclick: () => userStops() }, 'Stop');
  const sequence = new Sequence('guest, in Rust');
  const trouble = element('div', { class: 'trouble' });
  const form = element(
    'form',
    { class: 'rows' },
    field('The name that it is to greet', name),
    element('div', { class: 'row' }, call, stop),
  );
  form.addEventListener('submit', (event) => (event.preventDefault(), run()));
  const { code, say, state } = fill(section, {
    controls: [group, form],
    stage: [editor.place, sequence.place, trouble],
    code: [
      { name: 'two-way.js', language: 'js', text: sample, sample: SAMPLE },
      { name: 'guest.rs', language: 'rust', text: rust },
    ],
  });

  /** What runs now. */
  let running;

  function end(why) {
    running?.stop(why);
  }

  function userStops() {
    call.focus();
    end('You stopped it.');
  }

  function see(event) {
    if (event.kind === 'ran') code.mark(...event.lines);
    else sequence.add(event);
  }

  async function run() {
    end('Another call took its place.');
    sequence.clear();
    trouble.replaceChildren();
    code.clear();
    state('running');
    say('Calling the guest…');
    stop.disabled = false;
    const sandbox = (running = new Running());
    const endAfter = (patience, what) =>
      setTimeout(() => sandbox.stop(`Stopped: ${what} within ${time(patience)}.`), patience);
    let late;
    try {
      const [bytes] = await Promise.all([guest(has.jspi ? 'rust' : 'rust-asyncified'), sandbox.load('bench')]);
      late = endAfter(STARTING, 'no sandbox started');
      await sandbox.start('bench');
      clearTimeout(late);
      late = endAfter(PATIENCE, 'nothing was answered');
      const began = performance.now();
      const values = { guest: bytes, name: name.value, callback: editor.value };
      await sandbox.run('greet', values, (event) => sandbox === running && see(event));
      if (sandbox === running) say(told(sequence.counts, performance.now() - began) + sandbox.note);
    } catch (error) {
      if (sandbox !== running) return;
      const isStopped = error.name === 'Stopped';
      if (!isStopped && sequence.counts.failure === undefined) trouble.replaceChildren(errorElement(located(error)));
      say(isStopped ? error.message : `It failed: ${error.message}`);
    } finally {
      clearTimeout(late);
      sandbox.stop();
      if (sandbox === running) {
        running = undefined;
        stop.disabled = true;
        state('done');
      }
    }
  }

  return run;
}

function told({ call = 0, log = 0 }, took) {
  const calls = `${count(call)} ${call === 1 ? 'call' : 'calls'} back`;
  return `The guest answered: ${calls}, ${count(log)} log ${log === 1 ? 'line' : 'lines'}, ${time(took)} with its start.`;
}
