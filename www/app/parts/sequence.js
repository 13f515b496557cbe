/** A sequence diagram of one invocation, drawn while it happens: payloads open when they are pressed. */

import { brief, dump, textOf } from './bytes.js';
import { element } from './elements.js';
import { size, time } from './numbers.js';

/** Where the arrow of an event leads, and its first word. */
const KINDS = {
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

/** The most steps that are drawn; more are counted. */
const MOST = 200;

export class Sequence {
  /** @param {string} guest what it is called above its line */
  constructor(guest) {
    this.list = element('ol');
    const heads = element('div', { class: 'heads', 'aria-hidden': 'true' });
    this.guest = element('span', { class: 'guest' }, guest);
    heads.append(element('span', { class: 'host' }, 'your code'), this.guest);
    this.place = element('div', { class: 'sequence' }, heads, this.list);
    this.clear();
  }

  /** Takes everything away: nothing of an older invocation is shown while another one runs. */
  clear() {
    this.list.replaceChildren();
    this.more = undefined;
    this.counts = {};
    this.began = new Map();
  }

  /** Draws an event of the sandbox. */
  add(event) {
    if (KINDS[event.kind] === undefined) return;
    this.counts[event.kind] = (this.counts[event.kind] ?? 0) + 1;
    if (event.kind === 'call') this.began.set(event.call, event.at);
    if (this.list.childElementCount >= MOST && !['response', 'failure'].includes(event.kind)) return this.#count();
    this.list.append(this.#step(event));
  }

  #count() {
    this.more ??= this.list.appendChild(element('li', { class: 'more' }));
    const all = Object.values(this.counts).reduce((sum, count) => sum + count, 0);
    this.more.textContent = `… ${all - MOST} more`;
  }

  #step({ kind, at, text, payload, names, operation, call }) {
    const [to, word] = KINDS[kind];
    const what = operation ?? names?.join(' · ') ?? '';
    const content = payload === undefined ? JSON.stringify(text ?? '') : `${size(payload.length)} ${brief(payload)}`;
    const took = this.began.has(call) && kind !== 'call' ? `, ${time(at - this.began.get(call))}` : '';
    const title = [
      element('b', {}, word),
      ...(what === '' ? [] : [' ', element('span', { class: 'name' }, what)]),
      ' ',
      element('span', { class: 'payload' }, `${content}${took}`),
    ];
    const label =
      payload === undefined || payload.length === 0
        ? element('div', { class: 'label' }, ...title)
        : element('details', { class: 'label' }, element('summary', {}, ...title), ...opened(payload));
    const isFailed = kind === 'refusal' || kind === 'failure';
    const classes = ['step', `to-${to}`, kind, isFailed ? 'failed' : ''].join(' ').trim();
    const arrow = element('span', { class: 'arrow', 'aria-hidden': 'true' });
    return element('li', { class: classes }, label, element('time', {}, at === 0 ? '0' : time(at)), arrow);
  }
}

/** A payload in full: as text where it is text, and in hex. */
function opened(payload) {
  const text = textOf(payload);
  const bodies = [element('pre', { tabindex: '0' }, dump(payload))];
  if (text !== undefined) bodies.unshift(element('pre', { class: 'text', tabindex: '0' }, text));
  return bodies;
}
