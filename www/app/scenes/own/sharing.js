/** "Share it": the link of an invocation, and why there is none. */

import { copyButton } from '../../parts/code.js';
import { element } from '../../parts/elements.js';
import { linkOf, tooLong } from '../../parts/share.js';

const TOLD =
  'Guest, operation, payload and callback are in the link. Whoever opens it sees them, and nothing runs by itself.';
const OF_FILE = 'A file cannot be shared by a link: put it somewhere, and give its address.';

/**
 * The folded part of the scene: its `place`, and a function that shows the link of what is filled in.
 * @returns {{ place: HTMLElement, showLink: (values: { guest?: string, operation: string, payload: string, format: string,
 *   callback: string }) => void }} `guest` is an absolute address; undefined for a file
 */
export function sharing() {
  const link = element('input', { readonly: true, 'aria-label': 'The link', onfocus: () => link.select() });
  const hint = element('small', {});
  const copy = copyButton(() => link.value, 'Copy the link');
  const place = element(
    'details',
    { class: 'share' },
    element('summary', {}, 'Share it'),
    element('div', { class: 'row' }, link, copy),
    hint,
  );
  function showLink(values) {
    const reason = tooLong(values);
    const isShared = values.guest !== undefined && reason === undefined;
    link.disabled = copy.disabled = !isShared;
    link.value = isShared ? linkOf(values) : '';
    hint.textContent = TOLD;
    if (values.guest === undefined) hint.textContent = OF_FILE;
    else if (!isShared) hint.textContent = `It cannot be shared by a link: ${reason}.`;
  }
  return { place, showLink };
}
