/** Values: `call`, `codec`, operations of `Routes` that get and return values, `typed`. */

import { bytes, equal, fails, foreign, string, thrown } from './assert.js';
import { relay } from './routes.js';
import { ways } from './ways.js';

/** A codec of the caller: numbers as decimal text, backwards. It refuses anything else. */
const numbers = {
  separator: '',
  encode(value) {
    if (typeof value !== 'number') throw new RangeError(`no number: ${typeof value}`);
    return bytes([...String(value)].reverse().join(this.separator));
  },
  decode(encoded) {
    const text = [...string(encoded)].reverse().join(this.separator);
    if (!/^\d+$/.test(text)) throw new RangeError(`no digits: ${text}`);
    return Number(text);
  },
};

/** Codecs: a name, the option, values that come back from `echo` as they are, and values that cannot be encoded. */
const CODECS = [
  ['text', 'text', ['a', 'wörld 🌍', '\ufeffmark', 'x'.repeat(100_000)], [5, null, {}, bytes('b')]],
  ['json', 'json', [0, null, true, 'text', [1, [2]], { a: { b: 'ü' } }, ''], [() => {}, Symbol('s'), 5n]],
  ['a codec of the caller', numbers, [0, 120, 987654321], ['text', null, {}]],
];

/** Codecs that are none: a value, and the path that the error names. */
const NO_CODECS = [
  [null, 'codec'],
  [5, 'codec'],
  ['msgpack', 'codec'],
  ['__proto__', 'codec'],
  ['constructor', 'codec'],
  [{}, 'codec.encode'],
  [{ encode() {} }, 'codec.decode'],
  [{ encode: 1, decode() {} }, 'codec.encode'],
  [{ encode() {}, get decode() { throw new Error('no'); } }, 'codec.decode'], // prettier-ignore
];

/** Guests of one codec: a name, and a function that makes what has `call`, and a function that ends it. */
function* callees({ WapcHost, WapcPool, hasWorkers }) {
  yield ['a host', async (source, options) => {
    const host = await WapcHost.instantiate(source, options);
    return { guest: host, end: () => host.close() };
  }]; // prettier-ignore
  for (const workers of hasWorkers ? [false, true] : [false]) {
    const kind = workers ? 'a pool of workers' : 'a pool';
    yield [kind, async (source, options) => {
      const pool = await WapcPool.create(source, { ...options, size: 1, workers });
      return { guest: pool, end: () => pool.destroy() };
    }]; // prettier-ignore
    yield [`an instance of ${kind}`, async (source, options) => {
      const pool = await WapcPool.create(source, { ...options, size: 1, workers });
      return { guest: await pool.get(), end: () => pool.destroy() };
    }]; // prettier-ignore
  }
}

