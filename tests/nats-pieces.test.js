/** Payloads and responses that are longer than a message: whole, or an error in time; and what is kept for them. */

import { deepEqual, equal, ok, rejects } from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

import { createInbox, headers } from '@nats-io/nats-core';
import { WapcError } from 'wapc-host';
import { remote, serve } from 'wapc-host/nats';

import { startProxy } from './nats/proxy.js';
import { NatsServer } from './nats/server.js';
import { benchPool, bytesOf, deferred, until } from './nats/setup.js';

const MIB = 1 << 20;
/** What is kept of a message for headers, of at most half of it. */
const HEADERS = 2048;

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc');

/** Bytes of all arrays that are in use. */
async function arrayBytes() {
  for (let round = 0; round < 5; round++) {
    await new Promise(setImmediate);
    collectGarbage();
  }
  return process.memoryUsage().arrayBuffers;
}

const usual = await NatsServer.start();
const small = await NatsServer.start({ settings: 'max_payload: 8192' });
const pool = await benchPool({ size: 2 });
after(async () => {
  await pool.close();
  await Promise.all([usual.close(), small.close()]);
});

const named = (fields) => {
  const own = headers();
  for (const [name, value] of Object.entries(fields)) own.set(name, value);
  return own;
};
const sameBytes = (one, other) => equal(Buffer.compare(one, other), 0);

/** Serves `guest` on a server for the length of `work`. */
async function served(server, work, { guest = pool, name = 'hello', ...options } = {}) {
  const [here, there] = await Promise.all([server.connect(), server.connect()]);
  const service = await serve(there, guest, { name, version: '1.0.0', ...options });
  const data = async () => (await here.request(`$SRV.STATS.${name}.${service.id}`)).json().endpoints[0];
  try {
    await work({ here, there, guest: remote(here, name, { timeout: 60_000 }), stats: data });
  } finally {
    await service.close();
  }
}

test('every length around those of messages and pieces comes back to the byte', () =>
  served(small, async ({ guest }) => {
    const piece = 8192 - HEADERS;
    for (const count of [1, 2, 8, 9, 17]) {
      for (const more of [-1, 0, 1]) {
        const payload = bytesOf(count * piece + more);
        sameBytes(await guest.invoke('echo', payload), payload);
      }
    }
    const many = Array.from({ length: 40 }, (_, i) => bytesOf(i * 3_001));
    const answers = await Promise.all(many.map((payload) => guest.invoke('echo', payload)));
    for (const [index, answer] of answers.entries()) sameBytes(answer, many[index]);
  }));

test('64 MiB go and come back over a server with the usual limit', () =>
  served(usual, async ({ guest, stats }) => {
    const payload = bytesOf(64 * MIB);
    const into = new Uint8Array(64 * MIB);
    const response = await guest.invoke('echo', payload, { into });
    equal(response.buffer, into.buffer);
    sameBytes(response, payload);
    await until(async () => (await stats()).data.inFlight === 0);
  }));

test('pieces of one request go to one member', async () => {
  const [one, two] = await Promise.all([small.connect(), small.connect()]);
  const pools = await Promise.all([benchPool(), benchPool()]);
  const services = await Promise.all(
    pools.map((guest, i) => serve([one, two][i], guest, { name: 'both', version: '1.0.0' })),
  );
  const guest = remote(one, 'both', { timeout: 60_000 });
  const payloads = Array.from({ length: 30 }, (_, i) => bytesOf(50_000 + i));
  const answers = await Promise.all(payloads.map((payload) => guest.invoke('echo', payload)));
  for (const [index, answer] of answers.entries()) sameBytes(answer, payloads[index]);
  ok(pools.every(({ stats }) => stats.invocations > 0));
  await Promise.all([...services, ...pools].map((open) => open.close()));
});

/**
 * A caller by hand: sends the first piece, then what `more` sends to where the member wants it. Resolves with the first
 * error, and with the messages before it.
 */
