/** `serve` and `remote` over a real NATS server, in one process: requests, errors, limits, discovery. */

import { deepEqual, equal, notEqual, ok, rejects, throws } from 'node:assert/strict';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { after, test } from 'node:test';

import { headers } from '@nats-io/nats-core';
import { Svcm } from '@nats-io/services';
import { WapcError, WapcHost, WapcPool } from 'wapc-host';
import { guestStore, remote, serve } from 'wapc-host/nats';

import { NatsServer } from './nats/server.js';
import { benchPool, bytesOf, deferred, testdata, text, until } from './nats/setup.js';
import { foreign } from './suite/assert.js';

const server = await NatsServer.start();
const here = await server.connect();
const there = await server.connect();
const pool = await benchPool({ name: 'bench' });
const version = '1.0.0';
after(async () => {
  await pool.close();
  await server.close();
});

/** Serves for the length of `work`. */
async function served(options, work, guest = pool) {
  const service = await serve(there, guest, { name: 'hello', version, ...options });
  try {
    return await work(service);
  } finally {
    await service.close();
  }
}

test('an answer is what the guest answers, in a fresh array', () =>
  served({}, async () => {
    const guest = remote(here, 'hello');
    for (const size of [0, 1, 63, 64, 65, 4096, 65_537])
      deepEqual(await guest.invoke('echo', bytesOf(size)), bytesOf(size));
    equal((await guest.invoke('nothing', 'x')).length, 0);
    equal((await guest.invoke('nothing')).length, 0);
    const [one, other] = await Promise.all([guest.invoke('echo', 'a'), guest.invoke('echo', 'b')]);
    notEqual(one.buffer, other.buffer);
    equal(one.buffer.byteLength, 1);
    const words = Uint16Array.of(0x6161, 0x6262);
    equal(text(await guest.invoke('echo', words.buffer)), 'aabb');
    equal(text(await guest.invoke('echo', new DataView(words.buffer, 1, 2))), 'ab');
    equal(text(await guest.invoke('echo', new Uint8Array(new SharedArrayBuffer(3)).fill(99))), 'ccc');
  }));

test('values go through the codec', () =>
  served({}, async () => {
    const guest = remote(here, 'hello', { codec: 'json' });
    deepEqual(await guest.call('echo', { a: [1, 'ü'] }), { a: [1, 'ü'] });
    equal(await guest.call('nothing', 1), undefined);
    await rejects(guest.call('echo', 1n), { code: 'WAPC_ARGUMENT' });
    await rejects(remote(here, 'hello', { codec: 'json' }).call('echo', 1, { into: new Uint8Array(9) }), {
      code: 'WAPC_ARGUMENT',
    });
    const odd = { encode: () => new Uint8Array([0x7b]), decode: (bytes) => JSON.parse(text(bytes)) };
    await rejects(remote(here, 'hello', { codec: odd }).call('echo', 1), { code: 'WAPC_GUEST', operation: 'echo' });
  }));

test('`into` gets the response', () =>
  served({}, async () => {
    const guest = remote(here, 'hello');
    const into = new Uint8Array(4);
    const response = await guest.invoke('echo', 'abc', { into });
    equal(response.buffer, into.buffer);
    equal(text(response), 'abc');
    await rejects(guest.invoke('echo', 'abcde', { into }), { code: 'WAPC_LIMIT' });
    const first = guest.invoke('echo', 'abcd', { into });
    await rejects(guest.invoke('echo', 'abcd', { into }), { code: 'WAPC_ARGUMENT' });
    equal(text(await first), 'abcd');
    await rejects(guest.invoke('echo', '', { into: new Uint8Array(new SharedArrayBuffer(4)) }), {
      code: 'WAPC_ARGUMENT',
    });
  }));

