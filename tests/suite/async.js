/** Host callbacks that answer later. */

import { A_DAY, equal, fails, foreign, string, thrown, turn, words, wordsOf } from './assert.js';
import { patient, ways } from './ways.js';

const call = words(512, 1, 512, 1, 512, 1, 512, 1);

export function* asynchronous(environment) {
  const { WapcHost, guest, canSuspend, hasWorkers } = environment;
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

  if (canSuspend) {
    const failsForThree = (payload) => {
      if (payload.length === 3) throw new Error('planned');
      return payload;
    };
    for (const [when, hostCall] of Object.entries({
      'in a microtask': async (...[, , , payload]) => failsForThree(payload),
      'in some microtasks': async (...[, , , payload]) => {
        await undefined;
        return failsForThree(payload);
      },
      'in a timer': async (...[, , , payload]) => {
        await turn();
        return failsForThree(payload);
      },
    })) {
      yield [
        `invocations settle in their order, those that fail too: host calls are answered ${when}`,
        async () => {
          const [FAILS, NOT_THERE, ANSWERS] = [
            ['echo', 'abc'],
            ['nope', ''],
            ['echo', 'abcd'],
          ];
          const host = await WapcHost.instantiate(await guest('hello'), { hostCall, logger() {} });
          for (const asked of [
            [FAILS, NOT_THERE, ANSWERS, FAILS],
            [NOT_THERE, ANSWERS, FAILS],
            [NOT_THERE, NOT_THERE, ANSWERS, NOT_THERE, ANSWERS],
          ]) {
            const settled = [];
            const settling = asked.map(([operation, payload], at) =>
              host.invoke(operation, payload).then(
                () => settled.push([at, 'answered']),
                ({ code }) => settled.push([at, code]),
              ),
            );
            await Promise.all(settling);
            equal(
              settled,
              asked.map((one, at) => [at, one === ANSWERS ? 'answered' : 'WAPC_GUEST']),
            );
          }
          host.close();
        },
      ];
    }
  }

  if (canSuspend) {
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
  } else if (hasWorkers) {
    yield [
      'a start in a new worker ends by an abort with any reason, and the guest is not started once more',
      async () => {
        const { hostCall, called, calls } = patient();
        const started = WapcHost.instantiate(await guest('wat/starting'), { async: true, hostCall });
        (await called(0)).resolve('');
        const host = await started;
        await fails('WAPC_TRAP', () => host.invoke('?'));
        // The first of them ends the worker, and the others start a new one.
        for (const reason of ['any', new RangeError('planned'), null, new RangeError('planned')]) {
          const before = calls.length;
          const controller = new AbortController();
          const waiting = thrown(() => host.invoke('x', '', { signal: controller.signal }));
          await called(before);
          controller.abort(reason);
          equal([(await waiting) === reason, calls.length - before], [true, 1], String(reason));
        }
        const last = host.invoke('x');
        (await called(calls.length)).resolve('');
        equal(wordsOf(await last), [1]);
        host.close();
      },
    ];

    yield [
      'without JSPI an async function, and async: true, take a worker',
      async () => {
        for (const options of [
          { hostCall: async () => 'late' },
          { async: true, hostCall: () => 'now' },
          { async: true },
        ]) {
          const host = await probe(options);
          await fails('WAPC_UNSUPPORTED', () => host.invokeSync('c'));
          await fails('WAPC_UNSUPPORTED', () => host.invokeSync('c', '', { timeout: A_DAY }));
          await fails('WAPC_ARGUMENT', () => host.invokeSync('c', '', { signal: AbortSignal.abort() }));
          equal(wordsOf(await host.invoke('c'))[0], 1);
          equal(host.memorySize, 65536);
          host.close();
        }
        const host = await probe({ async: false, hostCall: async () => undefined });
        equal(wordsOf(host.invokeSync('c'))[0], 1);
        host.close();
      },
    ];
  } else {
    yield [
      'without JSPI and workers an async function, and async: true, are refused at instantiation',
      async () => {
        await fails('WAPC_UNSUPPORTED', () => probe({ hostCall: async () => undefined }));
        await fails('WAPC_UNSUPPORTED', () => probe({ async: true, hostCall: () => undefined }));
        (await probe({ async: false, hostCall: async () => undefined })).close();
      },
    ];
  }

  for (const [way, make] of ways(environment)) {
    for (const [name, run] of inEachWay(make, environment)) yield [`${way}: ${name}`, run];
  }
}