async function callByHand(connection, { subject = 'wapc.hello.echo', fields, first, more = () => {} }) {
  const inbox = createInbox();
  const seen = [];
  const { promise, resolve } = deferred();
  const subscription = connection.subscribe(inbox, {
    callback: (error, message) => {
      const code = message.headers?.get('Wapc-Error');
      if (code || message.headers?.get('Wapc-Message') === '') return resolve({ code, seen });
      seen.push(message.headers.get('Wapc-Message'));
      if (seen.length === 1)
        more(
          (index, piece, reply = inbox) =>
            connection.publish(message.reply, piece, { headers: named({ 'Wapc-Message': `piece ${index}` }), reply }),
          message.reply,
        );
    },
  });
  connection.publish(subject, first, { headers: named({ 'Wapc-Request': fields }), reply: inbox });
  const outcome = await promise;
  subscription.unsubscribe();
  return outcome;
}

test('pieces that are not what was announced are an error at once', () =>
  served(small, async ({ here, stats }) => {
    const before = pool.stats.invocations;
    const first = bytesOf(1_000);
    const lost = 'WAPC_UNREACHABLE';
    for (const [fields, sent, more, code] of [
      ['length=3000', first, (send) => send(2, first), lost],
      ['length=3000', first, (send) => send(0, first), lost],
      ['length=3000', first, (send) => send(1, bytesOf(2_001)), lost],
      ['length=3000', first, (send) => send(1, new Uint8Array(0)), lost],
      ['length=3000', first, (send) => send(1, first, ''), lost],
      ['length=3000', first, (send) => send(1, first, 'elsewhere'), lost],
      ['length=999', first, undefined, lost],
      ['length=3000', new Uint8Array(0), undefined, lost],
      ['length=0', first, undefined, lost],
      [`length=${2 ** 29 + 1}`, first, undefined, 'WAPC_LIMIT'],
      ['length=-1', first, undefined, 'WAPC_ARGUMENT'],
      ['length=1e3', first, undefined, 'WAPC_ARGUMENT'],
      ['length=9999999999999999', first, undefined, 'WAPC_ARGUMENT'],
    ]) {
      const outcome = await callByHand(here, { fields, first: sent, more });
      equal(outcome.code, code, fields);
    }
    equal(pool.stats.invocations, before);
    equal((await stats()).data.inFlight, 0);
  }));

/** Serves an operation by hand: `answer` gets the message and publishes what it likes. */
async function servedByHand(server, answer, work) {
  const [here, there] = await Promise.all([server.connect(), server.connect()]);
  there.subscribe('wapc.by-hand.>', { callback: (error, message) => answer(message, there) });
  await there.flush();
  await work(remote(here, 'by-hand', { timeout: 60_000 }));
  await Promise.all([here.close(), there.close()]);
}

const pieceOf = (connection, message, text, body, reply = 'wapc.$member.one.1') =>
  connection.publish(message.reply, body, { headers: named({ 'Wapc-Message': text }), reply });

test('a response with a piece missing, or one too many, is an error and never an answer', async () => {
  const part = bytesOf(1_000);
  for (const [what, pieces] of Object.entries({
    'one is missing': [
      ['piece 0 3000', part],
      ['piece 2', part],
    ],
    'the first is missing': [['piece 1', part]],
    'one comes twice': [
      ['piece 0 3000', part],
      ['piece 0 3000', part],
    ],
    'one is too long': [
      ['piece 0 1500', part],
      ['piece 1', part],
    ],
    'one is empty': [
      ['piece 0 1500', part],
      ['piece 1', undefined],
    ],
    'one of another service': [
      ['piece 0 3000', part],
      ['piece 1', part, 'wapc.$member.other.1'],
    ],
    'no length': [['piece 0', part]],
    'too long for memory': [[`piece 0 ${2 ** 29 + 1}`, part]],
    'of no kind': [['peace 0', part]],
    'no number': [['piece x', part]],
  })) {
    const answer = (message, connection) => {
      for (const [text, body, reply] of pieces) pieceOf(connection, message, text, body, reply);
    };
    await servedByHand(small, answer, async (guest) => {
      const error = await guest.invoke('echo', '').catch((error) => error);
      ok(['WAPC_UNREACHABLE', 'WAPC_LIMIT'].includes(error.code), `${what}: ${error.code}`);
    });
  }
});