test('the operation is what was invoked, whatever its text', async () => {
  const seen = [];
  await served({ authorize: ({ operation }) => void seen.push(operation) }, async () => {
    const guest = remote(here, 'hello');
    const random = (length) =>
      Array.from({ length }, () => String.fromCodePoint(Math.floor(Math.random() ** 3 * 0xd7ff))).join('');
    const texts = [
      '',
      ' ',
      '.',
      '..',
      '*',
      '>',
      '%',
      '%%',
      '%41',
      'a.b',
      'a b',
      '\0',
      '\r\n',
      'ä',
      '🌍',
      '$SRV',
      "!~*'()",
      '-_',
      '\ufeff',
      '__proto__',
      'constructor',
    ];
    for (const operation of [...texts, ...Array.from({ length: 300 }, (_, i) => random((i % 12) + 1))]) {
      await rejects(guest.invoke(operation), { code: 'WAPC_GUEST', operation });
      equal(seen.pop(), operation);
    }
    // As on this machine, where operations are sent as UTF-8.
    for (const [lone, sent] of [
      ['\ud800', '\ufffd'],
      ['a\udfffb', 'a\ufffdb'],
      ['\udc00\ud800', '\ufffd\ufffd'],
    ]) {
      await rejects(guest.invoke(lone), { code: 'WAPC_GUEST' });
      equal(seen.pop(), sent);
    }
    for (const [longest, more] of [
      ['x'.repeat(2048), 'x'],
      ['.'.repeat(682), '.'],
      ['ü'.repeat(341), 'ü'],
      ['x'.repeat(1e6), 'x'],
    ]) {
      if (longest.length < 1e6) {
        await rejects(guest.invoke(longest), { code: 'WAPC_GUEST' });
        equal(seen.pop(), longest);
      }
      await rejects(guest.invoke(longest + more), { code: 'WAPC_LIMIT' });
    }
    deepEqual(seen, []);
  });
});

test('an operation has one subject: others are refused before anything is asked', async () => {
  const seen = [];
  await served({ authorize: ({ operation }) => void seen.push(operation) }, async () => {
    for (const token of [
      'ec%68o',
      '%65cho',
      'e.cho',
      'echo.',
      '%',
      '%%',
      '%C3',
      '%zz',
      'a%2eb',
      'ü',
      'a~b',
      '%EF%BF%BD%ED%A0%80',
    ]) {
      if (token === '%' || token === 'echo.') continue;
      const answer = await here.request(`wapc.hello.${token}`, 'x');
      equal(answer.headers.get('Wapc-Error'), 'WAPC_ARGUMENT', token);
      equal(answer.headers.get('Nats-Service-Error-Code'), '400', token);
    }
    deepEqual(seen, []);
  });
});

test('errors arrive as they were thrown', async () => {
  const long = `line 1\r\nline 2: ü \ud800 ${'x'.repeat(3 << 20)}`;
  const say = { short: 'the host says no: ü', long, empty: '' };
  const hostCall = (binding, namespace, operation, payload) => {
    throw new Error(say[text(payload)]);
  };
  const options = { hostCall, logger() {}, limits: { payload: 4 << 20, fuel: 1e8 }, name: 'greeter' };
  const guest = await WapcHost.instantiate(testdata('hello'), options);
  await served(
    {},
    async () => {
      const away = remote(here, 'hello');
      const failing = [
        ['nope'],
        ['echo', 'short'],
        ['echo', 'long'],
        ['echo', 'empty'],
        ['', ''],
        ['echo', bytesOf((4 << 20) + 1)],
      ];
      for (const [operation, payload] of failing) {
        const [local, far] = await Promise.all(
          [guest, away].map((one) => one.invoke(operation, payload).catch((error) => error)),
        );
        ok(far instanceof WapcError);
        deepEqual(far.toJSON(), local.toJSON());
        deepEqual(Object.keys(far), Object.keys(local));
      }
      // Clients of others read what ADR-32 has.
      const answer = await here.request('wapc.hello.nope');
      equal(answer.headers.get('Nats-Service-Error'), 'planned failure');
      equal(answer.headers.get('Nats-Service-Error-Code'), '500');
    },
    guest,
  );
  guest.close();
});

test('the stack of an error begins at the caller', () =>
  served({}, async () => {
    const error = await remote(here, 'hello')
      .invoke('nope')
      .catch((error) => error);
    ok(error.stack.includes('nats.test.js'), error.stack);
    equal(error.stack.includes('dist/nats'), false, error.stack);
  }));

