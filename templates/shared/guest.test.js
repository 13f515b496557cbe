import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { WapcHost } from 'wapc-host';

import hostCall, { codec } from './routes.js';

const guest = fileURLToPath(new URL('{{guest}}', import.meta.url));
const lines = [];
const host = await WapcHost.instantiate(guest, { hostCall, codec, logger: (line) => lines.push(line) });
after(() => host.close());

test('hello greets', async () => {
  assert.equal(await host.call('hello', 'waPC'), 'Hello, waPC!');
});

test('add takes JSON and answers with JSON', async () => {
  const answer = await host.invoke('add', JSON.stringify({ a: 1, b: 2.5 }));
  assert.deepEqual(JSON.parse(new TextDecoder().decode(answer)), { sum: 3.5 });
});

test('add refuses an object without numbers', async () => {
  await assert.rejects(host.invoke('add', '{}'), { code: 'WAPC_GUEST' });
});

test('shout asks the host, and logs', async () => {
  assert.equal(await host.call('shout', 'hello'), 'HELLO!');
  assert.deepEqual(lines, ['shouting']);
});
