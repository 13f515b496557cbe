/** Scene 4: guests in four languages, one with files, and a policy. */

import { Scene, equal, expect, type } from './person.js';

const scene = new Scene('languages');
const answers = () => scene.all('.table .answer').map(({ textContent }) => textContent);
const verdict = () => scene.$('.verdict').textContent;

export const tests = {
  async 'languages: four of them greet'() {
    await scene.see();
    equal(answers(), Array(4).fill('Hello, waPC!'));
    for (const { textContent } of scene.all('.table .figure')) {
      expect(/^[\d.]+\sKB, ready in .+, a greeting in .+$/.test(textContent), textContent);
    }
    type(scene.$('form input'), 'Grace');
    await scene.press('Greet');
    equal(answers(), Array(4).fill('Hello, Grace'));
  },
  'languages: the source of each'() {
    const names = scene.all('.table button').map((button) => button.getAttribute('aria-label'));
    equal(new Set(names).size, 4, 'different names of the buttons:');
    const sources = ['register_function("hello"', "register('hello'", 'export fn __guest_call', 'static bool hello'];
    scene.all('.table button').forEach((button, i) => {
      button.click();
      const shown = scene.all('.folded pre').find((pre) => !pre.hidden);
      expect(scene.$('.folded').open && shown.textContent.includes(sources[i]), shown.textContent.slice(0, 200));
    });
    scene.$('.folded').open = false;
  },
  async 'languages: a guest counts the words of files, and writes one'() {
    await scene.press('files, by WASI');
    const shown = () => scene.$('.tree').textContent;
    expect(shown().includes('catalogue.txt') && shown().includes('written by the guest'), shown());
    expect(scene.text.includes('5 words  notes.txt'), scene.text);
    type(scene.$('textarea'), 'one two three');
    await scene.press('Count the words');
    expect(scene.text.includes('3 words  notes.txt'), scene.text);
  },
  async 'languages: a policy judges pods'() {
    await scene.press('a policy for Kubernetes');
    equal(verdict(), 'Refused: the namespace scratch has no label team');
    expect(scene.text.includes('kubernetes get_resource'), scene.text);
    await scene.press('in shop');
    equal(verdict(), 'Accepted');
    await scene.press('in nowhere');
    expect(verdict().startsWith('Not judged') && verdict().includes('the cluster has no'), verdict());
    scene.button('in shop').click();
    await scene.press('in scratch');
    equal(verdict(), 'Refused: the namespace scratch has no label team');
    type(scene.$('.editor textarea'), '{ "uid":');
    await scene.press('Judge it');
    expect(verdict().startsWith('Not judged') && verdict().includes('SyntaxError'), verdict());
  },
};
