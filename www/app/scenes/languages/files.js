/** A guest that reads files, and writes one: all that it sees is the tree that it is given. */

import { catalogue } from 'sample:www/samples/files.js';

import { element, errorElement, field } from '../../parts/elements.js';
import { size, time } from '../../parts/numbers.js';
import { guest } from '../../parts/stage.js';

const encoder = new TextEncoder();

/** The files to begin with, by their paths. */
const FILES = {
  'notes.txt': 'Bring milk and two lemons.',
  'poems/rose.txt': 'A rose is a rose is a rose.',
  'poems/wind.txt': 'Who has seen the wind? Neither I nor you.',
};

/** The tree of some files: directories are objects. */
function treeOf(files) {
  const tree = {};
  for (const [path, text] of files) {
    const names = path.split('/');
    const file = names.pop();
    const directory = names.reduce((in_, name) => (in_[name] ??= {}), tree);
    directory[file] = text;
  }
  return tree;
}

/** A tree as it is drawn: nested lists. */
function drawn(tree, isNew) {
  const entries = Object.entries(tree).map(([name, content]) => {
    if (typeof content !== 'string')
      return element(
        'li',
        {},
        `${name}/`,
        drawn(content, () => false),
      );
    const kind = isNew(name) ? 'guest-made' : '';
    const figure = element('span', { class: 'figure' }, size(encoder.encode(content).length));
    return element('li', { class: kind }, `${name} `, figure, ...(isNew(name) ? [' written by the guest'] : []));
  });
  return element('ul', {}, ...entries);
}

export function filesView({ during }) {
  const fields = Object.entries(FILES).map(([path, text]) => {
    const area = element('textarea', { rows: 2, spellcheck: 'false' });
    area.value = text;
    return { path, area };
  });
  const button = element('button', { class: 'main', onclick: () => run() }, 'Count the words');
  const shelf = element('div', { class: 'tree mono' });
  const written = element('pre', { class: 'paper', tabindex: '0', 'aria-label': 'catalogue.txt' });
  const given = element(
    'div',
    { class: 'rows' },
    ...fields.map(({ path, area }) => field(`/shelf/${path}`, area)),
    button,
  );
  const seen = element('div', { class: 'rows' }, shelf, written);
  const place = element('div', { class: 'two' }, given, seen);

  const run = () =>
    during(async () => {
      const tree = treeOf(fields.map(({ path, area }) => [path, area.value]));
      written.textContent = '…';
      shelf.replaceChildren(
        '/shelf',
        drawn(tree, () => false),
      );
      try {
        const bytes = await guest('catalogue');
        const from = performance.now();
        const list = await catalogue(bytes, tree);
        const took = performance.now() - from;
        written.textContent = list;
        const after = { ...tree, 'catalogue.txt': list };
        shelf.replaceChildren(
          '/shelf',
          drawn(after, (name) => name === 'catalogue.txt'),
        );
        return `The guest read ${fields.length} files and wrote catalogue.txt, ${time(took)} with its start.`;
      } catch (error) {
        written.replaceChildren(errorElement(error));
        throw error;
      }
    });

  return { place, run };
}
