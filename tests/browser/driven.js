/** The demo page with a driver in it (`page/drive.js`): what the server has to serve beside the built page. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { root } from '../../tools/run.js';

/** The address of the driven page. */
export const DRIVEN = '/www/dist/driven.html';

/** By path; the page has to be built. `isOld` takes away what engines have that lack JSPI. */
export function drivenPage(isOld = false) {
  const page = readFileSync(join(root, 'www/dist/index.html'), 'utf8');
  const scripts = ['/tests/browser/page/drive.js', ...(isOld ? ['/old.js'] : [])].map((src) => {
    const kind = src === '/old.js' ? '' : ' type="module"';
    return `<script${kind} src="${src}"></script>`;
  });
  return {
    [DRIVEN]: page.replace('<link rel="stylesheet"', `${scripts.reverse().join('')}$&`),
    '/old.js': 'delete WebAssembly.Suspending;',
  };
}
