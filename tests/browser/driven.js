/** The demo page with a driver in it (`drive.js`): what the server has to serve beside the built page. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { root } from '../../tools/run.js';

const read = (name) => readFileSync(join(root, name));

/** By path; the page has to be built. */
export function drivenPage() {
  const page = read('www/dist/index.html').toString();
  const driver = '<script type="module" src="/drive.js"></script>';
  return {
    '/www/dist/driven.html': page.replace('<script type="module"', `${driver}$&`),
    '/drive.js': read('tests/browser/drive.js'),
    '/axe.js': read('node_modules/axe-core/axe.min.js'),
  };
}
