/** A scene's place in the page. */

import { element } from './elements.js';
import { codePanel, folded } from './code.js';
import { fetched } from './fetched.js';

/**
 * Fills a section.
 * @param {HTMLElement} section
 * @param {{ controls: Node[], stage: Node[], code: import('./code.js').File[] }} parts
 * @returns what says how the scene is doing, and the panel of its code
 */
export function fill(section, { controls, stage, code }) {
  section.querySelector('.controls').replaceChildren(...controls);
  section.querySelector('.stage').replaceChildren(...stage);
  const name = section.querySelector('h2').textContent;
  const panel = codePanel(`the code of “${name}”`, code);
  section.querySelector('.see').append(folded('The code that did it', panel.panel));
  const say = (text) => (section.querySelector('[role="status"]').textContent = text);
  const state = (name) => (section.dataset.state = name);
  return { code: panel, say, state };
}

/** A line of a result: what, and how long or how much. */
export const line = (kind, what, how) =>
  element('p', { class: `line-of ${kind}` }, element('span', {}, ...what), element('span', { class: 'figure' }, how));

/** The bytes of a guest of the page; loaded once. */
const guests = {};
export function guest(name) {
  guests[name] ??= fetched(`guests/${name}.wasm`).then((response) => response.arrayBuffer());
  guests[name].catch(() => delete guests[name]);
  return guests[name];
}
