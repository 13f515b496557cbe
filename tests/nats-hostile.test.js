/** What others on the connection may send: foreign headers, second answers, late ones, cancels of what is not theirs. */

import { deepEqual, equal, ok, rejects } from 'node:assert/strict';
import { once } from 'node:events';
import { createConnection } from 'node:net';
import { after, test } from 'node:test';

import { createInbox, headers } from '@nats-io/nats-core';
import { WapcError } from 'wapc-host';
import { remote, serve } from 'wapc-host/nats';

import { NatsServer } from './nats/server.js';
import { benchPool, deferred, text, until } from './nats/setup.js';

const server = await NatsServer.start();
const here = await server.connect();
const there = await server.connect();
const pool = await benchPool();
const service = await serve(there, pool, { name: 'hello', version: '1.0.0' });
after(async () => {
  await service.close();
  await pool.close();
  await server.close();
});

const named = (fields) => {
  const own = headers();
  for (const [name, values] of Object.entries(fields)) for (const value of [values].flat()) own.append(name, value);
  return own;
};
const endpoint = async () => (await here.request(`$SRV.STATS.hello.${service.id}`)).json().endpoints[0];

test('headers of foreign clients', async () => {
  for (const [fields, code] of [
    [{}, undefined],
    [{ 'X-Other': ['a', 'b'], authorization: 'ü'.repeat(1000) }, undefined],
    [{ 'Wapc-Request': '' }, undefined],
    [{ 'Wapc-Request': 'timeout=5000' }, undefined],
    [{ 'Wapc-Request': 'timeout=5000 future=1 more' }, undefined],
    [{ 'Wapc-Request': 'cancel pieces alive=0' }, undefined],
    [{ 'Wapc-Request': 'alive=999999999999999' }, undefined],
    [{ 'Wapc-Request': ['timeout=5000', 'timeout=-1'] }, undefined],
    [{ 'Wapc-Request': 'timeout=999999999999999' }, undefined],
    [{ 'Wapc-Error': 'WAPC_TRAP', 'Nats-Service-Error': 'no' }, undefined],
    [{ 'Wapc-Message': 'piece 0 5' }, 'WAPC_ARGUMENT'],
    [{ 'Wapc-Message': 'alive', 'Wapc-Request': 'timeout=5000' }, 'WAPC_ARGUMENT'],
    [{ 'Wapc-Request': 'timeout=0' }, 'WAPC_TIMEOUT'],
    [{ 'Wapc-Request': 'timeout=-1' }, 'WAPC_ARGUMENT'],
    [{ 'Wapc-Request': 'timeout=' }, 'WAPC_ARGUMENT'],
    [{ 'Wapc-Request': 'timeout=1.5' }, 'WAPC_ARGUMENT'],
    [{ 'Wapc-Request': 'timeout=Infinity' }, 'WAPC_ARGUMENT'],
    [{ 'Wapc-Request': 'alive=x' }, 'WAPC_ARGUMENT'],
    [{ 'Wapc-Request': 'timeout=1000000000000000' }, 'WAPC_ARGUMENT'],
  ]) {
    const answer = await here.request('wapc.hello.echo', 'x', { headers: named(fields), timeout: 5_000 });
    const what = JSON.stringify(fields);
    equal(answer.headers?.get('Wapc-Error'), code, what);
    if (code === undefined) equal(answer.string(), 'x', what);
  }
  await until(async () => (await endpoint()).data.inFlight === 0);
});

test('messages to a member that belong to nothing, and cancels of what is not there, change nothing', async () => {
  const { id } = service;
  for (const subject of [
    `wapc.$member.${id}.1`,
    `wapc.$member.${id}.zzz`,
    'wapc.$cancel.hello',
    `wapc.$member.${id}.__proto__`,
  ]) {
    for (const body of ['', 'x', '__proto__', new Uint8Array([0xff, 0xfe])]) {
      for (const message of [
        '',
        'piece 0 5',
        'piece 1',
        'acknowledge 99',
        'acknowledge -1',
        'alive',
        '  ',
        'x y z w',
      ]) {
        here.publish(subject, body, { headers: named({ 'Wapc-Message': message }) });
      }
      here.publish(subject, body);
    }
  }
  await here.flush();
  equal(text(await remote(here, 'hello').invoke('echo', 'fine')), 'fine');
  equal((await endpoint()).data.inFlight, 0);
});