test('a guest that nobody serves is WAPC_UNREACHABLE at once', async () => {
  await rejects(remote(here, 'nobody', { timeout: 60_000 }).invoke('echo'), {
    code: 'WAPC_UNREACHABLE',
    guest: 'nobody',
    operation: 'echo',
  });
  await rejects(remote(here, 'nobody', { timeout: 60_000, retries: 3 }).invoke('echo'), { code: 'WAPC_UNREACHABLE' });
});

test('wrong arguments of serve, remote and guestStore are WAPC_ARGUMENT', async () => {
  const wrong = { code: 'WAPC_ARGUMENT' };
  const good = { name: 'hello', version };
  for (const name of ['', ' ', 'a.b', '*', '>', 'ü', '$SRV', 'x'.repeat(129), 5, undefined, null, {}]) {
    await rejects(serve(there, pool, { ...good, name }), wrong);
    throws(() => remote(here, name), wrong);
    throws(() => guestStore(here, name), wrong);
    if (name !== undefined) {
      await rejects(serve(there, pool, { ...good, prefix: name }), wrong);
      await rejects(serve(there, pool, { ...good, queue: name }), wrong);
      throws(() => remote(here, 'a', { prefix: name }), wrong);
    }
  }
  for (const version of [
    '1',
    '1.0',
    '01.0.0',
    '1.0.0.0',
    '1.0.0-',
    '1.0.0+',
    'v1.0.0',
    ' 1.0.0',
    '1.0.0\n',
    '1.0.0-01',
    '',
    1,
    null,
  ]) {
    await rejects(serve(there, pool, { ...good, version }), wrong, String(version));
  }
  const rest = {
    description: [5],
    maxInFlight: [0, -1, 1.5, NaN, '5'],
    authorize: [5, null],
    context: ['x'],
    data: [{}],
    other: [1],
  };
  for (const [name, values] of Object.entries(rest)) {
    for (const value of values) await rejects(serve(there, pool, { ...good, [name]: value }), wrong, name);
  }
  await rejects(serve(there, pool), wrong);
  for (const guest of [undefined, null, 5, {}, { invoke: 5 }]) await rejects(serve(there, guest, good), wrong);
  for (const connection of [undefined, null, 5, {}, { publish() {} }]) {
    await rejects(serve(connection, pool, good), wrong);
    throws(() => remote(connection, 'a'), wrong);
    throws(() => guestStore(connection, 'a'), wrong);
  }
  const options = {
    timeout: [-1, NaN, '5', null],
    codec: [5, {}, 'xml'],
    retries: [-1, 0.5, '1'],
    idempotent: [5, [5], 'echo', null],
    other: [1],
  };
  for (const [name, values] of Object.entries(options)) {
    for (const value of values) throws(() => remote(here, 'a', { [name]: value }), wrong, name);
  }
  const guest = remote(here, 'nobody');
  const invocations = [
    [5],
    ['a', 5],
    ['a', {}],
    ['a', '', { timeout: -1 }],
    ['a', '', { signal: {} }],
    ['a', '', { from: {} }],
    ['a', '', { other: 1 }],
    ['a', '', 5],
  ];
  for (const given of invocations) await rejects(guest.invoke(...given), wrong);
  for (const version of ['0.0.0', '1.2.3-beta.1+build.5', '10.20.30']) await served({ version }, () => {});
});

/** A pool whose host call waits until its invocation is ended: it has begun, and its signal has aborted. */
async function poolThatWaits() {
  const begun = deferred();
  const aborted = deferred();
  const hostCall = async (binding, namespace, operation, payload, context) => {
    begun.resolve({ context });
    await once(context.signal, 'abort');
    aborted.resolve();
  };
  const waiting = await benchPool({ hostCall, async: true });
  return { waiting, begun, aborted };
}

test('the time that is left ends the invocation there', async () => {
  const { waiting, begun, aborted } = await poolThatWaits();
  await served(
    {},
    async () => {
      await rejects(remote(here, 'hello', { timeout: 150 }).invoke('call'), {
        code: 'WAPC_TIMEOUT',
        operation: 'call',
      });
      await begun.promise;
      await aborted.promise;
      await rejects(remote(here, 'hello').invoke('echo', '', { timeout: 0 }), { code: 'WAPC_TIMEOUT' });
      for (const timeout of [Infinity, Number.MAX_VALUE, 1e12, 2 ** 31, 0.5e9 + 0.25]) {
        equal(text(await remote(here, 'hello', { timeout }).invoke('echo', 'free')), 'free');
      }
    },
    waiting,
  );
  equal(waiting.stats.busy, 0);
  await waiting.close();
});

