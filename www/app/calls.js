/** The page's host callback, and what it was asked. */

import { $, element } from './elements.js';
import { brief, textOf } from './formats.js';
import { others } from './guests.js';

/** Calls that are shown. */
const MOST = 100;

const encoder = new TextEncoder();
const rows = $('calls');
const began = performance.now();
/** The longest of them so far, in ms: the measure of the bars. */
let longest = 1;

$('callback').addEventListener('change', ({ target }) => ($('forward-to').hidden = target.value !== 'forward'));

const wait = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Answers as the page says; at once where nothing has to be waited for, which every browser can do. */
function answer(operation, payload) {
  const how = $('callback').value;
  const delay = Number($('delay').value);
  if (how === 'forward') return wait(delay).then(() => forward(operation, payload));
  const at = { echo: () => payload, upper: () => upper(payload), error: refuse };
  return delay > 0 ? wait(delay).then(at[how]) : at[how]();
}

const upper = (payload) => encoder.encode((textOf(payload) ?? '').toUpperCase());

function refuse() {
  throw new Error('this page answers with an error, as it was told to');
}

async function forward(operation, payload) {
  const host = await others($('forward').value);
  return host.invoke(operation, payload);
}

/** The host callback: answers, and keeps what was asked. */
export function hostCall(binding, namespace, operation, payload) {
  const show = row(`${binding} ${namespace} ${operation}`, payload);
  let answered;
  try {
    answered = answer(operation, payload);
  } catch (error) {
    show(error);
    throw error;
  }
  if (!(answered instanceof Promise)) {
    show(answered);
    return answered;
  }
  answered.then(show, show);
  return answered;
}

/** A row of the table; what it returns ends it. */
function row(call, payload) {
  const from = performance.now();
  const [answered, took] = [element('td', {}, '…'), element('td', {}, '…')];
  const at = `${((from - began) / 1000).toFixed(2)} s`;
  rows.prepend(element('tr', {}, ...[at, call, brief(payload)].map((text) => element('td', {}, text)), answered, took));
  while (rows.childElementCount > MOST) rows.lastElementChild.remove();
  return (outcome) => {
    const milliseconds = performance.now() - from;
    longest = Math.max(longest, milliseconds);
    const failed = outcome instanceof Error;
    answered.replaceChildren(failed ? element('span', { class: 'error' }, outcome.message) : brief(outcome));
    const bar = element('span', { class: 'bar' });
    bar.style.width = `${Math.max(2, (100 * milliseconds) / longest)}%`;
    took.replaceChildren(`${milliseconds.toFixed(1)} ms`, bar);
  };
}
