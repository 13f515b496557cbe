/** An answer, in the formats that it can be read in. */

import { firstBytes, startOf } from '../../parts/bytes.js';
import { choices, element } from '../../parts/elements.js';
import { FORMATS, read } from '../../parts/formats.js';
import { count, size } from '../../parts/numbers.js';

/** Bytes that are read at the most, in hex fewer, and characters that are shown; all of it can be saved. */
const [BYTES, HEX_BYTES, CHARACTERS] = [1 << 20, 64 << 10, 1 << 18];

/** Milliseconds for which a file that is saved can be fetched by the browser. */
const SAVING = 60_000;

/** Saves bytes as a file. */
function save(bytes) {
  const href = URL.createObjectURL(new Blob([bytes]));
  element('a', { href, download: 'answer.bin' }).click();
  setTimeout(() => URL.revokeObjectURL(href), SAVING);
}

/**
 * The answer as it is first shown; it is read in another format when that is chosen.
 * @param {Uint8Array} bytes
 * @param {string} preferred the format that is shown first, where the answer is in it
 */
export function answerElement(bytes, preferred) {
  if (bytes.length === 0) return element('p', { class: 'empty' }, 'An answer of zero bytes.');
  const body = element('pre', { class: 'paper wrapped', tabindex: '0', 'aria-label': 'The answer' });
  const note = element('small', {});
  /** Shows it in a format: false where it is not in it. */
  const show = (format) => {
    const part = firstBytes(bytes, format === 'hex' ? HEX_BYTES : BYTES);
    const text = read(part, format);
    const name = FORMATS.find(([value]) => value === format)[1];
    const isPart = part.length < bytes.length && ['json', 'msgpack'].includes(format);
    const isNot = isPart ? `These bytes are too many to be read as ${name}.` : `These bytes are not ${name}.`;
    body.textContent = text === undefined ? isNot : startOf(text, CHARACTERS);
    body.classList.toggle('wrapped', format !== 'hex');
    const isCut = part.length < bytes.length ? ` The first ${size(part.length)} are read.` : '';
    const isLong = text?.length > CHARACTERS ? ` The first ${count(CHARACTERS)} characters are shown.` : '';
    note.textContent = `${size(bytes.length)}.${isCut}${isLong}`;
    return text !== undefined;
  };
  const { group, press } = choices('Read as', FORMATS, show);
  press([preferred, 'text', 'msgpack', 'hex'].find(show));
  const label = element('span', { class: 'label-of' }, 'Response');
  const saving = element('button', { type: 'button', class: 'chip', onclick: () => save(bytes) }, 'Save it');
  return element(
    'div',
    { class: 'rows' },
    element('div', {}, label, group),
    body,
    element('div', { class: 'row middle' }, note, saving),
  );
}
