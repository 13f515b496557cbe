/** `npm run demo [-- --build]`: builds the demo page into www/dist, as a static site, and serves it on this machine. */

import { createReadStream, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';

import { buildPage } from './page/build.js';
import { step } from './run.js';

const TYPES = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.wasm': 'application/wasm',
  '.woff2': 'font/woff2',
};

/** The path of a file that is asked for; undefined where the request names none. */
function pathOf(url) {
  try {
    const path = normalize(decodeURIComponent(new URL(url, 'http://localhost').pathname));
    return path.includes('\0') ? undefined : path.replace(/\/$/, '/index.html');
  } catch {
    return undefined;
  }
}

/**
 * Serves a folder on a loopback port: its address, and a function that stops it.
 * @param {string} folder
 * @param {number} port 0 for any that is free
 * @param {Record<string, string> | ((path: string) => Record<string, string>)} headers of all files, or of the one at a path
 */
export async function serveFolder(folder, port, headers) {
  const server = createServer((request, response) => {
    const path = pathOf(request.url);
    if (path === undefined) return response.writeHead(400).end();
    const file = join(folder, path);
    if (!statSync(file, { throwIfNoEntry: false })?.isFile()) return response.writeHead(404).end();
    const others = typeof headers === 'function' ? headers(path) : headers;
    response.writeHead(200, { 'content-type': TYPES[extname(file)] ?? 'application/octet-stream', ...others });
    return createReadStream(file).pipe(response);
  });
  await new Promise((resolve, reject) => server.once('error', reject).listen(port, '127.0.0.1', resolve));
  const stop = () => (server.close(), server.closeAllConnections());
  return { address: `http://127.0.0.1:${server.address().port}/`, stop };
}

/** Headers that allow shared memory, by which workers wait. Hosts of the page that cannot send them have none. */
const ISOLATED = { 'cross-origin-opener-policy': 'same-origin', 'cross-origin-embedder-policy': 'require-corp' };

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { site, size } = await buildPage();
  step(`www/dist: ${size} bytes gzipped until it has greeted, ready to be put anywhere`);
  if (!process.argv.includes('--build')) {
    const { address } = await serveFolder(site, 8080, ISOLATED).catch(() => serveFolder(site, 0, ISOLATED));
    console.log(`The page is at ${address} (Ctrl+C ends it)`);
  }
}
