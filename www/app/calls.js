/** The page's host callback, and the table of its calls. */

import { $, element } from './elements.js';
import { brief, textOf } from './formats.js';
import { others } from './guests.js';

/** The most calls that are shown. */
const MOST = 100;

const encoder = new TextEncoder();
const rows = $('calls');
const began = performance.now();
/** The longest call so far, in ms: the scale of the bars. */
let longest = 1;

$('callback').addEventListener('change', ({ target }) => ($('forward-to').hidden = target.value !== 'forward'));

const wait = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Answers as set on the page: at once where there is no delay, which works in every browser. */
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

/** The host callback: answers, and shows the call. */
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

/** Adds a row to the table: a function that shows the outcome. */
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