test('a caller that takes no pieces gets an error, not the first of them', () =>
  served(small, async ({ here }) => {
    const big = await benchPool({ hostCall: () => bytesOf(20_000) });
    const authorize = ({ operation }) => {
      if (operation === 'echo') throw new Error('x'.repeat(20_000));
    };
    const service = await serve(here, big, { name: 'big', version: '1.0.0', authorize });
    const answer = await here.request('wapc.big.call', 'x');
    equal(answer.headers.get('Wapc-Error'), 'WAPC_LIMIT');
    const error = await here.request('wapc.big.echo', 'x');
    deepEqual([error.headers.get('Wapc-Error'), error.data.length], ['WAPC_GUEST', 0]);
    equal(error.headers.get('Nats-Service-Error'), 'x'.repeat(200));
    await service.close();
    await big.close();
  }));

test('a payload in pieces counts until its request has ended, a response until it was taken', async () => {
  const answer = deferred();
  const hostCall = (binding, namespace, operation, payload) =>
    payload.length === 1 ? answer.promise : new Uint8Array(Number(new TextDecoder().decode(payload)));
  const waiting = await benchPool({ hostCall, async: true });
  await served(
    usual,
    async ({ here, guest, stats }) => {
      const busy = guest.invoke('call', 'x');
      await until(() => waiting.stats.busy === 1);
      const queued = guest.invoke('echo', bytesOf(2 * MIB));
      await until(() => waiting.stats.waiting === 1);
      const first = new Uint8Array(1);
      const over = await callByHand(here, { fields: `length=${2 ** 29 - 2 * MIB + 1}`, first });
      deepEqual(over, { code: 'WAPC_POOL_FULL', seen: [] });
      const fits = await callByHand(here, {
        fields: `length=${2 ** 29 - 2 * MIB}`,
        first,
        more: (send) => send(2, first),
      });
      deepEqual(fits, { code: 'WAPC_UNREACHABLE', seen: ['continue 1'] });
      answer.resolve('');
      await busy;
      sameBytes(await queued, bytesOf(2 * MIB));

      await until(async () => (await stats()).data.inFlight === 0);
      const inbox = createInbox();
      const seen = deferred();
      here.subscribe(`${inbox}.*`, {
        callback: (error, { headers }) => headers.get('Wapc-Error') && seen.resolve(headers.get('Wapc-Error')),
      });
      for (const [index, length] of [2 ** 28, 2 ** 28, 2 * MIB].entries()) {
        here.publish('wapc.hello.call', String(length), {
          headers: named({ 'Wapc-Request': 'pieces cancel' }),
          reply: `${inbox}.${index}`,
        });
      }
      equal(await seen.promise, 'WAPC_LIMIT');
      for (const index of [0, 1]) here.publish('wapc.$cancel.hello', `${inbox}.${index}`);
      await until(async () => (await stats()).data.inFlight === 0);
      equal((await guest.invoke('call', String(3 * MIB))).length, 3 * MIB);
      // Its caller does not take it, and has time for that.
      here.publish('wapc.hello.call', String(2 * MIB), {
        headers: named({ 'Wapc-Request': 'pieces timeout=1000' }),
        reply: inbox,
      });
      await here.flush();
      await until(async () => (await stats()).data.inFlight === 0);
      ok((await stats()).last_error.startsWith('WAPC_TIMEOUT:'));
    },
    { guest: waiting },
  );
  await waiting.close();
});

