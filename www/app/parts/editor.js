/** A field for code, which is marked while it is written. */

import { element } from './elements.js';
import { highlight } from './highlight.js';

/** An editor: its element, and its text as `value`. Tab leaves it, as it leaves every field. */
export function codeEditor({ label, language, value = '' }) {
  const shown = element('pre', { 'aria-hidden': 'true' });
  const area = element('textarea', {
    'aria-label': label,
    spellcheck: 'false',
    autocomplete: 'off',
    autocapitalize: 'off',
    wrap: 'soft',
  });
  const draw = () => {
    const lines = highlight(area.value, language);
    // The last line is empty where the text ends in a line feed: a space gives it its height.
    shown.replaceChildren(...lines.flatMap((line, i) => (i === 0 ? line : ['\n', ...line])), ' ');
  };
  area.addEventListener('input', draw);
  const place = element('div', { class: 'editor' }, shown, area);
  const editor = {
    place,
    area,
    get value() {
      return area.value;
    },
    set value(text) {
      area.value = text;
      draw();
    },
  };
  editor.value = value;
  return editor;
}
