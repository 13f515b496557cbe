/**
 * Runs the suite and the demo page in WebKitGTK, which has no JSPI, no memory shared with workers, and no
 * `Symbol.dispose`.
 */

import { buildPage } from '../../tools/page/build.js';
import { PATIENCE } from '../browser/browsers.js';
import { serve } from '../browser/serve.js';
import { openWebKit } from '../browser/webkit.js';
import { DRIVEN, drivenPage } from '../browser/driven.js';

/**
 * WebKitGTK compiles guests on one thread, and its optimising compiler keeps that one for minutes, on a busy machine, with
 * guests that loop and recurse for ever: what is compiled next waits for it.
 */
const WITHOUT_OPTIMISING = { JSC_useOMGJIT: '0' };

/** The outcomes of both: rows of a name, the number that passed, and the failures. */
export async function inWebKit() {
  await buildPage();
  const rows = [];
  for (const [what, path, settings] of [
    ['the suite', '/tests/browser/index.html'],
    ['the page', DRIVEN, WITHOUT_OPTIMISING],
  ]) {
    const { address, posted, stop } = await serve({ extra: drivenPage() });
    const { name, close } = await openWebKit(address + path, settings);
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