export function* values(environment) {
  const { WapcHost, WapcPool, WapcModule, WapcError, guest, typed } = environment;

  for (const [name, make] of callees(environment)) {
    for (const [kind, codec, good, bad] of CODECS) {
      yield [
        `${name}: ${kind}: values come back as they are`,
        async () => {
          const { guest: made, end } = await make(await guest('wat/relay'), { codec });
          for (const value of good) equal(await made.call('echo', value), value);
          equal(await made.call('echo'), undefined);
          equal(await made.call('echo', undefined), undefined);
          for (const value of bad) {
            const error = await fails('WAPC_ARGUMENT', () => made.call('echo', value));
            equal(error.message.startsWith('value:'), true, error.message);
          }
          // Bytes as they are, past the codec.
          equal(await made.invoke('echo', 'plain'), bytes('plain'));
          end();
        },
      ];
    }

    yield [
      `${name}: without a codec, call is invoke`,
      async () => {
        const { guest: made, end } = await make(await guest('wat/relay'), {});
        equal(await made.call('echo', 'text'), bytes('text'));
        equal(await made.call('echo'), bytes(''));
        await fails('WAPC_ARGUMENT', () => made.call('echo', { an: 'object' }));
        await fails('WAPC_ARGUMENT', () => made.call(5));
        const controller = new AbortController();
        controller.abort('reason');
        equal(await thrown(() => made.call('echo', 'x', { signal: controller.signal })), 'reason');
        end();
      },
    ];

    yield [
      `${name}: a response that does not decode`,
      async () => {
        const codec = { encode: () => bytes(relay('foo', 'op')), decode: (received) => JSON.parse(string(received)) };
        const { guest: made, end } = await make(await guest('wat/relay'), {
          hostCall: { foo: () => '{' },
          codec,
          name: 'mine',
        });
        const error = await fails('WAPC_GUEST', () => made.call('relay', 'any'));
        equal([error.cause instanceof SyntaxError, error.operation, error.guest], [true, 'relay', 'mine']);
        end();
      },
    ];
  }

  for (const [name, make] of ways(environment)) {
    yield [
      `${name}: operations get and return values, at once and later`,
      async () => {
        const seen = [];
        const hostCall = {
          sums: {
            add: (list) => list.reduce((sum, one) => sum + one, 0),
            later: async (list) => ({ list }),
            nothing: (value) => void seen.push(value),
            bad: () => 5n,
            badLater: async () => () => {},
          },
          raw: (binding, namespace, operation, payload) => payload,
        };
        const host = await make(await guest('wat/relay'), { hostCall, codec: 'json', async: true });
        const ask = async (...names) => string(await host.invoke('relay', relay(...names)));
        equal(await ask('sums', 'add', '[1,2,3]'), '6');
        equal(await ask('sums', 'later', '[1]'), '{"list":[1]}');
        equal(await ask('sums', 'nothing', ''), '');
        equal(await ask('raw', 'any', '{not json'), '{not json');
        equal(seen, [undefined]);
        for (const operation of ['bad', 'badLater']) {
          const error = await fails('WAPC_GUEST', () => ask('sums', operation, '[]'));
          equal(error.cause.code, 'WAPC_ARGUMENT');
        }
        const error = await fails('WAPC_GUEST', () => ask('sums', 'add', '{not json'));
        equal([error.cause instanceof WapcError, error.cause.cause instanceof SyntaxError], [false, true]);
        equal(error.message.includes('sums.add'), true, error.message);
        host.close();
      },
    ];
  }

  yield [
    'codecs that are none are named',
    async () => {
      const source = await guest('wat/relay');
      for (const [codec, path] of NO_CODECS) {
        for (const make of [
          () => WapcHost.instantiate(source, { codec }),
          () => WapcPool.create(source, { codec }),
          () => WapcModule.compile(source, { codec }),
        ]) {
          const error = await fails('WAPC_ARGUMENT', make);
          equal(error.message.startsWith(`${path}:`), true, error.message);
        }
      }
    },
  ];

  yield [
    'a codec that encodes to anything but a Uint8Array is WAPC_ARGUMENT',
    async () => {
      for (const encoded of [undefined, null, 'text', [1], new ArrayBuffer(1), new Uint16Array(1)]) {
        const codec = { encode: () => encoded, decode: (given) => given };
        const host = await WapcHost.instantiate(await guest('wat/relay'), { codec });
        await fails('WAPC_ARGUMENT', () => host.call('echo', 1));
        host.close();
      }
    },
  ];

  yield [
    'codecs that fail in odd ways',
    async () => {
      const disguised = Object.assign(new WapcError('WAPC_TRAP', 'not a trap'), { operation: 'other' });
      const unreadable = new Proxy(new Error('odd'), {
        getPrototypeOf() {
          throw new Error('no prototype');
        },
      });
      const refuse = async () => {
        throw new Error('later');
      };
      for (const thrown of [undefined, null, 'text', Symbol('s'), disguised, unreadable]) {
        const fail = () => {
          throw thrown;
        };
        const host = await WapcHost.instantiate(await guest('wat/relay'), { codec: { encode: fail, decode: fail } });
        const error = await fails('WAPC_ARGUMENT', () => host.call('echo', 1));
        equal(error.cause === thrown, true);
        host.close();
        const codec = { encode: () => bytes('x'), decode: fail };
        const other = await WapcHost.instantiate(await guest('wat/relay'), { codec });
        equal((await fails('WAPC_GUEST', () => other.call('echo', 1))).cause === thrown, true);
        other.close();
      }
      const codec = { encode: (value) => (value === 1 ? bytes('x') : refuse()), decode: refuse };
      const host = await WapcHost.instantiate(await guest('wat/relay'), { codec });
      await fails('WAPC_ARGUMENT', () => host.call('echo', 2));
      await fails('WAPC_GUEST', () => host.call('echo', 1));
      host.close();
    },
  ];

  yield [
    'a codec may use its buffer again, and a detached one is refused',
    async () => {
      const buffer = bytes('....');
      const pool = await WapcPool.create(await guest('wat/relay'), {
        size: 1,
        codec: { encode: (value) => buffer.fill(65 + value), decode: string },
      });
      const answers = await Promise.all([0, 1, 2].map((value) => pool.call('echo', value)));
      equal(answers, ['AAAA', 'BBBB', 'CCCC']);
      await pool.close();
      const gone = bytes('gone');
      structuredClone(gone, { transfer: [gone.buffer] });
      const host = await WapcHost.instantiate(await guest('wat/relay'), {
        codec: { encode: () => gone, decode: string },
      });
      await fails('WAPC_ARGUMENT', () => host.call('echo', 1));
      host.close();
    },
  ];

  yield [
    'a codec may make bytes of another realm',
    async () => {
      const codec = { encode: (value) => foreign(bytes(value)), decode: string };
      const hostCall = { foo: { op: (value) => `${value}!` } };
      const host = await WapcHost.instantiate(await guest('wat/relay'), { codec, hostCall });
      equal(await host.call('echo', 'text'), 'text');
      equal(string(await host.invoke('relay', relay('foo', 'op', 'text'))), 'text!');
      host.close();
    },
  ];

  yield [
    'the codec of a module is that of its hosts, unless they are given another',
    async () => {
      const module = await WapcModule.compile(await guest('wat/relay'), {
        codec: 'json',
        async: false,
        hostCall: { foo: { op: (value) => [value] } },
      });
      const [json, text] = [await module.instantiate(), await module.instantiate({ codec: 'text' })];
      equal(await json.call('echo', { a: 1 }), { a: 1 });
      equal(await text.call('echo', '{}'), '{}');
      equal(string(json.invokeSync('relay', relay('foo', 'op', '1'))), '[1]');
      await fails('WAPC_GUEST', () => text.invoke('relay', relay('foo', 'op', '1')));
      for (const made of [json, text, module]) made.close();
    },
  ];

  yield [
    'typed is the same object',
    async () => {
      const host = await WapcHost.instantiate(await guest('wat/relay'), { codec: 'json' });
      equal(typed(host) === host, true);
      host.close();
      for (const value of [undefined, null, 5, {}, { call: 1 }]) await fails('WAPC_ARGUMENT', () => typed(value));
    },
  ];
}
