/** What this browser has, and what the page does where it lacks something. */

import { features } from 'wapc-host';

import { $ } from './elements.js';

/** What guests can do here. */
export const has = features();

/** Says in one line what is missing, and what is done instead. */
export function sayWhatIsMissing() {
  const missing = [];
  if (!('WebAssembly' in globalThis)) {
    missing.push('this browser has no WebAssembly, or it is switched off: no guest runs here');
  } else if (!has.jspi) {
    missing.push('this browser has no JSPI, so guests that wait for an answer are ones that can suspend themselves');
  }
  if (!has.sharedMemory) {
    missing.push('this page is not cross-origin isolated, so workers are sent copies instead of sharing memory');
  }
  if (missing.length === 0) return;
  const line = missing.join('; ');
  $('missing').textContent = `${line[0].toUpperCase()}${line.slice(1)}.`;
  $('missing').hidden = false;
}