test('an abort ends the invocation there', async () => {
  const { waiting, begun, aborted } = await poolThatWaits();
  await served(
    {},
    async () => {
      const controller = new AbortController();
      const guest = remote(here, 'hello', { timeout: Infinity });
      const reason = { why: 'not needed' };
      const ended = guest.invoke('call', '', { signal: controller.signal }).catch((error) => error);
      await begun.promise;
      controller.abort(reason);
      equal(await ended, reason);
      await aborted.promise;
      await rejects(guest.invoke('call', '', { signal: controller.signal }), (error) => error === reason);
      equal(text(await guest.invoke('echo', 'free')), 'free');
    },
    waiting,
  );
  await waiting.close();
});

test('a signal may be of another realm', async () => {
  const { signal } = new AbortController();
  const methods = Object.getOwnPropertyDescriptors(AbortSignal.prototype);
  Object.setPrototypeOf(signal, Object.create(EventTarget.prototype, methods));
  await served({}, async () => equal(text(await remote(here, 'hello').invoke('echo', 'in', { signal })), 'in'));
});

test('`from` is a host call whose answer is awaited: one that has ended is WAPC_ARGUMENT', () =>
  served({}, async () => {
    const away = remote(here, 'hello');
    for (const options of [{ async: false }, { async: true }, { workers: true }]) {
      const seen = [];
      /** Passes the host call on; a guest that cannot be suspended does not get the answer. */
      const ask = (from) => {
        const asked = away.invoke('echo', 'asked', { from });
        seen.push(from, asked);
        return options.async === false ? undefined : asked;
      };
      const hostCalls = [
        (binding, namespace, operation, payload, context) => ask(context),
        { bench: { echo: (payload, call) => ask(call) } },
      ];
      for (const hostCall of hostCalls) {
        const guest = await benchPool({ hostCall, ...options });
        await guest.invoke('call', 'x');
        const [from, asked] = seen.splice(0);
        equal(text(await asked), 'asked');
        await rejects(away.invoke('echo', 'x', { from }), { code: 'WAPC_ARGUMENT' });
        await rejects(away.call('echo', 'x', { from }), { code: 'WAPC_ARGUMENT' });
        await guest.close();
        await rejects(away.invoke('echo', 'x', { from }), { code: 'WAPC_ARGUMENT' });
      }
    }
    // Aborted, it gives the reason.
    const { waiting, begun } = await poolThatWaits();
    const controller = new AbortController();
    const ended = rejects(waiting.invoke('call', '', { signal: controller.signal }), { message: 'enough' });
    const { context: from } = await begun.promise;
    controller.abort(new Error('enough'));
    await ended;
    await rejects(away.invoke('echo', 'x', { from }), { message: 'enough' });
    await waiting.close();
  }));