/** A service by hand on another name: `answer` publishes what it likes to the reply subject. */
async function byHand(answer, work) {
  const subscription = there.subscribe('wapc.by-hand.>', { callback: (error, message) => answer(message) });
  await there.flush();
  try {
    return await work(remote(here, 'by-hand', { timeout: 5_000 }));
  } finally {
    subscription.unsubscribe();
  }
}

/** Headers that NATS servers pass on, and its client does not read. */
const UNREADABLE = ['a name: x', 'name: a\nb', 'n\u00e4me: x'];

/** Publishes messages with headers as they are, which no client of NATS would send. Resolves when the server has them. */
async function publishRaw(messages) {
  const socket = createConnection(server.port, '127.0.0.1');
  let said = '';
  socket.setEncoding('latin1').on('data', (data) => (said += data));
  socket.write('CONNECT {"verbose":false,"headers":true,"lang":"test","version":"1"}\r\n');
  for (const { subject, reply = '', lines, body = '' } of messages) {
    const block = `NATS/1.0\r\n${lines}\r\n\r\n`;
    const length = Buffer.byteLength(block);
    socket.write(`HPUB ${subject} ${reply} ${length} ${length + Buffer.byteLength(body)}\r\n${block}${body}\r\n`);
  }
  socket.write('PING\r\n');
  await until(() => said.includes('PONG') || said.includes('-ERR'));
  socket.end();
  await once(socket, 'close');
  ok(!said.includes('-ERR'), said);
}

test('headers that cannot be read end their request alone, and the connections go on', async () => {
  const { id } = service;
  for (const lines of UNREADABLE) {
    const inbox = createInbox();
    const answers = [];
    here.subscribe(inbox, { callback: (error, message) => answers.push(message.headers?.get('Wapc-Error')) });
    await here.flush();
    await publishRaw([
      { subject: `wapc.$member.${id}.1`, lines },
      { subject: 'wapc.$cancel.hello', lines, body: inbox },
      { subject: '$SRV.PING.hello', reply: inbox, lines },
      { subject: 'wapc.hello.echo', lines },
      { subject: 'wapc.hello.echo', reply: inbox, lines, body: 'x' },
    ]);
    await until(() => answers.length === 2);
    deepEqual(new Set(answers), new Set([undefined, 'WAPC_ARGUMENT']), JSON.stringify(lines));
    equal(text(await remote(here, 'hello').invoke('echo', 'fine')), 'fine');
  }
  for (const lines of UNREADABLE) {
    await byHand(
      (message) => void publishRaw([{ subject: message.reply, lines, body: 'x' }]),
      (guest) => rejects(guest.invoke('a'), { code: 'WAPC_UNREACHABLE', guest: 'by-hand', operation: 'a' }),
    );
    equal(text(await remote(here, 'hello').invoke('echo', 'fine')), 'fine');
  }
  equal((await endpoint()).data.inFlight, 0);
});

test('an answer does not have the caller publish anywhere but to members', async () => {
  const heard = [];
  const others = there.subscribe('others.>', { callback: (error, { subject }) => heard.push(subject) });
  for (const [what, payload] of [
    ['piece 0 2', ''],
    ['continue 1', new Uint8Array(1_500_000)],
  ]) {
    for (const reply of ['others.a', 'others.wapc.$member.a', undefined]) {
      await byHand(
        (message) => there.publish(message.reply, 'x', { headers: named({ 'Wapc-Message': what }), reply }),
        (guest) => rejects(guest.invoke('a', payload), { code: 'WAPC_UNREACHABLE', operation: 'a' }),
      );
    }
  }
  await here.flush();
  await there.flush();
  deepEqual(heard, []);
  others.unsubscribe();
});

