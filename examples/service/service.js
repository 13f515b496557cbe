/**
 * An HTTP server in front of a pool of workers: `POST /OPERATION` with JSON invokes a guest's operation. Guests that do
 * not end are stopped, requests that nobody waits for any more are aborted, and a full queue says so.
 */

import { once } from 'node:events';
import { createServer } from 'node:http';
import { json } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

import { WapcError, WapcPool } from 'wapc-host';

import { routes } from './stock.js';

const guest = fileURLToPath(new URL('../guests/target/wasm32-unknown-unknown/release/shop.wasm', import.meta.url));

/** Bytes of a request's body at the most. */
const LONGEST = 64 * 1024;

/** The status of each error that a client is told; all others are 500. */
const STATUS = {
  // The guest refuses: the request is at fault.
  WAPC_GUEST: 422,
  // The service is: it is stopping, has too much to do, or the guest did not end in time.
  WAPC_CLOSED: 503,
  WAPC_POOL_FULL: 503,
  WAPC_TIMEOUT: 504,
};

/** Answers one request by an invocation. */
async function answer(pool, request, response) {
  if (request.method !== 'POST') return reply(response, 405, { error: 'POST an operation' });
  if (!(Number(request.headers['content-length']) <= LONGEST)) {
    return reply(response, 413, { error: `send a content-length of at most ${LONGEST} bytes` });
  }
  // Aborts what runs for a client that has gone.
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  try {
    const value = await pool.call(request.url.slice(1), await json(request), { signal: gone.signal });
    return reply(response, 200, value);
  } catch (error) {
    if (gone.signal.aborted) return undefined;
    if (error instanceof SyntaxError) return reply(response, 400, { error: error.message });
    if (!(error instanceof WapcError)) throw error;
    return reply(response, STATUS[error.code] ?? 500, { code: error.code, error: error.message });
  }
}

function reply(response, status, value) {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value ?? null));
}

/**
 * Starts the service: its address, and a function that stops it.
 * @param {{ port: number, workers: number }} options
 */
export async function serve({ port, workers }) {
  const pool = await WapcPool.create(guest, {
    size: workers,
    workers: true,
    maxQueue: 100,
    limits: { timeout: 500, payload: LONGEST, memory: 16 * 1024 * 1024 },
    hostCall: routes,
    codec: 'json',
  });
  const server = createServer((request, response) => {
    answer(pool, request, response).catch((error) => reply(response, 500, { error: error.message }));
  });
  await once(server.listen(port, '127.0.0.1'), 'listening');
  const close = async () => {
    server.close();
    await pool.close();
  };
  return { address: `http://127.0.0.1:${server.address().port}/`, close };
}
