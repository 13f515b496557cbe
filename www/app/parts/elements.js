/** The page's elements: finds, makes and shows them. Text stays text, whatever a guest put into it. */

/** The element with that id. */
export const $ = (id) => document.getElementById(id);

/**
 * Makes an element. Attributes that are `false` or undefined are left out; functions listen (`onclick`).
 * @param {string} name
 * @param {Record<string, any>} [attributes]
 * @param {...(Node | string)} children
 */
export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (typeof value === 'function') made.addEventListener(key.slice(2), value);
    else if (value !== false && value !== undefined) made.setAttribute(key, value === true ? '' : value);
  }
  made.append(...children);
  return made;
}

const SVG = 'http://www.w3.org/2000/svg';

/** Makes an element of a drawing. */
export function drawn(name, attributes = {}, ...children) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

/** An error as it is read: its code and message, and its cause where the message does not say that. */
export function errorElement(error) {
  const { cause } = error;
  const shown = element('p', { class: 'error' }, element('strong', {}, error.code ?? error.name), ` ${error.message}`);
  if (cause === undefined) return shown;
  const reason = String(cause?.message ?? cause);
  if (error.message.includes(reason)) return shown;
  shown.append(element('small', {}, `caused by ${cause?.name ?? typeof cause}: ${reason}`));
  return shown;
}

/** A button for where a script could not be loaded: Firefox never asks for it again until the page is loaded again. */
export const reloadButton = () =>
  element('button', { type: 'button', class: 'main', onclick: () => location.reload() }, 'Load the page again');

/**
 * Buttons of which one is pressed: what is chosen, and calls of `choose` when somebody chooses.
 * @param {string} label of the group
 * @param {[value: string, text: string][]} all
 * @param {(value: string) => void} choose
 */
export function choices(label, all, choose) {
  const press = (value) => {
    for (const button of group.children) button.setAttribute('aria-pressed', String(button.value === value));
  };
  const buttons = all.map(([value, text]) =>
    element('button', { type: 'button', class: 'chip', value, onclick: () => (press(value), choose(value)) }, text),
  );
  const group = element('div', { class: 'chips', role: 'group', 'aria-label': label }, ...buttons);
  press(all[0][0]);
  return { group, press };
}

/** A labelled field. */
export function field(label, control) {
  const text = element('span', { class: 'label' }, label);
  return element('label', { class: 'field' }, text, control);
}
