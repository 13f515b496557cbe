/** A sequence diagram of one invocation, drawn while it happens: payloads open when they are pressed. */

import { brief, dump, textOf } from './bytes.js';
import { element } from './elements.js';
import { count, size, time } from './numbers.js';

/** Where the arrow of an event leads, and its first word. */
const KINDS = {
  __proto__: null,
  invoke: ['guest', 'invoke'],
  log: ['host', 'log'],
  stdout: ['host', 'writes'],
  stderr: ['host', 'writes an error'],
  call: ['host', 'host call'],
  answer: ['guest', 'answer'],
  refusal: ['guest', 'error'],
  response: ['host', 'response'],
  failure: ['host', 'failed'],
};

/** The most steps that are drawn; more are counted. The sandbox tells as many in full. */
const MOST = 200;

export class Sequence {
  /** @param {string} guest what it is called above its line */
  constructor(guest) {
    this.list = element('ol');
    const heads = element('div', { class: 'heads', 'aria-hidden': 'true' });
    heads.append(element('span', { class: 'host' }, 'your code'), element('span', { class: 'guest' }, guest));
    this.place = element('div', { class: 'sequence' }, heads, this.list);
    this.clear();
  }

  /** Takes everything away: nothing of an older invocation is shown while another one runs. */
  clear() {
    this.list.replaceChildren();
    this.more = undefined;
    /** Events so far, by kind. */
    this.counts = { __proto__: null };
    this.began = new Map();
  }

  /** Draws an event of the sandbox. */
  add(event) {
    if (event.kind === 'counts') return this.#count(event.counts);
    if (KINDS[event.kind] === undefined) return undefined;
    this.counts[event.kind] = (this.counts[event.kind] ?? 0) + 1;
    if (event.kind === 'call') this.began.set(event.call, event.at);
    return this.list.append(this.#step(event));
  }

  /** Says how many events there were that are not drawn. */
  #count(counts) {
    this.counts = { __proto__: null, ...counts };
    this.more ??= this.list.appendChild(element('li', { class: 'more' }));
    const all = Object.values(this.counts).reduce((sum, number) => sum + number, 0);
    this.more.textContent = `… ${count(all - MOST)} more`;
  }

  #step({ kind, at, text, payload, length, names, operation, call }) {
    const [to, word] = KINDS[kind];
    const what = operation ?? names?.join(' · ') ?? '';
    const content = payload === undefined ? JSON.stringify(text ?? '') : `${size(length)} ${brief(payload)}`;
    const took = this.began.has(call) && kind !== 'call' ? `, ${time(at - this.began.get(call))}` : '';
    const title = [
      element('b', {}, word),
      ...(what === '' ? [] : [' ', element('bdi', { class: 'name' }, what)]),
      ' ',
      element('span', { class: 'payload' }, element('bdi', {}, content), took),
    ];
    const label =
      payload === undefined || payload.length === 0
        ? element('div', { class: 'label' }, ...title)
        : element('details', { class: 'label' }, element('summary', {}, ...title));
    label.addEventListener('toggle', () => label.append(...opened(payload, length)), { once: true });
    const isFailed = kind === 'refusal' || kind === 'failure';
    const classes = ['step', `to-${to}`, kind, isFailed ? 'failed' : ''].join(' ').trim();
    const arrow = element('span', { class: 'arrow', 'aria-hidden': 'true' });
    return element('li', { class: classes }, label, element('time', {}, at === 0 ? '0' : time(at)), arrow);
  }
}

/** A payload as it opens: as text where it is text, and in hex. */
function opened(payload, length) {
  const text = textOf(payload);
  const bodies = [element('pre', { tabindex: '0' }, dump(payload))];
  if (text !== undefined) bodies.unshift(element('pre', { class: 'text', tabindex: '0' }, text));
  if (length > payload.length) bodies.push(element('small', {}, `The first ${size(payload.length)} are shown.`));
  return bodies;
}
