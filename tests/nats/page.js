/** Script of the page of tests/nats-page.test.js: a caller, and a server, over WebSocket. */

import { wsconnect } from '@nats-io/nats-core';
import { WapcError, WapcHost } from 'wapc-host';
import { remote, serve } from 'wapc-host/nats';

const text = (bytes) => new TextDecoder().decode(bytes);
const failure = (promise) =>
  promise.catch((error) => ({ ...error, message: error.message, isOurs: error instanceof WapcError }));

/** Everything that a page does as a caller: what came of it. */
async function call(address) {
  const connection = await wsconnect({ servers: address });
  const guest = remote(connection, 'hello', { codec: 'json' });
  const long = Uint8Array.from({ length: 3_000_000 }, (_, i) => i % 251);
  const answer = await guest.invoke('echo', long);
  const { signal } = AbortSignal.timeout === undefined ? new AbortController() : { signal: AbortSignal.timeout(50) };
  const outcomes = {
    echo: text(await guest.invoke('echo', 'from a page')),
    call: await guest.call('echo', { a: 1 }),
    long: answer.length === long.length && answer.every((byte, i) => byte === long[i]),
    many:
      (await Promise.all(Array.from({ length: 200 }, (_, i) => guest.call('echo', i)))).join() ===
      Array.from({ length: 200 }, (_, i) => i).join(),
    error: await failure(guest.invoke('nope')),
    nobody: (await failure(remote(connection, 'nobody').invoke('a'))).code,
    timeout: (await failure(guest.invoke('call', '', { timeout: 50 }))).code,
    aborted: (await guest.invoke('call', '', { signal }).catch((error) => error)).name,
  };
  await connection.close();
  return outcomes;
}

/** Serves a guest from the page. */
async function serveHere(address, guest) {
  const connection = await wsconnect({ servers: address });
  const host = await WapcHost.instantiate(guest, { hostCall: { '*': () => 'waPC' }, logger() {} });
  await serve(connection, host, { name: 'page', version: '1.0.0' });
}

Object.assign(globalThis, { call, serveHere });
