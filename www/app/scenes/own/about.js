/** What a guest is: read from its module. */

import { element } from '../../parts/elements.js';
import { size } from '../../parts/numbers.js';

const names = (list) => list.map(({ name }) => name).join(', ') || 'none';

/** Names of imports by the module that they are of. */
function byModule(imports) {
  const modules = new Map();
  for (const { module, name } of imports) modules.set(module, [...(modules.get(module) ?? []), { name }]);
  return [...modules].map(([module, list]) => [`imports of ${module}`, names(list)]);
}

/** A description list of a guest. */
export function about({ name, bytes, info }) {
  const { imports, exports, wasi, producers } = info;
  const made = producers.map(({ name, version }) => `${name} ${version}`.trim()).join(', ');
  const rows = [
    ['size', size(bytes.length)],
    ['made with', made || 'it does not say'],
    ['WASI', wasi],
    ['exports', names(exports)],
    ...byModule(imports),
  ];
  const list = element('dl', { class: 'about' });
  for (const [what, value] of rows) list.append(element('dt', {}, what), element('dd', {}, value));
  const head = element(
    'summary',
    {},
    element('b', {}, name),
    ` ${rows[0][1]}, ${made ? `made with ${made}` : 'which does not say what it was made with'}`,
  );
  return element('details', { class: 'guest-head' }, head, list);
}