test('reply subjects that are as long as a NATS server takes end no connection', async () => {
  // A NATS server ends the connection of a client whose message has longer subjects in all, as an answer to these would.
  const own = await server.connect();
  const answering = await server.connect();
  const member = await serve(own, pool, { name: 'member', version: '1.0.0' });
  const lost = [];
  for (const connection of [own, here]) {
    void (async () => {
      for await (const { type } of connection.status()) if (type === 'disconnect') lost.push(connection);
    })();
  }
  const [CONTROL_LINE, OTHERS] = [4_096, 'wapc.member.echo  99 1099'.length];
  const reply = 'r'.repeat(CONTROL_LINE - OTHERS);
  const pieces = named({ 'Wapc-Request': 'pieces length=1500000' });
  answering.publish('wapc.member.echo', new Uint8Array(1_000), { reply, headers: pieces });
  await answering.flush();
  equal(text(await remote(here, 'member').invoke('echo', 'a')), 'a');
  const long = `wapc.$member.${'r'.repeat(CONTROL_LINE - 100)}`;
  for (const [what, payload] of [
    ['piece 0 2', ''],
    ['continue 1', new Uint8Array(1_500_000)],
  ]) {
    await byHand(
      (message) => there.publish(message.reply, 'x', { headers: named({ 'Wapc-Message': what }), reply: long }),
      (guest) => rejects(guest.invoke('a', payload), { code: 'WAPC_UNREACHABLE', operation: 'a' }),
    );
  }
  await Promise.all([own.flush(), here.flush()]);
  deepEqual(lost, []);
  await member.close();
});

test('a second answer is ignored, whatever it is', async () => {
  const second = [
    undefined,
    named({ 'Wapc-Error': 'WAPC_TRAP' }),
    named({ 'Wapc-Message': 'piece 0 5' }),
    named({ 'Wapc-Message': 'alive' }),
  ];
  for (const headers of second) {
    const answer = (message) => {
      message.respond('first');
      message.respond('second', { headers });
    };
    await byHand(answer, async (guest) => {
      const answers = await Promise.all(Array.from({ length: 10 }, () => guest.invoke('a')));
      deepEqual(new Set(answers.map(text)), new Set(['first']));
    });
  }
});

test('an answer after the deadline is ignored, and the next request gets its own', async () => {
  const late = [];
  await byHand(
    (message) => (text(message.data) === 'slow' ? late.push(message) : message.respond(message.data)),
    async (guest) => {
      await rejects(guest.invoke('a', 'slow', { timeout: 50 }), { code: 'WAPC_TIMEOUT' });
      late[0].respond('late');
      equal(text(await guest.invoke('a', 'quick')), 'quick');
      late[0].respond('later', { headers: named({ 'Wapc-Error': 'WAPC_TRAP' }) });
      equal(text(await guest.invoke('a', 'quick')), 'quick');
    },
  );
});

test('errors of services of others, and errors that are none', async () => {
  for (const [fields, body, expected] of [
    [
      { 'Nats-Service-Error': 'no', 'Nats-Service-Error-Code': '500' },
      '',
      { code: 'WAPC_GUEST', message: 'no', guest: 'by-hand', operation: 'a' },
    ],
    [{ 'Nats-Service-Error-Code': '404' }, '', { code: 'WAPC_GUEST' }],
    [{ 'Wapc-Error': 'WAPC_TRAP' }, 'not JSON', { code: 'WAPC_TRAP', message: '' }],
    [{ 'Wapc-Error': 'WAPC_TRAP', 'Nats-Service-Error': 'said' }, 'null', { code: 'WAPC_TRAP', message: 'said' }],
    [
      { 'Wapc-Error': 'WAPC_TRAP' },
      '{"message":5,"guest":{},"operation":[],"hostCall":{"binding":1}}',
      { code: 'WAPC_TRAP', operation: 'a', hostCall: undefined },
    ],
    [
      { 'Wapc-Error': 'WAPC_TRAP' },
      '{"message":"m","code":"OTHER","__proto__":{"guest":"x"},"stack":"s"}',
      { code: 'WAPC_TRAP', message: 'm', guest: undefined },
    ],
    [{ 'Wapc-Error': 'OTHER', 'Nats-Service-Error': 'odd' }, '', { code: 'WAPC_GUEST', message: 'odd' }],
    [{ 'Wapc-Error': 'WAPC_NEW_ONE' }, '{"message":"m"}', { code: 'WAPC_NEW_ONE', message: 'm' }],
  ]) {
    await byHand(
      (message) => message.respond(body, { headers: named(fields) }),
      async (guest) => {
        const error = await guest.invoke('a').catch((error) => error);
        ok(error instanceof WapcError);
        for (const [name, value] of Object.entries(expected))
          equal(error[name], value, `${JSON.stringify(fields)} ${name}`);
      },
    );
  }
});

