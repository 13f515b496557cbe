/** `npm run demo [-- --build]`: builds the demo page into www/dist, as a static site, and serves it on this machine. */

import { buildPage } from './page/build.js';
import { step } from './run.js';
import { serveFolder } from './serve.js';

/** Headers that allow shared memory, by which workers wait. Hosts of the page that cannot send them have none. */
const ISOLATED = { 'cross-origin-opener-policy': 'same-origin', 'cross-origin-embedder-policy': 'require-corp' };

const { site, size } = await buildPage();
step(`www/dist: ${size} bytes gzipped until it has greeted, ready to be put anywhere`);
if (!process.argv.includes('--build')) {
  const { address } = await serveFolder(site, 8080, ISOLATED).catch(() => serveFolder(site, 0, ISOLATED));
  console.log(`The page is at ${address} (Ctrl+C ends it)`);
}
