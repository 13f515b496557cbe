/** Guests that are not what they should be, and guests that die. */

import { equal, fails, string, words, wordsOf } from './assert.js';

export function* hostile({ WapcHost, WapcModule, guest }) {
  const probe = async (options) => WapcHost.instantiate(await guest('wat/probe'), { async: false, ...options });

  for (const [name, code, cause] of [
    ['no-memory', 'WAPC_NOT_A_GUEST'],
    ['no-guest-call', 'WAPC_NOT_A_GUEST'],
    ['guest-call-signature', 'WAPC_NOT_A_GUEST'],
    ['import-signature', 'WAPC_LINK'],
    ['unknown-imports', 'WAPC_LINK'],
    ['request-in-start', 'WAPC_INIT', 'WAPC_PROTOCOL'],
    ['request-in-init', 'WAPC_INIT', 'WAPC_PROTOCOL'],
    ['log-in-start', 'WAPC_INIT', 'WAPC_PROTOCOL'],
    ['trap-in-start', 'WAPC_INIT'],
  ]) {
    yield [
      `${name}: ${code}`,
      async () => {
        const error = await fails(code, async () => WapcHost.instantiate(await guest(`wat/${name}`)));
        if (cause !== undefined) equal(error.cause.code, cause);
        if (name === 'trap-in-start') equal(error.cause instanceof WebAssembly.RuntimeError, true);
        if (name === 'unknown-imports') {
          for (const missing of ['__no_such_function', 'elsewhere', 'memory']) {
            equal(error.message.includes(missing), true, error.message);
          }
        }
      },
    ];
  }

  yield [
    '_start, _initialize and wapc_init, in this order; the last may call the host',
    async () => {
      const log = [];
      const calls = [];
      const host = await WapcHost.instantiate(await guest('wat/starts'), {
        logger: (line) => log.push(line),
        hostCall: (binding, namespace, operation, payload) => void calls.push(string(payload)),
      });
      equal(log, ['_start', '_initialize', 'wapc_init']);
      equal(calls, ['_']);
      equal(await host.invoke('x'), new Uint8Array([1]));
      host.close();
    },
  ];

  yield [
    'exports that are no functions do not start a guest',
    async () => {
      const host = await WapcHost.instantiate(await guest('wat/odd-exports'), { hostCall: () => undefined });
      equal(await host.invoke('x'), new Uint8Array(1));
      host.close();
    },
  ];

  yield [
    'what a guest catches does not save it',
    async () => {
      const host = await WapcHost.instantiate(await guest('wat/catches'));
      for (let i = 0; i < 3; i++) await fails('WAPC_PROTOCOL', () => host.invoke('x'));
      host.close();
    },
  ];

  yield [
    'a trap has its text and its cause, and the next invocation a fresh instance',
    async () => {
      const host = await probe();
      await host.invoke('c');
      equal(wordsOf(await host.invoke('c'))[0], 2);
      const error = await fails('WAPC_TRAP', () => host.invoke('p', 'a panic'));
      equal(error.message.includes('a panic'), true, error.message);
      equal(error.cause instanceof WebAssembly.RuntimeError, true);
      equal(host.memorySize, 0);
      equal(wordsOf(await host.invoke('c'))[0], 1);
      await fails('WAPC_TRAP', () => host.invokeSync('?'));
      equal(wordsOf(host.invokeSync('c'))[0], 1, 'also at once');
      host.close();
    },
  ];

  yield [
    'endless recursion, also through host calls, again and again',
    async () => {
      let depth = 0;
      const host = await probe({ hostCall: () => void depth++ });
      const bystander = await probe();
      for (let i = 0; i < 5; i++) {
        await fails('WAPC_TRAP', () => host.invoke('i'));
        await fails('WAPC_TRAP', () => host.invoke('I'));
        equal(wordsOf(await bystander.invoke('c'))[0], i + 1);
      }
      equal(depth > 1000, true, `${depth} host calls`);
      host.close();
      bystander.close();
    },
  ];

  yield [
    'limits of payload: at the limit and one past it',
    async () => {
      const host = await probe({
        limits: { payload: 64 },
        hostCall: (binding, namespace, operation, payload) => payload,
      });
      const call = (length) => ['h', words(512, 1, 512, 1, 512, 1, 4096, length)];
      equal((await host.invoke('s', words(0, 64))).length, 64);
      await fails('WAPC_LIMIT', () => host.invoke('s', words(0, 65)));
      await host.invoke('c', new Uint8Array(64));
      await fails('WAPC_LIMIT', () => host.invoke('c', new Uint8Array(65)));
      await fails('WAPC_LIMIT', () => host.invokeSync('c', new Uint8Array(65)));
      equal(wordsOf(await host.invoke(...call(64))), [1, 64, 0]);
      await fails('WAPC_LIMIT', () => host.invoke(...call(65)));
      host.close();
      const answers = await probe({ limits: { payload: 64 }, hostCall: () => new Uint8Array(65) });
      await fails('WAPC_LIMIT', () => answers.invoke(...call(1)));
      answers.close();
      const module = await WapcModule.compile(await guest('wat/probe'), { limits: { payload: 8 } });
      const inherits = await module.instantiate({ async: false });
      await inherits.invoke('2', new Uint8Array(8));
      await fails('WAPC_LIMIT', () => inherits.invoke('2', new Uint8Array(9)));
      const overrides = await module.instantiate({ async: false, limits: { payload: 9 } });
      await overrides.invoke('2', new Uint8Array(9));
      inherits.close();
      overrides.close();
    },
  ];

  yield [
    'limits of payload: texts are none',
    async () => {
      const log = [];
      const hostCall = () => {
        throw new Error('e'.repeat(40));
      };
      const limits = { payload: 32 };
      const host = await probe({ limits, hostCall, logger: (line) => log.push(line) });
      equal(wordsOf(await host.invoke('h', words(512, 1, 512, 1, 512, 1, 512, 1))), [0, 0, 40]);
      await host.invoke('l', words(4096, 100));
      equal(log[0].length, 100);
      equal((await fails('WAPC_GUEST', () => host.invoke('e', words(4096, 100, 0)))).message.length, 100);
      host.close();
    },
  ];

  yield [
    'a logger that throws stops the guest, and is its cause',
    async () => {
      const thrown = new Error('disk full');
      const host = await probe({
        logger() {
          throw thrown;
        },
      });
      equal((await fails('WAPC_TRAP', () => host.invoke('l', words(512, 1)))).cause, thrown);
      equal(wordsOf(await host.invoke('c'))[0], 1);
      host.close();
    },
  ];

  yield [
    'thrown values of every kind lose nothing',
    async () => {
      let value;
      const host = await probe({
        hostCall() {
          throw value;
        },
      });
      const mute = {
        toString() {
          throw new Error('no text');
        },
      };
      for (const [thrown, text] of [
        ['a string', 'a string'],
        [undefined, 'undefined'],
        [null, 'null'],
        [42, '42'],
        [Symbol('s'), 'Symbol(s)'],
        [new Error('ü'), 'ü'],
        [{ toString: () => 'object' }, 'object'],
        [mute, 'a value that has no text'],
      ]) {
        value = thrown;
        const answer = await host.invoke('x', words(512, 1, 512, 1, 512, 1, 512, 1, 4096));
        equal(string(answer).startsWith(text), true, string(answer));
      }
      host.close();
    },
  ];

  yield [
    'a payload that is detached before the guest takes it',
    async () => {
      const payload = words(512, 1, 512, 1, 512, 1, 512, 1);
      const hostCall = () => void structuredClone(payload, { transfer: [payload.buffer] });
      const host = await probe({ hostCall });
      await fails('WAPC_ARGUMENT', () => host.invoke('d', payload));
      equal(wordsOf(await host.invoke('c'))[0], 1, 'a fresh instance');
      host.close();
    },
  ];
}