test('context is what the option makes of the headers, by default nothing', async () => {
  const contexts = [];
  const hostCall = (binding, namespace, operation, payload, { invocation }) => void contexts.push(invocation.context);
  const guest = await benchPool({ hostCall });
  const own = headers();
  own.set('user', 'Ada');
  own.append('user', 'Eve');
  own.set('traceparent', '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01');
  const context = (given) => ({ user: given.get('user'), traceparent: given.get('traceparent') });
  await served({}, () => here.request('wapc.hello.call', '', { headers: own, timeout: 5_000 }), guest);
  deepEqual(contexts.splice(0), [undefined]);
  await served(
    { context },
    async () => {
      await here.request('wapc.hello.call', '', { headers: own, timeout: 5_000 });
      const { traceparent } = contexts[0];
      deepEqual(contexts.splice(0), [{ user: 'Ada', traceparent: own.get('traceparent') }]);
      // What a context says of its trace goes on, and nothing else of it.
      await remote(here, 'hello').invoke('call', '', { context: { traceparent, user: 'Ada' } });
      await remote(here, 'hello').invoke('call', '', { context: { traceparent: `${traceparent}\r\nuser: Eve` } });
      await remote(here, 'hello').invoke('call');
      const none = { user: undefined, traceparent: undefined };
      deepEqual(contexts.splice(0), [{ ...none, traceparent }, none, none]);
    },
    guest,
  );
  await served({ context: async () => 'later' }, () => remote(here, 'hello').invoke('call'), guest);
  deepEqual(contexts.splice(0), ['later']);
  const fail = () => {
    throw new Error('no context');
  };
  for (const context of [fail, async () => fail()]) {
    await served(
      { context },
      () => rejects(remote(here, 'hello').invoke('call'), { code: 'WAPC_GUEST', message: 'no context' }),
      guest,
    );
  }
  const never = { context: () => new Promise(() => {}) };
  await served(never, () =>
    rejects(remote(here, 'hello').invoke('call', '', { timeout: 50 }), { code: 'WAPC_TIMEOUT' }),
  );
  deepEqual(contexts, []);
  await guest.close();
});

test('what a guest answers that is no bytes is WAPC_GUEST', async () => {
  for (const answer of [undefined, null, 5, 'text', [1], new ArrayBuffer(1), { length: 1e9 }]) {
    const guest = { invoke: async () => answer };
    await served({}, () => rejects(remote(here, 'hello').invoke('echo'), { code: 'WAPC_GUEST' }), guest);
  }
});

test('a guest may answer with bytes of another realm', async () => {
  const guest = { invoke: async () => foreign(new Uint8Array([1, 2])) };
  await served({}, async () => deepEqual(await remote(here, 'hello').invoke('echo'), new Uint8Array([1, 2])), guest);
});

test('authorize decides, and what it throws goes to the caller', async () => {
  const invoked = pool.stats.invocations;
  for (const [thrown, code] of [
    [new Error('not you'), 'WAPC_GUEST'],
    [new WapcError('WAPC_ARGUMENT', 'not you'), 'WAPC_ARGUMENT'],
    ['not you', 'WAPC_GUEST'],
  ]) {
    for (const authorize of [
      () => {
        throw thrown;
      },
      async () => {
        throw thrown;
      },
    ]) {
      await served({ authorize }, () => rejects(remote(here, 'hello').invoke('echo'), { code, message: 'not you' }));
    }
  }
  equal(pool.stats.invocations, invoked);
  const asked = [];
  const authorize = async ({ operation, headers }) => void asked.push([operation, headers.get('Wapc-Request')]);
  await served({ authorize }, async () => equal(text(await remote(here, 'hello').invoke('echo', 'in')), 'in'));
  deepEqual(asked, [['echo', 'timeout=10000 pieces']]);
});

test('past maxInFlight it is WAPC_POOL_FULL at once, and retries find another member', async () => {
  const answer = deferred();
  const waiting = await benchPool({ hostCall: () => answer.promise, async: true });
  const other = await benchPool({ hostCall: () => 'other' });
  await served(
    { maxInFlight: 2 },
    async () => {
      const guest = remote(here, 'hello', { timeout: 60_000 });
      const begun = [guest.invoke('call'), guest.invoke('call')];
      await until(() => waiting.stats.waiting === 1);
      await rejects(guest.invoke('call'), { code: 'WAPC_POOL_FULL', operation: 'call' });
      await rejects(remote(here, 'hello', { retries: 2 }).invoke('call'), { code: 'WAPC_POOL_FULL' });
      await served(
        {},
        async () => {
          const patient = remote(here, 'hello', { retries: 1_000, timeout: 60_000 });
          const answers = await Promise.all(Array.from({ length: 20 }, () => patient.invoke('call')));
          deepEqual([...new Set(answers.map(text))], ['other']);
        },
        other,
      );
      answer.resolve('first');
      deepEqual((await Promise.all(begun)).map(text), ['first', 'first']);
    },
    waiting,
  );
  await Promise.all([waiting.close(), other.close()]);
});