test('errors in pieces count as responses do: past the bound the headers alone are sent', async () => {
  /** A guest whose payload is a number: it answers with that many bytes, or fails with a message of that length. */
  const guest = {
    name: 'long',
    async invoke(operation, payload) {
      const length = Number(new TextDecoder().decode(payload));
      if (operation === 'fail') throw new Error('e'.repeat(length));
      return new Uint8Array(length);
    },
  };
  await served(
    usual,
    async ({ here, stats }) => {
      const inbox = createInbox();
      const answers = [];
      const told = (_error, { subject, headers, data }) => {
        const index = Number(subject.slice(inbox.length + 1));
        answers[index] ??= [headers.get('Wapc-Message').split(' ')[0], headers.get('Wapc-Error'), data.length > 0];
      };
      here.subscribe(`${inbox}.*`, { callback: told });
      let last = 0;
      /** Asks for an answer whose pieces are not acknowledged. Resolves with its first message. */
      const ask = async (operation, length) => {
        const index = last++;
        const fields = named({ 'Wapc-Request': 'pieces cancel' });
        here.publish(`wapc.hello.${operation}`, String(length), { headers: fields, reply: `${inbox}.${index}` });
        await until(() => answers[index] !== undefined);
        return answers[index];
      };
      const begun = ['piece', '', true];
      // 4 MiB are left, and some bytes of JSON come to each message.
      for (const length of [2 ** 28, 2 ** 28 - 4 * MIB]) deepEqual(await ask('answer', length), begun);
      deepEqual(await ask('fail', 4 * MIB), ['', 'WAPC_GUEST', false]);
      deepEqual(await ask('fail', 3 * MIB), ['piece', 'WAPC_GUEST', true]);
      deepEqual(await ask('answer', 2 * MIB), ['', 'WAPC_LIMIT', true]);
      for (let index = 0; index < last; index++) here.publish('wapc.$cancel.hello', `${inbox}.${index}`);
      await until(async () => (await stats()).data.inFlight === 0);
      // Nothing counts any more.
      deepEqual(await ask('fail', 4 * MIB), ['piece', 'WAPC_GUEST', true]);
      deepEqual(await ask('answer', 2 ** 28), begun);
      for (let index = 0; index < last; index++) here.publish('wapc.$cancel.hello', `${inbox}.${index}`);
      await until(async () => (await stats()).data.inFlight === 0);
    },
    { guest },
  );
});

test('a NATS server with the smallest messages there are takes errors of every length, and payloads in pieces', async () => {
  const texts = ['', 'x', 'x'.repeat(60), 'x'.repeat(5_000), 'ü \n'.repeat(100)];
  const guest = {
    async invoke(operation, payload) {
      if (operation === 'echo') return payload;
      throw new Error(texts[operation]);
    },
  };
  for (const most of [128, 256, 400, 512]) {
    const tiny = await NatsServer.start({ settings: `max_payload: ${most}` });
    await served(
      tiny,
      async ({ guest: away }) => {
        for (const [operation, message] of texts.entries())
          await rejects(away.invoke(`${operation}`), { code: 'WAPC_GUEST', message });
        const bytes = bytesOf(2_000);
        sameBytes(await away.invoke('echo', bytes), bytes);
      },
      { guest },
    );
    await tiny.close();
  }
  const tiny = await NatsServer.start({ settings: 'max_payload: 256' });
  const options = { retries: 1, idempotent: true, timeout: 1e11 };
  const traceparent = `00-${'0'.repeat(31)}1-${'0'.repeat(15)}1-01-${'x'.repeat(190)}`;
  await served(tiny, async ({ here }) => {
    const failing = remote(here, 'hello', options).invoke('echo', '', { context: { traceparent } });
    await rejects(failing, { code: 'WAPC_UNREACHABLE', operation: 'echo' });
  });
  await tiny.close();
});

test('an error of what may have run says so also where its headers alone are sent, or fit', async () => {
  const there = await small.connect();
  there.subscribe('wapc.lost.>', {
    callback: (error, message) =>
      message.respond('', { headers: named({ 'Wapc-Message': 'of no kind that is known' }) }),
  });
  await there.flush();
  const lost = await remote(there, 'lost')
    .invoke('a')
    .catch((error) => error);
  const texts = { long: 'x'.repeat(20_000), short: '' };
  let runs = 0;
  const guest = {
    async invoke(operation) {
      runs++;
      throw new WapcError('WAPC_UNREACHABLE', texts[operation], { cause: lost });
    },
  };
  const ask = async ({ here }) => {
    const answer = await here.request('wapc.hello.long', '');
    deepEqual([answer.headers.get('Wapc-Error'), answer.data.length], ['WAPC_UNREACHABLE', 0]);
    equal(answer.headers.get('Wapc-May-Have-Run'), '1');
    runs = 0;
    await rejects(remote(here, 'hello', { retries: 2 }).invoke('short'), {
      code: 'WAPC_UNREACHABLE',
      operation: 'short',
    });
    equal(runs, 1);
  };
  await served(small, ask, { guest });
  const tiny = await NatsServer.start({ settings: 'max_payload: 128' });
  await served(tiny, ask, { guest });
  await tiny.close();
});

