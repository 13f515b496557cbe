/** Pages of the benchmark, whose scripts post what they have measured. */

import { ISOLATED, serve } from '../browser/serve.js';

/** A page of a benchmark, whose script posts what it has measured. */
export const pageOf = (script) => `<!doctype html>
<script type="importmap">
  { "imports": { "wapc-host": "/dist/index.js", "@wapc/host": "/peer.js" } }
</script>
<script>
  const fail = (error) => fetch('/failed', { method: 'POST', body: 'failed: ' + error });
  addEventListener('error', ({ message }) => fail(message));
  addEventListener('unhandledrejection', ({ reason }) => fail(reason));
</script>
<script type="module">
  ${script}
</script>`;

/**
 * Opens a page: the browser's name, and the text that the page's script posts.
 * @param {(url: string) => Promise<{ name: string, close: () => unknown }>} open
 * @param {string} page from `pageOf`
 * @param {object} [options]
 * @param {string} [options.query] of the page's address, from `?` on
 * @param {Record<string, string>} [options.headers] by default those of an isolated page
 * @param {Record<string, string | Uint8Array>} [options.extra] further files to serve, by path: `/peer.js` where the page imports `@wapc/host`
 */
export async function postedBy(open, page, { query = '', headers = ISOLATED, extra = {} } = {}) {
  const { address, posted, stop } = await serve({ extra: { ...extra, '/bench.html': page }, headers });
  const browser = await open(`${address}/bench.html${query}`);
  const told = await posted;
  await browser.close();
  stop();
  if (told.startsWith('failed: ')) throw new Error(`${browser.name}: ${told}`);
  return { name: browser.name, told };
}
