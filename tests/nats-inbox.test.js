/** Callers whose inbox for answers the NATS server had refused, once it is given other permissions. */

import { equal, rejects } from 'node:assert/strict';
import { test } from 'node:test';

import { remote, serve } from 'wapc-host/nats';

import { NatsServer } from './nats/server.js';
import { bytesOf, text } from './nats/setup.js';

const users = (subscribe) => `authorization { users: [
  { user: server, password: p },
  { user: deaf, password: p, permissions: { publish: [">"], subscribe: [${subscribe}] } }
] }`;

/**
 * Serves a guest that answers its payload, and has a caller be refused its inbox. Gives `work` the caller's connection,
 * `allow`, by which the server is told to refuse it no longer, and the operations that were run.
 */
async function refused(work) {
  const server = await NatsServer.start({ settings: users('"wapc.>"') });
  const [there, here] = await Promise.all(['server', 'deaf'].map((user) => server.connect({ user, pass: 'p' })));
  const begun = [];
  const invoke = async (operation, payload) => {
    begun.push(operation);
    return payload.slice();
  };
  const service = await serve(there, { invoke }, { name: 'echo', version: '1.0.0' });
  await rejects(remote(here, 'echo').invoke('unheard'), { code: 'WAPC_UNREACHABLE' });
  const allow = () => server.reload(users('"wapc.>", "_INBOX.>"'));
  try {
    await work({ server, here, allow, begun });
  } finally {
    await service.close();
    await server.close();
  }
}

test('a request that finds the inbox refused is tried again, as retries allow: it was not sent', () =>
  refused(async ({ here, allow, begun }) => {
    await allow();
    equal(text(await remote(here, 'echo', { retries: 10 }).invoke('heard', 'a')), 'a');
    equal(begun.filter((operation) => operation === 'heard').length, 1);
  }));

test('requests while the NATS server is away leave no subscriptions behind', { timeout: 60_000 }, () =>
  refused(async ({ server, here, allow }) => {
    await allow();
    await server.kill();
    for (let round = 0; round < 3; round++) {
      await rejects(remote(here, 'echo').invoke('away'), { code: 'WAPC_UNREACHABLE' });
      for await (const { type } of here.status()) if (type === 'reconnecting') break;
    }
    const statuses = here.status();
    await server.run();
    for await (const { type } of statuses) if (type === 'reconnect') break;
    const guest = remote(here, 'echo', { retries: 10 });
    const long = bytesOf(3_000_000);
    equal(Buffer.compare(await guest.invoke('long', long), long), 0);
    equal(here.protocol.subscriptions.size(), 1);
  }),
);
