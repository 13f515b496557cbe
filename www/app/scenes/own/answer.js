/** An answer, in the formats that it can be read in. */

import { choices, element } from '../../parts/elements.js';
import { FORMATS, read } from '../../parts/formats.js';
import { size } from '../../parts/numbers.js';

/** Bytes that are shown at the most; all of them can be saved. */
const MOST = 1 << 20;

/**
 * @param {Uint8Array} bytes
 * @param {string} preferred the format that is shown first, where the answer is in it
 */
export function answerElement(bytes, preferred) {
  if (bytes.length === 0) return element('p', { class: 'empty' }, 'An answer of zero bytes.');
  const shown = bytes.subarray(0, MOST);
  const readings = FORMATS.map(([format, name]) => [format, name, read(shown, format)]);
  const found = readings.filter(([, , text]) => text !== undefined);
  // MessagePack reads many bytes as a number: it is offered where the bytes are no text.
  const isText = found.some(([format]) => format === 'text');
  const all = found.filter(([format]) => format !== 'msgpack' || !isText || preferred === 'msgpack');
  const body = element('pre', { class: 'paper wrapped', tabindex: '0', 'aria-label': 'The answer' });
  const show = (format) => {
    body.textContent = all.find(([name]) => name === format)[2];
    body.classList.toggle('wrapped', format !== 'hex');
  };
  const { group, press } = choices(
    'Read as',
    all.map(([format, name]) => [format, name]),
    show,
  );
  const first = all.some(([format]) => format === preferred) ? preferred : all[0][0];
  press(first);
  show(first);
  const url = URL.createObjectURL(new Blob([bytes]));
  const save = element('a', { href: url, download: 'answer.bin' }, 'save it');
  const cut = bytes.length > MOST ? ` The first ${size(MOST)} are shown.` : '';
  return element(
    'div',
    { class: 'rows' },
    group,
    body,
    element('small', {}, `${size(bytes.length)}, `, save, `.${cut}`),
  );
}
