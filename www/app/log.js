/** The log lines and the output of guests. */

import { $, element } from './elements.js';

/** The most lines that are kept. */
const MOST = 500;

const decoder = new TextDecoder();
const log = $('log');

function say(what, text) {
  log.append(element('div', {}, element('span', {}, `${what} `), text));
  while (log.childElementCount > MOST) log.firstElementChild.remove();
  log.scrollTop = log.scrollHeight;
}

$('clear').addEventListener('click', () => log.replaceChildren());

/** The options of hosts that show what their guests log and write. */
export const talk = {
  logger: (line) => say('log', line),
  stdout: (chunk) => say('out', decoder.decode(chunk).replace(/\n$/, '')),
  stderr: (chunk) => say('err', decoder.decode(chunk).replace(/\n$/, '')),
};