test('a payload that was not sent to its end when the connection was lost is sent again', async () => {
  const proxy = await startProxy(small.port);
  const there = await small.connect();
  const here = await small.connect({ servers: proxy.url });
  const first = deferred();
  // A member that takes the first piece, and asks for no others.
  const silent = there.subscribe('wapc.again.>', { callback: (error, message) => first.resolve(message.headers) });
  await there.flush();
  const bytes = bytesOf(100_000);
  const answer = remote(here, 'again', { retries: 1, timeout: 60_000 }).invoke('echo', bytes);
  equal((await first.promise).get('Wapc-Request').endsWith('length=100000'), true);
  silent.unsubscribe();
  const service = await serve(there, pool, { name: 'again', version: '1.0.0' });
  proxy.cut();
  proxy.restore();
  sameBytes(await answer, bytes);
  await service.close();
  await here.close();
  proxy.close();
});

test(
  'a payload that was sent to its end when the connection was lost may have run, and is not sent again',
  { timeout: 60_000 },
  async () => {
    const proxy = await startProxy(small.port);
    const there = await small.connect();
    const here = await small.connect({ servers: proxy.url });
    const [begun, gate] = [deferred(), deferred()];
    let runs = 0;
    const invoke = async (operation) => {
      if (operation === 'now') return bytesOf(1);
      runs++;
      begun.resolve();
      await gate.promise;
      return bytesOf(1);
    };
    const service = await serve(there, { invoke }, { name: 'once', version: '1.0.0' });
    const guest = remote(here, 'once', { retries: 3, timeout: 60_000 });
    const lost = rejects(guest.invoke('long', bytesOf(100_000)), { code: 'WAPC_UNREACHABLE' });
    await begun.promise;
    // The answer to this comes after the acknowledgements of all pieces.
    await guest.invoke('now');
    proxy.cut();
    proxy.restore();
    // The payload would be sent again once the connection is back, and be answered, if it counted as not sent.
    for await (const { type } of here.status()) if (type === 'reconnect') break;
    gate.resolve();
    await lost;
    equal(runs, 1);
    await service.close();
    await here.close();
    proxy.close();
  },
);

test('a payload over the limit of the guest is its WAPC_LIMIT', async () => {
  const limited = await benchPool({ limits: { payload: 100_000 } });
  await served(
    small,
    async ({ guest }) => {
      sameBytes(await guest.invoke('echo', bytesOf(100_000)), bytesOf(100_000));
      await rejects(guest.invoke('echo', bytesOf(100_001)), { code: 'WAPC_LIMIT' });
    },
    { guest: limited },
  );
  await limited.close();
});

test('pieces and acknowledgements that an account may not publish are WAPC_UNREACHABLE at once', async () => {
  const settings = `max_payload: 8192, authorization { users: [
    { user: member, password: p }
    { user: caller, password: p, permissions: { publish: ["wapc.hello.>"], subscribe: ["_INBOX.>"] } }
  ] }`;
  const strict = await NatsServer.start({ settings });
  const [member, caller] = await Promise.all(['member', 'caller'].map((user) => strict.connect({ user, pass: 'p' })));
  const long = await benchPool({ hostCall: () => bytesOf(200_000) });
  const service = await serve(member, long, { name: 'hello', version: '1.0.0' });
  const guest = remote(caller, 'hello', { timeout: 60_000 });
  sameBytes(await guest.invoke('echo', bytesOf(100)), bytesOf(100));
  for (const [operation, payload] of [
    ['echo', bytesOf(200_000)],
    ['call', 'x'],
  ]) {
    const error = await guest.invoke(operation, payload).catch((error) => error);
    equal(error.code, 'WAPC_UNREACHABLE', operation);
    // The server's own error, not that of pieces that were waited for.
    equal(error.cause?.operation, 'publish', operation);
  }
  await long.close();
  await strict.close();
  await service.close();
});

test('an abort and a deadline end a payload on its way', () =>
  served(small, async ({ here, stats }) => {
    const allowed = deferred();
    const [slow] = [await small.connect()];
    const service = await serve(slow, pool, { name: 'slow', version: '1.0.0', authorize: () => allowed.promise });
    const controller = new AbortController();
    const guest = remote(here, 'slow', { timeout: 60_000 });
    const aborted = rejects(guest.invoke('echo', bytesOf(50_000), { signal: controller.signal }), {
      message: 'enough',
    });
    const overdue = rejects(guest.invoke('echo', bytesOf(50_000), { timeout: 100 }), { code: 'WAPC_TIMEOUT' });
    controller.abort(new Error('enough'));
    await Promise.all([aborted, overdue]);
    const before = pool.stats.invocations;
    allowed.resolve();
    await service.close();
    equal(pool.stats.invocations, before);
    equal((await stats()).data.inFlight, 0);
  }));

