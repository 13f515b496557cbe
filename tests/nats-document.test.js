/** docs/cluster.md: the permissions that it gives are those that serving and invoking need, and no more. */

import { deepEqual, equal, ok, rejects } from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { guestStore, remote, serve } from 'wapc-host/nats';

import { root } from '../tools/run.js';
import { blocksOf } from './documents/markdown.js';
import { NatsServer } from './nats/server.js';
import { benchPool, bytesOf, deferred, text, until } from './nats/setup.js';

const document = readFileSync(join(root, 'docs/cluster.md'), 'utf8');
const { block } = blocksOf(document).find(({ file }) => file === 'nats.conf');

test('with the permissions of the document all works, and nothing beside it', async () => {
  const settings = block.replace('$GREETER', 'p').replace('$ADA', 'p');
  const server = await NatsServer.start({ settings });
  const pool = await benchPool({ hostCall: () => new Promise(() => {}), async: true, size: 2 });
  try {
    const options = { pass: 'p' };
    const member = await server.connect({ ...options, user: 'greeter', inboxPrefix: '_INBOX.greeter' });
    const ada = await server.connect({ ...options, user: 'ada', inboxPrefix: '_INBOX.ada' });
    const service = await serve(member, pool, { name: 'greeter', version: '1.0.0', authorize: () => {} });
    const guest = remote(ada, 'greeter');
    // The operation that she may use is none of this guest.
    await rejects(guest.invoke('hello', 'x'), { code: 'WAPC_GUEST' });
    await rejects(guest.invoke('hello', bytesOf(3 << 20)), { code: 'WAPC_GUEST' });
    for (const operation of ['echo', 'hell%6f', ''])
      await rejects(guest.invoke(operation), { code: 'WAPC_UNREACHABLE' });
    await rejects(serve(ada, pool, { name: 'greeter', version: '1.0.0' }), { code: 'WAPC_UNREACHABLE' });
    for (const subject of ['wapc.>', '_INBOX.>', '_INBOX.greeter.>', '$SRV.>']) {
      const refused = deferred();
      ada.subscribe(subject, { callback: (error) => refused.resolve(error) });
      ok((await refused.promise).message.includes('Permissions Violation'), subject);
    }
    await service.close();
  } finally {
    await pool.close();
    await server.close();
  }
});

test('an abort is allowed as well', async () => {
  const settings = block
    .replace('$GREETER', 'p')
    .replace('$ADA', 'p')
    .replace('wapc.greeter.hello', 'wapc.greeter.call');
  const server = await NatsServer.start({ settings });
  const ended = deferred();
  const hostCall = (binding, namespace, operation, payload, { signal }) => {
    signal.addEventListener('abort', () => ended.resolve('aborted'));
    return ended.promise;
  };
  const pool = await benchPool({ hostCall, async: true });
  try {
    const member = await server.connect({ user: 'greeter', pass: 'p', inboxPrefix: '_INBOX.greeter' });
    const ada = await server.connect({ user: 'ada', pass: 'p', inboxPrefix: '_INBOX.ada' });
    const service = await serve(member, pool, { name: 'greeter', version: '1.0.0' });
    const controller = new AbortController();
    const invoked = remote(ada, 'greeter').invoke('call', '', { signal: controller.signal });
    await until(() => pool.stats.busy === 1);
    controller.abort(new Error('enough'));
    await rejects(invoked, { message: 'enough' });
    equal(await ended.promise, 'aborted');
    await service.close();
    equal(text(await pool.invoke('echo', 'a')), 'a');
  } finally {
    await pool.close();
    await server.close();
  }
});

test('a member follows a store, which callers cannot have it delete', async () => {
  const settings = block
    .replace('$GREETER', 'p')
    .replace('$ADA', 'p')
    .replace('users: [', 'users: [{ user: admin, password: p },');
  const server = await NatsServer.start({ settings, jetstream: true });
  const pool = await benchPool({ size: 1 });
  try {
    const store = guestStore(await server.connect({ user: 'admin', pass: 'p' }), 'guests');
    const [first, second] = [bytesOf(3 << 20), bytesOf(5 << 20)];
    await store.put('greeter', first);
    const member = await server.connect({ user: 'greeter', pass: 'p', inboxPrefix: '_INBOX.greeter' });
    const its = guestStore(member, 'guests');
    equal(Buffer.compare(await its.get('greeter'), first), 0);
    const changed = deferred();
    const watch = await its.watch('greeter', changed.resolve);
    await store.put('greeter', second);
    equal(Buffer.compare(await changed.promise, second), 0);
    watch.stop();
    // The answers of the member go wherever its callers say.
    const service = await serve(member, pool, { name: 'greeter', version: '1.0.0' });
    const ada = await server.connect({ user: 'ada', pass: 'p', inboxPrefix: '_INBOX.ada' });
    const refused = [];
    void (async () => {
      for await (const { type, error } of member.status()) if (type === 'error') refused.push(error.subject);
    })();
    const subjects = ['PURGE', 'DELETE'].map((verb) => `$JS.API.STREAM.${verb}.OBJ_guests`);
    for (const reply of subjects) ada.publish('wapc.greeter.hello', undefined, { reply });
    await rejects(remote(ada, 'greeter').invoke('hello', 'x'), { code: 'WAPC_GUEST' });
    // The client tells of what the NATS server refuses some turns after it has said so.
    await until(() => refused.length === subjects.length);
    deepEqual(refused, subjects);
    equal(Buffer.compare(await store.get('greeter'), second), 0);
    await service.close();
  } finally {
    await pool.close();
    await server.close();
  }
});
