/** What a guest is: read from its module. */

import { element } from '../../parts/elements.js';
import { count, size } from '../../parts/numbers.js';

/** A list of the sandbox's summary in one line. */
const told = ({ first, more }) => [...first, ...(more > 0 ? [`… ${count(more)} more`] : [])].join(', ');

/** A description list of a guest. */
export function about({ name, bytes, info }) {
  const { imports, exports, wasi, producers, moreModules } = info;
  const made = told(producers);
  const rows = [
    ['size', size(bytes.length)],
    ['made with', made || 'it does not say'],
    ['WASI', wasi],
    ['exports', told(exports) || 'none'],
    ...imports.map(({ module, ...names }) => [`imports of ${module}`, told(names)]),
    ...(moreModules > 0 ? [['imports', `of ${count(moreModules)} more modules`]] : []),
  ];
  const list = element('dl', { class: 'about' });
  for (const [what, value] of rows) list.append(element('dt', {}, what), element('dd', {}, value));
  const head = element(
    'summary',
    {},
    element('b', {}, element('bdi', {}, name)),
    ` ${rows[0][1]}, ${made ? `made with ${made}` : 'made with unknown tools'}`,
  );
  return element('details', { class: 'guest-head' }, head, list);
}