// Each waits for what does not come.
describe('what does not come', { concurrency: true }, () => {
  test('pieces that never come are an error in time, and the memory for them is given back', () =>
    served(small, async ({ here, guest, stats }) => {
      const before = await arrayBytes();
      const first = bytesOf(1_000);
      // As much as may arrive at once: the next is refused.
      const stalled = [2 ** 28, 2 ** 28].map((length) => callByHand(here, { fields: `length=${length}`, first }));
      await until(async () => (await stats()).data.inFlight === 2);
      equal((await callByHand(here, { fields: 'length=2000', first })).code, 'WAPC_POOL_FULL');
      const short = bytesOf(5_000);
      sameBytes(await guest.invoke('echo', short), short);
      deepEqual(
        (await Promise.all(stalled)).map(({ code }) => code),
        ['WAPC_UNREACHABLE', 'WAPC_UNREACHABLE'],
      );
      await until(async () => (await stats()).data.inFlight === 0);
      const long = bytesOf(500_000);
      sameBytes(await guest.invoke('echo', long), long);
      const kept = (await arrayBytes()) - before;
      ok(kept < 2 ** 27, `${kept} bytes are kept`);
    }));

  test('a payload that comes by single bytes, and a response that is taken by single pieces, end in time', async () => {
    const long = await benchPool({ hostCall: () => bytesOf(8 * MIB) });
    await served(
      small,
      async ({ here, there, stats }) => {
        const trickles = [];
        // Each is well before the one before it has been forgotten.
        const trickle = (send) => trickles.push(setInterval(send, 500));
        const byBytes = callByHand(here, {
          subject: 'wapc.slow.echo',
          fields: 'length=2000',
          first: new Uint8Array(1),
          more: (send) => {
            let index = 1;
            trickle(() => send(index++, new Uint8Array(1)));
          },
        });
        const inbox = createInbox();
        let taken = 0;
        here.subscribe(inbox, {
          callback: (error, { reply }) => {
            if (taken++ > 0) return;
            let count = 1;
            const acknowledge = () => named({ 'Wapc-Message': `acknowledge ${count++}` });
            trickle(() => here.publish(reply, undefined, { headers: acknowledge() }));
          },
        });
        here.publish('wapc.slow.call', 'x', { headers: named({ 'Wapc-Request': 'pieces' }), reply: inbox });
        equal((await byBytes).code, 'WAPC_UNREACHABLE');
        await until(async () => (await stats()).num_errors === 2);
        trickles.forEach(clearInterval);
        equal((await stats()).data.inFlight, 0);
        await there.flush();
        ok(taken < 40, `${taken} pieces were sent`);
      },
      { guest: long, name: 'slow' },
    );
    await long.close();
  });

  test('a response whose pieces stop coming, and one that nobody takes, end in time', async () => {
    const stopping = servedByHand(
      small,
      (message, connection) => pieceOf(connection, message, 'piece 0 3000', bytesOf(1_000)),
      (guest) => rejects(guest.invoke('echo', ''), { code: 'WAPC_UNREACHABLE' }),
    );
    const long = await benchPool({ hostCall: () => bytesOf(200_000) });
    const deaf = served(
      small,
      async ({ here, there, stats }) => {
        const inbox = createInbox();
        const seen = [];
        here.subscribe(inbox, { callback: (error, message) => seen.push(message.headers.get('Wapc-Message')) });
        here.publish('wapc.deaf.call', 'x', { headers: named({ 'Wapc-Request': 'pieces' }), reply: inbox });
        await until(async () => (await stats()).num_requests === 1);
        const { num_errors: errors, data } = await stats();
        deepEqual([errors, data.inFlight], [1, 0]);
        // Those that may be on their way at once, and no more: an error after them could have the caller try again.
        await there.flush();
        await here.flush();
        deepEqual(seen, ['piece 0 200000', ...Array.from({ length: 7 }, (_, i) => `piece ${i + 1}`)]);
      },
      { guest: long, name: 'deaf' },
    );
    await Promise.all([stopping, deaf]);
    await long.close();
  });
});