test('a request whose time is over between attempts has the error of the last, unless it may have run', async (t) => {
  /** Answers of a service by hand, one for each attempt. */
  const answers = [];
  const subscription = there.subscribe('wapc.by-hand.>', {
    callback: (error, message) => {
      const own = headers();
      own.set(...answers.shift());
      message.respond('', { headers: own });
    },
  });
  const full = ['Wapc-Error', 'WAPC_POOL_FULL'];
  const odd = ['Wapc-Message', 'of no kind that is known'];
  /** Resolves when an attempt has reached the service, and its answer the caller. */
  const answered = async () => {
    for (let round = 0; round < 3; round++) {
      await here.flush();
      await there.flush();
    }
    await here.flush();
  };
  await answered();
  // Time moves as the test says: it would be over during an attempt now and then.
  t.mock.timers.enable({ apis: ['setTimeout'] });
  for (const [name, idempotent, given, code] of [
    ['nobody', false, [], 'WAPC_UNREACHABLE'],
    ['by-hand', false, [full, full], 'WAPC_POOL_FULL'],
    ['by-hand', true, [full, full], 'WAPC_POOL_FULL'],
    ['by-hand', true, [odd, full], 'WAPC_TIMEOUT'],
    ['by-hand', true, [full, odd], 'WAPC_TIMEOUT'],
  ]) {
    answers.push(...given);
    const asked = remote(here, name, { retries: 5, idempotent, timeout: 25 }).invoke('echo', 'x');
    const ended = rejects(asked, { code, operation: 'echo' });
    await answered();
    // The second attempt is made after at most 20 ms, and the third not within 20 ms of it.
    t.mock.timers.tick(20);
    await answered();
    t.mock.timers.tick(5);
    await ended;
    deepEqual(answers, []);
  }
  subscription.unsubscribe();
});

test('what may have run behind a member is not tried again, unless it is idempotent; what nobody has run is', async () => {
  const asked = [];
  const odd = headers();
  odd.set('Wapc-Message', 'of no kind that is known');
  const subscription = there.subscribe('wapc.lost.>', {
    callback: (error, message) => {
      asked.push(message.string());
      message.respond('', { headers: odd });
    },
  });
  const full = { invoke: async () => Promise.reject(new WapcError('WAPC_POOL_FULL', 'no room')) };
  const wrapped = {
    invoke: (...args) =>
      remote(there, 'lost')
        .invoke(...args)
        .catch((cause) => {
          throw new WapcError(cause.code, cause.message, { cause });
        }),
  };
  const endless = {
    invoke: () =>
      Promise.reject(
        new Proxy(new WapcError('WAPC_POOL_FULL', ''), {
          get: (target, name, self) => (name === 'cause' ? self : target[name]),
        }),
      ),
  };
  const unreadable = {
    invoke: async () => {
      const cause = {
        get() {
          throw new Error('unreadable');
        },
      };
      throw Object.defineProperty(new WapcError('WAPC_POOL_FULL', ''), 'cause', cause);
    },
  };
  const services = await Promise.all([
    serve(there, full, { name: 'full', version }),
    serve(there, remote(there, 'lost'), { name: 'once', version }),
    serve(there, remote(there, 'once'), { name: 'twice', version }),
    serve(there, remote(there, 'nobody'), { name: 'none', version }),
    serve(there, remote(there, 'full'), { name: 'busy', version }),
    // Of another copy of the package.
    serve(there, createRequire(import.meta.url)('wapc-host/nats').remote(there, 'lost'), { name: 'other', version }),
    serve(there, wrapped, { name: 'wrapped', version }),
    serve(there, endless, { name: 'endless', version }),
    serve(there, unreadable, { name: 'unreadable', version }),
  ]);
  for (const [name, idempotent, attempts] of [
    ['lost', false, 1],
    ['once', false, 1],
    ['twice', false, 1],
    ['twice', true, 3],
    ['other', false, 1],
    ['other', true, 3],
    ['wrapped', false, 1],
    ['wrapped', true, 3],
  ]) {
    const error = await remote(here, name, { retries: 2, idempotent })
      .invoke('a', name)
      .catch((error) => error);
    const guest = name === 'wrapped' ? {} : { guest: 'lost' };
    const properties = { code: 'WAPC_UNREACHABLE', ...guest, operation: 'a' };
    deepEqual({ ...error }, properties);
    deepEqual(error.toJSON(), { name: 'WapcError', message: error.message, ...properties });
    deepEqual(asked.splice(0), Array(attempts).fill(name));
  }
  for (const [name, code] of [
    ['none', 'WAPC_UNREACHABLE'],
    ['busy', 'WAPC_POOL_FULL'],
    ['endless', 'WAPC_POOL_FULL'],
    ['unreadable', 'WAPC_POOL_FULL'],
  ]) {
    await rejects(remote(here, name, { retries: 2 }).invoke('a'), { code });
    const stats = (await here.request(`$SRV.STATS.${name}`)).json();
    equal(stats.endpoints[0].num_requests, 3, name);
  }
  subscription.unsubscribe();
  await Promise.all(services.map((service) => service.close()));
});

