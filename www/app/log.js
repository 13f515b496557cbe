/** What guests say: log lines and output. */

import { $, element } from './elements.js';

/** Lines that are kept. */
const MOST = 500;

const decoder = new TextDecoder();
const log = $('log');

function say(what, text) {
  log.append(element('div', {}, element('span', {}, `${what} `), text));
  while (log.childElementCount > MOST) log.firstElementChild.remove();
  log.scrollTop = log.scrollHeight;
}

$('clear').addEventListener('click', () => log.replaceChildren());

/** Where a host hands what its guest says. */
export const talk = {
  logger: (line) => say('log', line),
  stdout: (chunk) => say('out', decoder.decode(chunk).replace(/\n$/, '')),
  stderr: (chunk) => say('err', decoder.decode(chunk).replace(/\n$/, '')),
};
