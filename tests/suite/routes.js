/** `Routes`: host calls by namespace and operation, passed on to functions, hosts and pools. */

import { bytes, equal, fails, string } from './assert.js';
import { ways } from './ways.js';

/** The payload that makes the guest `relay` call its host. */
export const relay = (namespace, operation, payload = '', binding = 'default') =>
  `${binding}\0${namespace}\0${operation}\0${payload}`;

/** A payload that makes the guest `relay` trap: its first name does not end in the guest's memory. */
export const TRAPPING = new Uint8Array(0x3fc00).fill(1);

/** The payload that makes `relay` guests call namespaces in turn; the last one echoes. */
export const through = (...namespaces) =>
  namespaces.reduceRight((payload, namespace, index) => {
    return relay(namespace, index === namespaces.length - 1 ? 'echo' : 'relay', payload);
  }, 'the end');

/** A target of routes, which are given when hosts are made: the host or pool that it stands for is made later. */
export class Later {
  target = undefined;
  invoke(...given) {
    return this.target.invoke(...given);
  }
}

/** A class that is no host, and has `invoke`. */
class Recorder {
  seen = [];
  async invoke(operation, payload, options) {
    this.seen.push({ operation, payload: string(payload), options });
    return bytes(`recorded ${operation}`);
  }
}

/** What is asked for, and the response or, as `{ error }`, a part of the guest's error. */
const ANSWERS = [
  ['foo', 'echo', 'echo: payload'],
  ['foo', 'nothing', ''],
  ['foo', 'names', 'default foo names'],
  ['foo', '__proto__', 'own __proto__'],
  ['foo', 'throws', { error: 'foo says no' }],
  ['whole', 'anything', 'default whole anything payload'],
  ['whole', 'constructor', 'default whole constructor payload'],
  ['rest', 'known', 'known'],
  ['rest', 'other', 'the rest of rest: other'],
  ['rest', 'constructor', 'the rest of rest: constructor'],
  ['rest', '*', 'the rest of rest: *'],
  ['bare', 'one', 'one'],
];

/** What no route answers, unless there is one for everything. */
const UNKNOWN = [
  ['foo', 'missing'],
  ['foo', 'constructor'],
  ['foo', 'toString'],
  ['foo', ''],
  ['bare', 'hasOwnProperty'],
  ['missing', 'echo'],
  ['constructor', 'name'],
  ['__proto__', 'toString'],
  ['', ''],
  ['*', 'any'],
];

const routes = () => ({
  foo: {
    echo: (value, call) => `${call.operation}: ${string(value)}`,
    nothing() {},
    names: (value, { binding, namespace, operation }) => [binding, namespace, operation].join(' '),
    ['__proto__']: () => 'own __proto__',
    throws() {
      throw new Error('foo says no');
    },
  },
  whole: (binding, namespace, operation, payload) => [binding, namespace, operation, string(payload)].join(' '),
  rest: { known: () => 'known', '*': (value, { operation }) => `the rest of rest: ${operation}` },
  bare: Object.assign(Object.create(null), { one: () => 'one' }),
});

/** Routes that are none: a value, and the path that the error names. */
const NO_ROUTES = [
  [null, 'hostCall'],
  [5, 'hostCall'],
  ['text', 'hostCall'],
  [[], 'hostCall'],
  [new Recorder(), 'hostCall'],
  [new Map(), 'hostCall'],
  [{ foo: null }, 'hostCall.foo'],
  [{ foo: undefined }, 'hostCall.foo'],
  [{ foo: 'text' }, 'hostCall.foo'],
  [{ foo: [] }, 'hostCall.foo'],
  [{ foo: new Map() }, 'hostCall.foo'],
  [{ foo: { bar: 5 } }, 'hostCall.foo.bar'],
  [{ foo: { bar: { baz() {} } } }, 'hostCall.foo.bar'],
  [{ foo: { bar: new (class {})() } }, 'hostCall.foo.bar'],
  [{ foo: Object.create({ inherited() {} }) }, 'hostCall.foo'],
  [Object.defineProperty({}, 'foo', { enumerable: true, get: fail }), 'hostCall'],
  [{ foo: new (class { get invoke() { return fail(); } })() }, 'hostCall.foo.invoke'], // prettier-ignore
];

function fail() {
  throw new Error('not to be read');
}

