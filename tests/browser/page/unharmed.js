/** Scene 2: guests that misbehave. */

import { Scene, equal, expect } from './person.js';

const scene = new Scene('unharmed');

const OUTCOMES = [
  ['loops for ever', 'WAPC_TIMEOUT'],
  ['recurses', 'WAPC_TRAP'],
  ['fills memory', 'WAPC_TRAP'],
  ['reads outside', 'WAPC_TRAP'],
  ['lies about lengths', 'WAPC_PROTOCOL'],
];

const code = () => scene.$('.outcome strong')?.textContent;
const figures = () => scene.all('.bars dt').map(({ textContent }) => textContent);

export const tests = {
  async 'unharmed: a guest that loops for ever, by itself'() {
    await scene.see();
    equal(code(), 'WAPC_TIMEOUT');
    equal(figures(), ['deadline', 'stopped after', 'longest frame']);
    expect(scene.status.includes('The next call answered: Hello, again.'), scene.status);
    expect(scene.$('canvas').getAttribute('aria-label').includes('longest'), 'the frames are not told');
  },
  async 'unharmed: each of them, on this thread and in a worker'() {
    const deadline = scene.$('input[type="range"]');
    deadline.value = 500;
    deadline.dispatchEvent(new Event('input'));
    for (const place of ['on this thread', 'in a worker']) {
      await scene.press(place);
      for (const [name, wanted] of OUTCOMES) {
        await scene.press(name);
        equal(code(), wanted, `${name} ${place}:`);
        expect(scene.text.includes('Hello, again'), scene.text);
        equal(figures().includes('deadline'), wanted === 'WAPC_TIMEOUT');
      }
    }
    expect(scene.text.includes('500 ms'), 'the deadline is not shown');
  },
  async 'unharmed: the page goes on while a worker loops'() {
    let frames = 0;
    scene.button('loops for ever').click();
    const look = () => scene.section.dataset.state === 'running' && (frames++, requestAnimationFrame(look));
    requestAnimationFrame(look);
    equal(scene.$('.outcome').textContent, 'It runs…');
    await scene.done();
    expect(frames > 0, 'no frame came');
  },
  async 'unharmed: frames of a page that was hidden meanwhile are no measure'() {
    scene.button('loops for ever').click();
    let next;
    const hide = () => {
      document.dispatchEvent(new Event('visibilitychange'));
      next = requestAnimationFrame(hide);
    };
    hide();
    await scene.done();
    cancelAnimationFrame(next);
    equal(figures(), ['deadline', 'stopped after']);
    expect(scene.status.includes('hidden'), scene.status);
    expect(scene.$('canvas').getAttribute('aria-label').includes('hidden'), 'it is not told');
    await scene.press('loops for ever');
    equal(figures(), ['deadline', 'stopped after', 'longest frame']);
    expect(!scene.status.includes('hidden'), scene.status);
  },
};