test('the queue of the pool counts as well', async () => {
  const answer = deferred();
  const waiting = await benchPool({ hostCall: () => answer.promise, async: true, maxQueue: 0 });
  await served(
    {},
    async () => {
      const first = remote(here, 'hello').invoke('call');
      await until(() => waiting.stats.busy === 1);
      await rejects(remote(here, 'hello').invoke('call'), { code: 'WAPC_POOL_FULL' });
      answer.resolve('first');
      equal(text(await first), 'first');
    },
    waiting,
  );
  await waiting.close();
});

test('close answers what was taken, takes nothing new, and leaves the guest open', async () => {
  const answer = deferred();
  const waiting = await benchPool({ hostCall: () => answer.promise, async: true, size: 3 });
  const service = await serve(there, waiting, { name: 'hello', version });
  const guest = remote(here, 'hello');
  const taken = [guest.invoke('call'), guest.invoke('call')];
  await until(() => waiting.stats.busy === 2);
  let isClosed = false;
  const closing = service.close().then(() => (isClosed = true));
  equal(service.close(), service.close());
  await until(() =>
    guest.invoke('echo').then(
      () => false,
      ({ code }) => code === 'WAPC_UNREACHABLE',
    ),
  );
  equal(isClosed, false);
  answer.resolve('late');
  deepEqual((await Promise.all(taken)).map(text), ['late', 'late']);
  await closing;
  equal(text(await waiting.invoke('echo', 'open')), 'open');
  await waiting.close();
  await rejects(here.request(`$SRV.PING.hello.${service.id}`), {
    message: "no responders: '$SRV.PING.hello." + service.id + "'",
  });
});

test('discovery answers as clients of others read it', async () => {
  const client = new Svcm(here).client({ strategy: 'stall', maxWait: 5_000 });
  const list = async (iterator) => {
    const all = [];
    for await (const one of await iterator) all.push(one);
    return all;
  };
  const other = await WapcPool.create(testdata('assemblyscript/hello'), { size: 2, logger() {} });
  const own = () => ({ sha256: 'ab' });
  await served({ description: 'echoes' }, async ({ id }) => {
    await served(
      { version: '2.0.0', data: own },
      async (second) => {
        const ids = [id, second.id].sort();
        deepEqual((await list(client.ping('hello'))).map((one) => one.id).sort(), ids);
        deepEqual((await list(client.ping())).filter(({ name }) => name === 'hello').length, 2);
        const infos = await list(client.info('hello', id));
        deepEqual(infos, [
          {
            type: 'io.nats.micro.v1.info_response',
            name: 'hello',
            id,
            version,
            description: 'echoes',
            metadata: {},
            endpoints: [{ name: 'invoke', subject: 'wapc.hello.>', queue_group: 'q', metadata: {} }],
          },
        ]);
        const guest = remote(here, 'hello');
        await Promise.all(Array.from({ length: 40 }, () => guest.invoke('nothing').catch(() => {})));
        const stats = await list(client.stats('hello'));
        const [first, another] = ids.map((one) => stats.find((stat) => stat.id === one).endpoints[0]);
        equal(first.num_requests + another.num_requests, 40);
        const { endpoints, version: told } = stats.find((stat) => stat.id === second.id);
        equal(told, '2.0.0');
        const [{ data, num_errors, num_requests, processing_time, average_processing_time, last_error }] = endpoints;
        // The guest of AssemblyScript does not know the operation.
        equal(num_errors, num_requests);
        ok(last_error.startsWith('WAPC_GUEST: '), last_error);
        equal(average_processing_time, Math.round(processing_time / num_requests));
        deepEqual(data.guest, { name: 'hello.wasm', languages: [] });
        deepEqual(data.pool, JSON.parse(JSON.stringify(other.stats)));
        equal(data.sha256, 'ab');
        await other.replace(testdata('bench'));
        const [after] = await list(client.stats('hello', second.id));
        deepEqual(after.endpoints[0].data.guest.languages, ['Rust']);
      },
      other,
    );
  });
  await other.close();
  await rejects(list(client.ping('hello', 'nobody')));
});