function* inEachWay(make, { WapcError, guest }) {
  const probe = async (options) => make(await guest('wat/probe'), options);

  yield [
    'answers at once and answers later',
    async () => {
      let answer;
      const host = await probe({ hostCall: () => answer() });
      for (const [value, expected] of [
        [() => 'now', [1, 3, 0]],
        [() => undefined, [1, 0, 0]],
        [() => Promise.resolve('later'), [1, 5, 0]],
        [() => Promise.resolve(), [1, 0, 0]],
        [() => ({ then: (resolve) => resolve('thenable') }), [1, 8, 0]],
        [() => new Promise((resolve) => setTimeout(resolve, 1, 'timer')), [1, 5, 0]],
        [() => Promise.reject(new Error('nö')), [0, 0, 3]],
        [() => Promise.reject(foreign(new Error('nö'))), [0, 0, 3]],
        // A DOMException of another realm, as far as can be told.
        [() => Promise.reject({ message: 'nö', [Symbol.toStringTag]: 'DOMException' }), [0, 0, 3]],
        [() => Promise.resolve(5), [0, 0]],
        [() => 5, [0, 0]],
      ]) {
        answer = value;
        equal(wordsOf(await host.invoke('h', call)).slice(0, expected.length), expected);
      }
      host.close();
    },
  ];

  yield [
    'what the callback threw is the cause of what the guest makes of it, as it is',
    async () => {
      for (const reason of [{ not: 'an error' }, new TypeError('one'), () => 'a function', undefined]) {
        for (const hostCall of [
          () => Promise.reject(reason),
          () => {
            throw reason;
          },
        ]) {
          const host = await make(await guest('hello'), { hostCall });
          const error = await fails('WAPC_GUEST', () => host.invoke('echo', 'x'));
          equal([error.cause === reason, error instanceof WapcError], [true, true]);
          host.close();
        }
      }
    },
  ];

  yield [
    'errors of the guest: code, message, cause and stack',
    async () => {
      const lines = [];
      const host = await probe({ hostCall: async () => 'late', logger: (line) => lines.push(line) });
      for (let i = 0; i < 3; i++) {
        const trap = await fails('WAPC_TRAP', () => host.invoke('p', 'text'));
        equal(trap.message.includes('text'), true);
        equal([trap.cause instanceof WebAssembly.RuntimeError, typeof trap.cause.stack], [true, 'string']);
        await fails('WAPC_PROTOCOL', () => host.invoke('s', words(65536, 1)));
        await fails('WAPC_TRAP', () => host.invoke('i'));
        await fails('WAPC_PROTOCOL', () => host.invoke('r', words(512, 1, 512, 1, 512, 1, 512, 1, 65533)));
        equal(wordsOf(await host.invoke('c'))[0], 1);
      }
      equal((await fails('WAPC_GUEST', () => host.invoke('e', words(512, 1, 0)))).message, 'e');
      host.close();
    },
  ];

  yield [
    'log lines, host calls and the answer come in their order',
    async () => {
      const order = [];
      const host = await make(await guest('hello'), {
        logger: (line) => order.push(line),
        hostCall: async (binding, namespace, operation, payload) => {
          order.push(`${namespace} ${operation} ${string(payload)}`);
          return payload;
        },
      });
      order.push(string(await host.invoke('hello', 'you')));
      equal(order, ['logging something', 'foo echo you', 'Hello, you']);
      host.close();
    },
  ];

  yield [
    'a logger that throws stops the guest',
    async () => {
      const cause = new Error('planned');
      let thrower = true;
      const logger = () => {
        if (thrower) throw cause;
      };
      const host = await make(await guest('hello'), { logger, hostCall: async () => 'x' });
      equal((await fails('WAPC_TRAP', () => host.invoke('hello', 'x'))).cause, cause);
      thrower = false;
      equal(string(await host.invoke('hello', 'x')), 'Hello, x');
      host.close();
      thrower = true;
      const starts = await guest('wat/starts');
      equal((await fails('WAPC_INIT', () => make(starts, { logger, hostCall: async () => 'x' }))).cause, cause);
    },
  ];

  yield [
    'answers, payloads and failures of every length: none, a page, 16 MiB',
    async () => {
      for (const length of [0, 1, 65536, (1 << 18) - 1, 1 << 18, (1 << 18) + 1, 16 << 20]) {
        const answer = new Uint8Array(length).map((_, index) => (index * 7) % 251);
        let fail = false;
        const hostCall = async () => {
          if (fail) throw new Error('x'.repeat(length));
          return answer;
        };
        const host = await make(await guest('bench'), { hostCall });
        equal(await host.invoke('call', 'x'), answer);
        equal(await host.invoke('echo', answer), answer, 'as a payload');
        fail = true;
        const error = await fails('WAPC_GUEST', () => host.invoke('call', 'x'));
        equal(error.cause.message.length, length);
        host.close();
      }
    },
  ];

  yield [
    'limits of payload: at the limit and one past it',
    async () => {
      const host = await probe({ hostCall: async () => 'x'.repeat(length), limits: { payload: 64 } });
      let length = 64;
      equal(wordsOf(await host.invoke('h', call))[1], 64);
      length = 65;
      await fails('WAPC_LIMIT', () => host.invoke('h', call));
      await fails('WAPC_LIMIT', () => host.invoke('c', new Uint8Array(65)));
      length = 1 << 20;
      await fails('WAPC_LIMIT', () => host.invoke('h', call));
      equal(wordsOf(await host.invoke('c', new Uint8Array(64)))[0], 1);
      host.close();
    },
  ];

  yield [
    "the payload is the caller's, before and after",
    async () => {
      const host = await make(await guest('hello'), { hostCall: async (b, n, o, payload) => payload, logger() {} });
      const large = new Uint8Array(100_000).fill(1);
      for (const payload of [large, large.subarray(10, 20), large.subarray(1), new Uint8Array(5)]) {
        const answer = await host.invoke('echo', payload);
        equal(answer, payload);
        equal(payload.buffer.byteLength > 0, true, 'it was not transferred');
      }
      host.close();
    },
  ];

  yield [
    'many hosts at once keep their own answers',
    async () => {
      const hosts = await Promise.all(
        Array.from({ length: 8 }, async (_, index) =>
          make(await guest('hello'), {
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
      const host = await make(await guest('wat/starts'), { logger() {}, hostCall: async () => 'late' });
      equal(await host.invoke('x'), new Uint8Array([1]));
      host.close();
    },
  ];

  yield [
    'invocations queue, first come first served',
    async () => {
      const { hostCall, called } = patient();
      const host = await probe({ hostCall });
      const order = [];
      const first = host.invoke('h', call).then((answer) => order.push(['first', wordsOf(answer)[1]]));
      const second = host.invoke('h', call).then((answer) => order.push(['second', wordsOf(answer)[1]]));
      const third = host.invoke('c').then((answer) => order.push(['third', wordsOf(answer)[0]]));
      (await called(0)).resolve('a');
      (await called(1)).resolve('bb');
      await Promise.all([first, second, third]);
      equal(order, [
        ['first', 1],
        ['second', 2],
        ['third', 3],
      ]);
      host.close();
    },
  ];

  yield [
    'abort while waiting for a turn, and while waiting for the callback',
    async () => {
      const { hostCall, called } = patient();
      const host = await probe({ hostCall });
      const running = new AbortController();
      const queued = new AbortController();
      const first = host.invoke('h', call, { signal: running.signal });
      const second = host.invoke('c', '', { signal: queued.signal });
      const third = host.invoke('c');
      const { context, resolve } = await called(0);
      queued.abort('queued');
      equal(await thrown(() => second), 'queued');
      equal(context.signal.aborted, false);
      running.abort('running');
      equal(await thrown(() => first), 'running');
      equal([context.signal.aborted, context.signal.reason], [true, 'running']);
      resolve('too late');
      equal(wordsOf(await third)[0], 1, 'on a fresh instance');
      host.close();
    },
  ];

  yield [
    'close rejects what runs and what waits',
    async () => {
      const { hostCall, called } = patient();
      const host = await probe({ hostCall });
      const outcomes = Promise.allSettled([host.invoke('h', call), host.invoke('c')]);
      const { context, resolve } = await called(0);
      host.close();
      equal(
        (await outcomes).map(({ reason }) => reason?.code),
        ['WAPC_CLOSED', 'WAPC_CLOSED'],
      );
      equal(context.signal.aborted, true);
      resolve();
      await fails('WAPC_CLOSED', () => host.invoke('c'));
    },
  ];
}
