/** Scene 1: a guest and a callback that is edited in place. */

import { Scene, equal, expect, type, until } from './person.js';

const scene = new Scene('calls');
const steps = () => scene.all('.step').map(({ className }) => className.split(' ')[2]);
const says = (...parts) => {
  for (const part of parts) expect(scene.text.includes(part), `${part} is not in ${scene.text}`);
};
const WHOLE = ['invoke', 'log', 'call', 'answer', 'response'];

/** Writes a callback and calls the guest. */
async function answerWith(text) {
  type(scene.$('.editor textarea'), text);
  await scene.press('Call the guest');
}

export const tests = {
  async 'calls: a sequence, drawn by itself'() {
    await scene.see();
    equal(steps(), WHOLE);
    says('invoke', 'default · foo · echo', '"Hello, waPC!"');
    expect(scene.status.startsWith('The guest answered: 1 call back, 1 log line'), scene.status);
  },
  async 'calls: a payload opens'() {
    const payload = scene.$('.call details');
    equal(payload.childElementCount, 1, 'before it opens it has');
    payload.open = true;
    await until(() => payload.childElementCount === 3);
    says('000000  77 61 50 43 21');
  },
  async 'calls: each answer that is offered'() {
    await scene.press('upper case');
    says('"Hello, WAPC!"');
    await scene.press('an error');
    equal(steps(), ['invoke', 'log', 'call', 'refusal', 'failure']);
    says('nobody is called waPC!', 'WAPC_GUEST');
    scene.button('after 300 ms').click();
    equal(steps(), [], 'the sequence before is still there:');
    await until(() => steps().length === 3);
    await scene.done();
    equal(steps(), WHOLE);
  },
  async 'calls: a name, and a callback of one’s own'() {
    type(scene.$('.field input'), 'Ada 🚀');
    await answerWith('function hostCall(binding, namespace, operation, payload) { return payload.slice(0, 3); }');
    says('"Hello, Ada"');
    equal(scene.all('.chip[aria-pressed="true"]').length, 0);
  },
  async 'calls: a callback that never returns is stopped, and the page goes on'() {
    scene.button('never').click();
    let frames = 0;
    const look = () => scene.section.dataset.state === 'running' && (frames++, requestAnimationFrame(look));
    requestAnimationFrame(look);
    await scene.done();
    equal(steps(), ['invoke', 'log', 'call']);
    equal(scene.status, 'Stopped: nothing was answered within 2 s.');
    equal(scene.$('.trouble').textContent, '', 'it is said twice:');
    expect(frames > 0, 'the page did not go on');
    scene.button('never').click();
    await until(() => steps().length === 3);
    await scene.press('Stop');
    equal(scene.status, 'You stopped it.');
    expect(scene.button('Stop').disabled, 'Stop is not over');
  },
  async 'calls: callbacks that do not parse, that throw, and that are none'() {
    for (const [text, told] of [
      ['const hostCall = {\n  foo: bar baz\n};', 'SyntaxError'],
      ['throw new Error("out of its own")', 'out of its own'],
      ['throw Object.assign(new Error("with a function"), { code: () => {} })', 'with a function'],
      ['throw Object.defineProperty(new Error(), "name", { get() { throw 1; } })', 'cannot be read'],
      ['throw Object.assign(new Error("in a circle"), { get cause() { return this; } })', 'in a circle'],
      ['const other = 1;', 'has to define `hostCall`'],
      ['const hostCall = 7;', 'has to define `hostCall`'],
    ]) {
      await answerWith(text);
      says(told);
      equal(steps(), [], text);
      expect(scene.status.startsWith('It failed'), scene.status);
    }
    await answerWith('const hostCall = { foo: { echo: () => 7 } };');
    equal(steps(), ['invoke', 'log', 'call', 'refusal', 'failure'], 'what is no payload was taken for an answer:');
    await scene.press('echo');
    equal(steps(), WHOLE);
  },
  'calls: the code and the guest’s source'() {
    scene.$('.folded').open = true;
    says('WapcHost.instantiate');
    scene.button('guest.rs').click();
    says('register_function("hello", hello)');
    scene.$('.folded').open = false;
  },
};
