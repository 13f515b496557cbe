/** The same greeting, from guests in four languages. */

import { greet, load } from 'sample:www/samples/languages.js';

import { element, errorElement } from '../../parts/elements.js';
import { meanTime, size, time } from '../../parts/numbers.js';
import { guest } from '../../parts/stage.js';

const LANGUAGES = [
  { name: 'Rust', guest: 'rust', source: 'hello.rs', sdk: 'with the SDK wapc-guest' },
  { name: 'AssemblyScript', guest: 'assemblyscript', source: 'hello.ts', sdk: 'with the SDK as-guest' },
  { name: 'Zig', guest: 'zig', source: 'hello.zig', sdk: 'without an SDK' },
  { name: 'C', guest: 'c', source: 'hello.c', sdk: 'with wasi-libc' },
];

/** Rounds of invocations that are timed: the quickest round is shown, since clocks are coarse and pages are busy. */
const [ROUNDS, CALLS] = [5, 50];

/** Milliseconds of one invocation, in the quickest round. */
async function quickest(host, name) {
  let best = Infinity;
  for (let round = 0; round < ROUNDS; round++) {
    const from = performance.now();
    for (let call = 0; call < CALLS; call++) await greet(host, name);
    best = Math.min(best, (performance.now() - from) / CALLS);
  }
  return best;
}

export function greetingsView({ during, show }) {
  const name = element('input', { value: 'waPC!', autocomplete: 'off', maxlength: '60', 'aria-label': 'The name' });
  const rows = LANGUAGES.map((language) => {
    const button = element(
      'button',
      {
        type: 'button',
        class: 'chip',
        'aria-label': `Its source, in ${language.name}`,
        onclick: () => show(language.source, true),
      },
      'Its source',
    );
    const answer = element('p', { class: 'mono answer' }, '…');
    const figures = element('p', { class: 'figure' });
    const title = element('div', {}, element('h3', {}, language.name), element('small', {}, language.sdk));
    const place = element('li', {}, title, element('div', {}, answer, figures), button);
    return { language, answer, figures, place };
  });
  const form = element('form', { class: 'row' }, name, element('button', { class: 'main' }, 'Greet'));
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    run();
  });
  const place = element(
    'div',
    { class: 'rows' },
    form,
    element('ul', { class: 'table' }, ...rows.map(({ place }) => place)),
  );

  async function greetFrom({ language, answer, figures }) {
    try {
      const bytes = await guest(language.guest);
      const from = performance.now();
      const host = await load(bytes);
      try {
        const loaded = performance.now() - from;
        answer.textContent = await greet(host, name.value);
        const call = await quickest(host, name.value);
        figures.textContent = `${size(bytes.byteLength)}, ready in ${time(loaded)}, a greeting in ${meanTime(call)}`;
        return true;
      } finally {
        host.close();
      }
    } catch (error) {
      answer.replaceChildren(errorElement(error));
      figures.textContent = '';
      return false;
    }
  }

  const run = () =>
    during(async () => {
      for (const { answer, figures } of rows) [answer.textContent, figures.textContent] = ['…', ''];
      let greeted = 0;
      for (const row of rows) if (await greetFrom(row)) greeted++;
      return `${greeted} of ${rows.length} guests greeted “${name.value}”.`;
    });

  return { place, run };
}
