/** Serves a folder over HTTP, for the demo page, the site and tests. */

import { createReadStream, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';

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
