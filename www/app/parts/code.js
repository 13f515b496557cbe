/** Code that is shown: in tabs, with a button that copies it, and with marks on the lines that ran. */

import { $, element } from './elements.js';
import { highlight } from './highlight.js';
import { onRan } from './ran.js';

/**
 * @typedef {object} File
 * @property {string} name
 * @property {string} language of `highlight`
 * @property {string} text
 * @property {string} [sample] its path, where it says which of its lines run
 */

/** A button that copies a text, and says that it did. */
export function copyButton(text, label) {
  const button = element('button', { type: 'button', class: 'copy', 'aria-label': label }, 'copy');
  let back;
  button.addEventListener('click', async () => {
    const copied = await navigator.clipboard?.writeText(text()).then(
      () => true,
      () => false,
    );
    // Screen readers read the label of the button, not its text: they hear of it from the status.
    const say = (text, status) => ([button.textContent, $('copied').textContent] = [text, status]);
    const outcome = copied ? 'copied' : 'select it, and copy';
    say(outcome, outcome);
    clearTimeout(back);
    back = setTimeout(say, 1500, 'copy', '');
  });
  return button;
}

const lineOf = (nodes) => element('span', { class: 'line' }, ...nodes, '\n');

let panels = 0;

/** A panel of files, the first of which is open: its element, and `clear`, which takes the marks off the lines. */
export function codePanel(label, files) {
  const id = `code-${++panels}`;
  const tabs = files.map(({ name }, i) =>
    element('button', { type: 'button', role: 'tab', id: `${id}-tab-${i}`, 'aria-controls': `${id}-${i}` }, name),
  );
  const bodies = files.map(({ name, text, language, sample }, i) => {
    const code = element('code', {}, ...highlight(text.trimEnd(), language).map(lineOf));
    const attributes = { id: `${id}-${i}`, role: 'tabpanel', 'aria-labelledby': `${id}-tab-${i}`, tabindex: '0' };
    return element('pre', { ...attributes, 'data-sample': sample, 'data-name': name }, code);
  });
  let open = 0;
  const show = (which, hasFocus) => {
    open = which;
    tabs.forEach((tab, i) => {
      tab.setAttribute('aria-selected', String(i === which));
      tab.tabIndex = i === which ? 0 : -1;
      bodies[i].hidden = i !== which;
    });
    if (hasFocus) tabs[which].focus();
  };
  tabs.forEach((tab, i) => tab.addEventListener('click', () => show(i)));
  const list = element('div', { class: 'tabs', role: 'tablist', 'aria-label': label }, ...tabs);
  list.addEventListener('keydown', ({ key }) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[key];
    if (step !== undefined) show((open + step + files.length) % files.length, true);
  });
  show(0);
  const head = element(
    'div',
    { class: 'code-head' },
    list,
    copyButton(() => files[open].text, `Copy ${label}`),
  );
  const panel = element('div', { class: 'code' }, head, ...bodies);
  const lines = () => panel.querySelectorAll('.line.ran');
  const mark = (sample, first, last) => {
    const body = bodies.find(({ dataset }) => dataset.sample === sample);
    for (let line = first; line <= last; line++) body?.firstChild.children[line - 1]?.classList.add('ran');
  };
  onRan(mark);
  return { panel, mark, show, clear: () => lines().forEach(({ classList }) => classList.remove('ran')) };
}

/** A panel that is one press away. */
export function folded(summary, panel) {
  return element('details', { class: 'folded' }, element('summary', {}, summary), panel);
}
