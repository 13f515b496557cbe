/** Host callbacks that answer later. */

import { equal, fails, string, words, wordsOf } from './assert.js';

const call = words(512, 1, 512, 1, 512, 1, 512, 1);

export function* asynchronous({ WapcHost, guest, canSuspend }) {
  const probe = async (options) => WapcHost.instantiate(await guest('wat/probe'), options);

  for (const [what, options] of [
    ['async: false', { async: false }],
    ...(canSuspend ? [] : [["async: 'auto' without JSPI", {}]]),
  ]) {
    yield [
      `${what}: a promise is refused, also one that rejects`,
      async () => {
        for (const promise of [() => Promise.resolve('late'), () => Promise.reject(new Error('unheard'))]) {
          const host = await probe({ ...options, hostCall: () => promise() });
          await fails('WAPC_ASYNC', () => host.invoke('h', call));
          await fails('WAPC_ASYNC', () => host.invokeSync('h', call));
          equal(wordsOf(await host.invoke('c'))[0], 1);
          host.close();
        }
      },
    ];
  }

  if (!canSuspend) {
    yield [
      'without JSPI an async function, and async: true, are refused at instantiation',
      async () => {
        await fails('WAPC_UNSUPPORTED', () => probe({ hostCall: async () => undefined }));
        await fails('WAPC_UNSUPPORTED', () => probe({ async: true, hostCall: () => undefined }));
        (await probe({ async: false, hostCall: async () => undefined })).close();
      },
    ];
    return;
  }

  for (const async of ['auto', true]) {
    yield [
      `async: ${async}: answers at once and answers later`,
      async () => {
        let answer;
        const host = await probe({ async, hostCall: () => answer() });
        for (const [value, expected] of [
          [() => 'now', [1, 3, 0]],
          [() => Promise.resolve('later'), [1, 5, 0]],
          [() => Promise.resolve(), [1, 0, 0]],
          [() => ({ then: (resolve) => resolve('thenable') }), [1, 8, 0]],
          [() => new Promise((resolve) => setTimeout(resolve, 1, 'timer')), [1, 5, 0]],
          [() => Promise.reject(new Error('nö')), [0, 0, 3]],
          [() => Promise.resolve(5), [0, 0]],
        ]) {
          answer = value;
          equal(wordsOf(await host.invoke('h', call)).slice(0, expected.length), expected);
        }
        host.close();
      },
    ];
  }

  yield [
    'a rejection is the cause of what the guest makes of it',
    async () => {
      const reason = { not: 'an error' };
      const host = await WapcHost.instantiate(await guest('hello'), { hostCall: () => Promise.reject(reason) });
      equal((await fails('WAPC_GUEST', () => host.invoke('echo', 'x'))).cause, reason);
      host.close();
    },
  ];

  yield [
    'invokeSync on a host that can suspend: fine at once, WAPC_ASYNC later',
    async () => {
      let answer = 'now';
      const host = await probe({ hostCall: () => answer });
      equal(wordsOf(host.invokeSync('h', call))[1], 3);
      answer = Promise.resolve('later');
      await fails('WAPC_ASYNC', () => host.invokeSync('h', call));
      equal(wordsOf(await host.invoke('h', call))[1], 5);
      host.close();
    },
  ];

  yield [
    'many hosts suspended at once keep their own answers',
    async () => {
      const hosts = await Promise.all(
        Array.from({ length: 20 }, async (_, index) =>
          WapcHost.instantiate(await guest('hello'), {
            logger() {},
            hostCall: async (binding, namespace, operation, payload) => {
              await new Promise((resolve) => setTimeout(resolve, (index * 7) % 5));
              return payload;
            },
          }),
        ),
      );
      const answers = await Promise.all(hosts.map((host, index) => host.invoke('hello', `${index}`)));
      equal(
        answers.map(string),
        hosts.map((_, index) => `Hello, ${index}`),
      );
      for (const host of hosts) host.close();
    },
  ];

  yield [
    'a start that calls the host may wait for it',
    async () => {
      const host = await WapcHost.instantiate(await guest('wat/starts'), { logger() {}, hostCall: async () => 'late' });
      equal(await host.invoke('x'), new Uint8Array([1]));
      host.close();
    },
  ];

  yield [
    'traps and stops on a stack that can be suspended',
    async () => {
      const host = await probe({ hostCall: async () => 'late' });
      for (let i = 0; i < 3; i++) {
        equal((await fails('WAPC_TRAP', () => host.invoke('p', 'text'))).message.includes('text'), true);
        await fails('WAPC_PROTOCOL', () => host.invoke('s', words(65536, 1)));
        await fails('WAPC_TRAP', () => host.invoke('i'));
        await fails('WAPC_PROTOCOL', () => host.invoke('r', words(512, 1, 512, 1, 512, 1, 512, 1, 65533)));
        equal(wordsOf(await host.invoke('c'))[0], 1);
      }
      host.close();
    },
  ];
}