test('a request without a reply subject is counted, and not run', () =>
  served({}, async ({ id }) => {
    const { invocations } = pool.stats;
    here.publish('wapc.hello.echo', 'x');
    const stats = async () => (await here.request(`$SRV.STATS.hello.${id}`)).json().endpoints[0];
    await until(async () => (await stats()).num_requests === 1);
    equal((await stats()).num_errors, 1);
    equal(pool.stats.invocations, invocations);
  }));

test('a connection that is closed is WAPC_UNREACHABLE, for requests and for serving', async () => {
  const own = await server.connect();
  const answer = deferred();
  const waiting = await benchPool({ hostCall: () => answer.promise, async: true });
  await served(
    {},
    async () => {
      const guest = remote(own, 'hello', { timeout: 60_000, retries: 5, idempotent: true });
      const begun = guest.invoke('call').catch((error) => error);
      await until(() => waiting.stats.busy === 1);
      await own.close();
      equal((await begun).code, 'WAPC_UNREACHABLE');
      await rejects(guest.invoke('echo'), { code: 'WAPC_UNREACHABLE' });
      await rejects(serve(own, pool, { name: 'hello', version }), { code: 'WAPC_UNREACHABLE' });
      answer.resolve('');
    },
    waiting,
  );
  await waiting.close();
  const gone = await server.connect();
  const service = await serve(gone, pool, { name: 'gone', version });
  await gone.close();
  await service.close();
});

test('what an account may not do is WAPC_UNREACHABLE, not silence', async () => {
  const settings = `authorization { users: [
    { user: server, password: p },
    { user: caller, password: p, permissions: { publish: ["wapc.hello.echo"], subscribe: ["_INBOX.>"] } }
    { user: deaf, password: p, permissions: { publish: [">"], subscribe: ["wapc.>"] } }
  ] }`;
  const strict = await NatsServer.start({ settings });
  try {
    const [full, caller, deaf] = await Promise.all(
      ['server', 'caller', 'deaf'].map((user) => strict.connect({ user, pass: 'p' })),
    );
    const service = await serve(full, pool, { name: 'hello', version });
    equal(text(await remote(caller, 'hello').invoke('echo', 'a')), 'a');
    const refused = { code: 'WAPC_UNREACHABLE' };
    await rejects(remote(caller, 'hello', { timeout: 60_000 }).invoke('nothing'), refused);
    await rejects(serve(caller, pool, { name: 'hello', version }), refused);
    const unheard = remote(deaf, 'hello', { timeout: 60_000 });
    await rejects(unheard.invoke('echo'), refused);
    /** The number of invocations so far, once all that was sent has run, and one more that this function makes. */
    const invocations = async () => {
      await deaf.flush();
      await remote(caller, 'hello').invoke('echo', 'a');
      return pool.stats.invocations;
    };
    // The requests of `deaf` are not run from now on, since their answers could not be read.
    const before = await invocations();
    for (let round = 0; round < 3; round++) {
      await rejects(unheard.invoke('echo'), refused);
      await deaf.flush();
    }
    equal(await invocations(), before + 1);
    await strict.reload(settings.replace('subscribe: ["wapc.>"]', 'subscribe: ["wapc.>", "_INBOX.>"]'));
    await until(() =>
      unheard.invoke('echo', 'heard').then(
        (answer) => text(answer) === 'heard',
        () => false,
      ),
    );
    await service.close();
  } finally {
    await strict.close();
  }
});
