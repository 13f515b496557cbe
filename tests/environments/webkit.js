/**
 * Runs the suite and the demo page in WebKitGTK, which has no JSPI, no memory shared with workers, and no
 * `Symbol.dispose`.
 */

import { buildPage } from '../../tools/page/build.js';
import { PATIENCE } from '../browser/browsers.js';
import { serve } from '../browser/serve.js';
import { openWebKit } from '../browser/webkit.js';
import { DRIVEN, drivenPage } from '../browser/driven.js';

/** The outcomes of both: rows of a name, the number that passed, and the failures. */
export async function inWebKit() {
  await buildPage();
  const rows = [];
  for (const [what, path] of [
    ['the suite', '/tests/browser/index.html'],
    ['the page', DRIVEN],
  ]) {
    const { address, posted, stop } = await serve({ extra: drivenPage() });
    const { name, close } = await openWebKit(address + path);
    const nothing = [{ name: 'the page', error: 'nothing came of it' }];
    const late = new Promise((resolve) => setTimeout(resolve, PATIENCE, nothing).unref());
    const outcomes = await Promise.race([posted.then(JSON.parse), late]);
    await close();
    stop();
    const failed = outcomes.filter(({ error }) => error !== undefined).map(({ name, error }) => `${name}: ${error}`);
    rows.push({ name: `${name}, ${what}`, passed: outcomes.length - failed.length, failed });
  }
  return rows;
}