export function* routing(environment) {
  const { WapcHost, WapcPool, WapcModule, guest, canSuspend, hasWorkers } = environment;
  const atOnce = ['a host at once', (source, options) => WapcHost.instantiate(source, { ...options, async: false })];

  for (const [name, make] of [atOnce, ...ways(environment)]) {
    yield [
      `${name}: functions answer by namespace and operation`,
      async () => {
        const host = await make(await guest('wat/relay'), { hostCall: routes() });
        for (const [namespace, operation, expected] of ANSWERS) {
          const invoke = () => host.invoke('relay', relay(namespace, operation, 'payload'));
          if (typeof expected === 'string') equal(string(await invoke()), expected, `${namespace} ${operation}`);
          else equal((await fails('WAPC_GUEST', invoke)).message.includes(expected.error), true);
        }
        for (const [namespace, operation] of UNKNOWN) {
          const error = await fails('WAPC_GUEST', () => host.invoke('relay', relay(namespace, operation)));
          for (const part of [`'${namespace}'`, `'${operation}'`, 'foo.echo', 'whole.*', 'rest.*']) {
            equal(error.message.includes(part), true, `${error.message}: ${part}`);
          }
          equal(error.hostCall, { binding: 'default', namespace, operation });
        }
        host.close();
      },
    ];

    yield [
      `${name}: '*' answers what nothing else does`,
      async () => {
        const hostCall = { ...routes(), '*': (binding, namespace, operation) => `all: ${namespace} ${operation}` };
        const host = await make(await guest('wat/relay'), { hostCall });
        equal(string(await host.invoke('relay', relay('rest', 'other'))), 'the rest of rest: other');
        for (const [namespace, operation] of UNKNOWN) {
          const answer = string(await host.invoke('relay', relay(namespace, operation)));
          equal(answer, `all: ${namespace} ${operation}`);
        }
        host.close();
        const operations = await make(await guest('wat/relay'), { hostCall: { '*': { a: () => 'any a' } } });
        equal(string(await operations.invoke('relay', relay('some', 'a'))), 'any a');
        await fails('WAPC_GUEST', () => operations.invoke('relay', relay('some', 'b')));
        operations.close();
      },
    ];

    yield [
      `${name}: host calls are passed on to anything with invoke, as they are`,
      async () => {
        const target = await WapcHost.instantiate(await guest('wat/relay'), { codec: 'json', async: false });
        const all = name === atOnce[0] ? {} : { pool: await WapcPool.create(await guest('wat/relay'), { size: 1 }) };
        const hostCall = { all: target, one: { echo: target }, ...all };
        const host = await make(await guest('wat/relay'), { hostCall, codec: 'json' });
        for (const namespace of Object.keys(hostCall)) {
          const answer = await host.invoke('relay', relay(namespace, 'echo', '{not json'));
          equal(string(answer), '{not json', namespace);
        }
        // The target has no host callback: its own error comes through.
        const error = await fails('WAPC_GUEST', () => host.invoke('relay', relay('all', 'relay', relay('n', 'o'))));
        equal([error.cause.code, error.cause.hostCall.namespace], ['WAPC_GUEST', 'n']);
        host.close();
        target.close();
        await all.pool?.close();
      },
    ];

    if (name !== atOnce[0]) {
      yield [
        `${name}: a target of another class gets signal and context`,
        async () => {
          const target = new Recorder();
          const hostCall = { foo: target };
          const host = await make(await guest('wat/relay'), { hostCall });
          const context = { user: 7 };
          equal(string(await host.invoke('relay', relay('foo', 'op', 'text'), { context })), 'recorded op');
          const [{ operation, payload, options }] = target.seen;
          equal([operation, payload, options.context === context], ['op', 'text', true]);
          equal([options.signal instanceof AbortSignal, options.from.signal === options.signal], [true, true]);
          host.close();
        },
      ];
    }

    yield [
      `${name}: a call tells of its host call`,
      async () => {
        const seen = [];
        const hostCall = { foo: { op: (value, call) => void seen.push(call) } };
        const host = await make(await guest('wat/relay'), { hostCall });
        await host.invoke('relay', relay('foo', 'op', '', 'mine'), { context: 'given' });
        const [{ binding, namespace, operation, host: handle, invocation, mayAwait, signal }] = seen;
        equal([binding, namespace, operation], ['mine', 'foo', 'op']);
        equal([typeof handle.id, invocation.context, invocation.operation], ['number', 'given', 'relay']);
        equal([mayAwait, signal instanceof AbortSignal], [name !== atOnce[0], true]);
        host.close();
      },
    ];
  }

  yield [
    'routes that are none are named, and nothing is made',
    async () => {
      const source = await guest('wat/relay');
      for (const [hostCall, path] of NO_ROUTES) {
        for (const make of [
          () => WapcHost.instantiate(source, { hostCall }),
          () => WapcPool.create(source, { hostCall }),
          () => WapcModule.compile(source, { hostCall }),
        ]) {
          const error = await fails('WAPC_ARGUMENT', make);
          equal(error.message.startsWith(`${path}:`), true, error.message);
        }
      }
    },
  ];

  yield [
    'routes are read once: what changes later, guests do not see',
    async () => {
      const hostCall = { foo: { a: () => 'first' } };
      const module = await WapcModule.compile(await guest('wat/relay'), { hostCall, async: false });
      hostCall.foo.a = () => 'second';
      hostCall.bar = () => 'bar';
      const host = await module.instantiate();
      equal(string(host.invokeSync('relay', relay('foo', 'a'))), 'first');
      await fails('WAPC_GUEST', () => host.invoke('relay', relay('bar', 'a')));
      const other = await module.instantiate({ hostCall: { bar: () => 'other' } });
      equal(string(other.invokeSync('relay', relay('bar', 'a'))), 'other');
      for (const made of [host, other, module]) made.close();
    },
  ];

  yield [
    'each route, and each method of a target, is read once',
    async () => {
      const read = {};
      const counted = (target, path) =>
        new Proxy(target, {
          get(of, name, receiver) {
            const value = Reflect.get(of, name, receiver);
            if (typeof name === 'string') read[`${path}${name}`] = (read[`${path}${name}`] ?? 0) + 1;
            return value;
          },
        });
      const target = counted(new Recorder(), 'target.');
      const codec = counted({ encode: (value) => bytes(value), decode: string }, 'codec.');
      const hostCall = counted({ foo: counted({ a: () => 'a' }, 'foo.'), target }, '');
      const host = await WapcHost.instantiate(await guest('wat/relay'), { hostCall, codec, async: false });
      equal(string(host.invokeSync('relay', relay('foo', 'a', 'x'))), 'a');
      equal(await host.call('echo', 'x'), 'x');
      equal(read, { foo: 1, 'foo.a': 1, target: 1, 'target.invoke': 1, 'target.invokeSync': 1, 'codec.encode': 1, 'codec.decode': 1 }); // prettier-ignore
      host.close();
    },
  ];

  yield [
    'a chain of hosts works without promises, and a pool at its end says that it has no invokeSync',
    async () => {
      const source = await guest('wat/relay');
      const options = { async: false, codec: 'text' };
      const last = await WapcHost.instantiate(source, {
        ...options,
        hostCall: { end: { up: (v) => v.toUpperCase() } },
      });
      const second = await WapcHost.instantiate(source, { ...options, hostCall: { last } });
      const pool = await WapcPool.create(source, { size: 1 });
      const first = await WapcHost.instantiate(source, { ...options, hostCall: { second, pool } });
      const asked = relay('second', 'relay', relay('last', 'relay', relay('end', 'up', 'text')));
      equal(string(first.invokeSync('relay', asked)), 'TEXT');
      equal(string(await first.invoke('relay', asked)), 'TEXT');
      const error = await fails('WAPC_GUEST', () => first.invoke('relay', relay('pool', 'echo', 'x')));
      equal([error.cause.code, error.message.includes('invokeSync')], ['WAPC_ASYNC', true], error.message);
      equal(pool.stats.invocations, 0);
      for (const host of [first, second, last]) host.close();
      await pool.close();
    },
  ];

  yield [
    'routes that may answer later take a worker where nothing on this thread can wait',
    async () => {
      const source = await guest('wat/relay');
      const pool = await WapcPool.create(source, { size: 1 });
      const host = await WapcHost.instantiate(source, { async: false });
      const recorder = new Recorder();
      const inWorker = await WapcHost.instantiate(source, { hostCall: { foo: async () => 'foo' }, async: canSuspend || hasWorkers }); // prettier-ignore
      for (const [hostCall, isLater] of [
        [{ foo: inWorker }, !canSuspend && hasWorkers],
        [{ foo: { a: () => 'at once' } }, false],
        [{ foo: { a: async () => 'later' } }, true],
        [{ foo: async () => 'later' }, true],
        [{ foo: host }, false],
        [{ foo: { a: pool } }, true],
        [{ foo: recorder }, true],
      ]) {
        if (isLater && !canSuspend && !hasWorkers) {
          await fails('WAPC_UNSUPPORTED', () => WapcHost.instantiate(source, { hostCall }));
          continue;
        }
        const made = await WapcHost.instantiate(source, { hostCall });
        if (isLater && !canSuspend) await fails('WAPC_UNSUPPORTED', () => made.invokeSync('echo', 'x'));
        else equal(string(made.invokeSync('echo', 'x')), 'x');
        made.close();
      }
      host.close();
      inWorker.close();
      await pool.close();
    },
  ];
}
