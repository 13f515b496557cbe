/** The demo page. */

import { $, element } from './elements.js';

import './hello.js';
import './guest.js';
import './pool.js';

const has = {
  'suspends guests (JSPI)': typeof WebAssembly.Suspending === 'function',
  'shares memory with workers': globalThis.crossOriginIsolated,
};
$('engine').append(...Object.entries(has).map(([what, there]) => element('li', {}, `${there ? '✓' : '✗'} ${what}`)));