test('an answer with headers of others is an answer', () =>
  byHand(
    (message) => message.respond('fine', { headers: named({ 'X-Other': 'yes' }) }),
    async (guest) => equal(text(await guest.invoke('a')), 'fine'),
  ));

test('each request that a lost connection ends has an error of its own', async () => {
  const own = await server.connect();
  const taken = new Set();
  const names = ['one', 'two'];
  const silent = names.map((name) =>
    there.subscribe(`wapc.silent-${name}.>`, { callback: (error, message) => taken.add(message.subject) }),
  );
  await there.flush();
  const lost = () =>
    names.map((name) =>
      remote(own, `silent-${name}`)
        .invoke(name)
        .catch((error) => error),
    );
  const during = lost();
  await until(() => taken.size === 2);
  await own.close();
  for (const errors of [await Promise.all(during), await Promise.all(lost())]) {
    deepEqual(
      errors.map(({ code, guest, operation }) => [code, guest, operation]),
      names.map((name) => ['WAPC_UNREACHABLE', `silent-${name}`, name]),
    );
  }
  for (const subscription of silent) subscription.unsubscribe();
});

test('a signal that many requests share is let go of', async () => {
  const { signal } = new AbortController();
  const answers = Array.from({ length: 500 }, (_, i) => remote(here, 'hello').invoke('echo', String(i), { signal }));
  deepEqual(
    (await Promise.all(answers)).map(text),
    Array.from({ length: 500 }, (_, i) => String(i)),
  );
  equal((await endpoint()).data.inFlight, 0);
});

test('a request whose authorize never settles ends with its time, or its cancel', async () => {
  let asked = 0;
  const authorize = () => {
    asked++;
    return new Promise(() => {});
  };
  const own = await serve(there, pool, { name: 'undecided', version: '1.0.0', authorize });
  const stats = async () => (await here.request(`$SRV.STATS.undecided.${own.id}`)).json().endpoints[0];
  const inbox = createInbox();
  const codes = [];
  here.subscribe(inbox, { callback: (error, message) => codes.push(message.headers.get('Wapc-Error')) });
  const ask = (fields) =>
    here.publish('wapc.undecided.echo', 'x', { headers: named({ 'Wapc-Request': fields }), reply: inbox });
  ask('timeout=50');
  await until(() => codes.length === 1);
  ask('cancel');
  await until(() => asked === 2);
  here.publish('wapc.$cancel.undecided', inbox);
  await until(() => codes.length === 2);
  deepEqual(codes, ['WAPC_TIMEOUT', 'WAPC_CLOSED']);
  equal((await stats()).data.inFlight, 0);
  await own.close();
});

test('STATS is answered where its data are none of JSON, or longer than a message', async () => {
  for (const data of [
    () => ({ count: 1n }),
    () => ({ long: 'ä'.repeat(2 ** 19) }),
    () => ({
      toJSON() {
        throw new Error('no');
      },
    }),
    async () => {
      throw new Error('no');
    },
  ]) {
    const own = await serve(there, pool, { name: 'odd', version: '1.0.0', data });
    const [{ num_requests: requests, data: said }] = (await here.request(`$SRV.STATS.odd.${own.id}`)).json().endpoints;
    deepEqual([requests, typeof said.error], [0, 'string']);
    await own.close();
  }
});

test('a getter of the context that aborts ends the request', async () => {
  const controller = new AbortController();
  const context = {
    get traceparent() {
      controller.abort(new Error('enough'));
      return undefined;
    },
  };
  const { signal } = controller;
  await rejects(remote(here, 'hello').invoke('echo', '', { signal, context }), { message: 'enough' });
  equal((await endpoint()).data.inFlight, 0);
});

test('a cancel from the caller alone ends its request', async () => {
  const answer = deferred();
  const waiting = await benchPool({ hostCall: () => answer.promise, async: true, size: 2 });
  const own = await serve(there, waiting, { name: 'waiting', version: '1.0.0' });
  const controller = new AbortController();
  const guest = remote(here, 'waiting');
  const aborted = guest.invoke('call', '', { signal: controller.signal });
  const other = guest.invoke('call', '', { signal: new AbortController().signal });
  await until(() => waiting.stats.busy === 2);
  controller.abort(new Error('enough'));
  await rejects(aborted, { message: 'enough' });
  answer.resolve('kept');
  equal(text(await other), 'kept');
  await own.close();
  await waiting.close();
});
