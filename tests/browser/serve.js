/** Serves the repository on a free loopback port. */

import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { text } from 'node:stream/consumers';

import { root } from '../../tools/run.js';

const TYPES = { '.html': 'text/html', '.css': 'text/css', '.js': 'text/javascript', '.wasm': 'application/wasm' };

/** Headers that a page needs to share memory with its workers. */
export const ISOLATED = {
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
};

/**
 * Starts the server: its address, a function that stops it, and the messages that pages post. The package is also
 * served as an installed one.
 * @param {object} [options]
 * @param {Record<string, string | Uint8Array>} [options.extra] further files, by path
 * @param {Record<string, string>} [options.headers]
 */
export async function serve({ extra = {}, headers = {} } = {}) {
  let receive;
  const posted = new Promise((resolve) => (receive = resolve));
  const server = createServer(async (request, response) => {
    if (request.method === 'POST') {
      receive(await text(request));
      return response.end();
    }
    const { pathname } = new URL(request.url, 'http://localhost');
    const path = normalize(decodeURIComponent(pathname)).replace('/page/node_modules/wapc-host/', '/');
    try {
      const body = extra[path] ?? (await readFile(join(root, path)));
      const type = TYPES[extname(path)] ?? 'application/octet-stream';
      response.writeHead(200, { 'content-type': type, ...headers }).end(body);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const stop = () => {
    server.close();
    server.closeAllConnections();
  };
  return { address: `http://127.0.0.1:${server.address().port}`, posted, stop };
}
