/** Odd values of callers: bytes that claim any length, throw where they are read, or change meanwhile. */

import { A_DAY, detached, equal, fails, foreign, string, thrown, words, wordsOf } from './assert.js';
import { ways } from './ways.js';

const call = words(512, 1, 512, 1, 512, 1, 512, 1);
const bytes = () => new Uint8Array([1, 2, 3, 4]);
const own = (name, descriptor) => Object.defineProperty(bytes(), name, descriptor);
const boom = () => {
  throw new Error('boom');
};

class Odd extends Uint8Array {
  static get [Symbol.species]() {
    return boom();
  }
  subarray() {
    return boom();
  }
  slice() {
    return boom();
  }
}

/**
 * Answers of callbacks: a name, a function that makes one, and the length that the guest sees; `error` is a failed
 * call.
 */
const answers = [
  ['bytes', bytes, 4],
  ['no bytes', () => new Uint8Array(0), 0],
  ['nothing', () => undefined, 0],
  ['text', () => 'ü', 2],
  ['a buffer', () => bytes().buffer, 4],
  ['a view', () => new DataView(bytes().buffer, 1, 2), 2],
  ['other elements', () => new Uint16Array(3), 6],
  ['bytes that claim fewer', () => own('length', { value: 2 }), 4],
  ['bytes that claim more', () => own('length', { value: 8 }), 4],
  ['bytes that claim no number', () => own('length', { value: NaN }), 4],
  ['bytes that claim an object', () => own('length', { value: { valueOf: () => 3 } }), 4],
  ['bytes whose length throws', () => own('length', { get: boom }), 'error'],
  ['bytes whose methods throw', () => new Odd([1, 2, 3]), 3],
  ['bytes that have a then', () => own('then', { value: boom }), 4],
  ['detached bytes', () => detached(bytes()), 0],
  ['a detached buffer', () => detached(bytes()).buffer, 'error'],
  ['a view that was detached', () => detached(new DataView(bytes().buffer)), 'error'],
  ['a proxy of bytes', () => new Proxy(bytes(), {}), 'error'],
  ['what calls itself a buffer', () => ({ [Symbol.toStringTag]: 'ArrayBuffer', byteLength: 4 }), 'error'],
  ['null', () => null, 'error'],
  ['a number', () => 42, 'error'],
  ['an object whose then throws', () => Object.defineProperty({}, 'then', { get: boom }), 'error'],
];

if (typeof SharedArrayBuffer === 'function') {
  answers.push(['shared bytes', () => new Uint8Array(new SharedArrayBuffer(5)), 5]);
}
if ('resizable' in ArrayBuffer.prototype) {
  answers.push([
    'bytes that were shrunk',
    () => {
      const buffer = new ArrayBuffer(8, { maxByteLength: 16 });
      const array = new Uint8Array(buffer);
      buffer.resize(3);
      return array;
    },
    3,
  ]);
}

/** Promises of answers. */
const promises = [
  ['a promise', () => Promise.resolve(bytes()), 4],
  ['a promise of a promise', () => Promise.resolve({ then: (done) => done(Promise.resolve('xyz')) }), 3],
  ['a rejection', () => Promise.reject(new Error('no')), 'error'],
  ['what calls back at once, twice, and throws', () => ({ then: (done) => (done('x'), done('yy'), boom()) }), 1],
  ['a then that throws', () => ({ then: boom }), 'error'],
  [
    'a promise whose constructor throws',
    () => Object.defineProperty(Promise.resolve('x'), 'constructor', { get: boom }),
    'error',
  ],
  ['a function with a then', () => Object.assign(() => {}, { then: (done) => done('four') }), 4],
  ...answers
    .filter(([name]) => !name.includes('then'))
    .map(([name, make, length]) => [`a promise of ${name}`, () => Promise.resolve(make()), length]),
];

/** Counts the listeners of a signal from now on: functions that tell how many there are, and that end this. */
function countListeners(signal) {
  const { prototype } = AbortSignal;
  let listeners = 0;
  const ends = Object.entries({ addEventListener: 1, removeEventListener: -1 }).map(([name, more]) => {
    const own = Object.getOwnPropertyDescriptor(prototype, name);
    const method = prototype[name];
    prototype[name] = function (...all) {
      if (this === signal) listeners += more;
      return method.apply(this, all);
    };
    return () => (own === undefined ? delete prototype[name] : Object.defineProperty(prototype, name, own));
  });
  return [() => listeners, () => ends.forEach((end) => end())];
}

/** Has a function of the engine throw errors whose classes are of another realm. Returns a function that ends this. */
function withForeignErrors(object, name) {
  const own = object[name];
  const refuse = (error) => {
    const { name } = error;
    throw Object.assign(foreign(error), { name });
  };
  const attempt = (work) => {
    try {
      const result = work();
      return result instanceof Promise ? result.catch(refuse) : result;
    } catch (error) {
      return refuse(error);
    }
  };
  const apply = (...all) => attempt(() => Reflect.apply(...all));
  const construct = (...all) => attempt(() => Reflect.construct(...all));
  if (own !== undefined) object[name] = new Proxy(own, { apply, construct });
  return () => own === undefined || (object[name] = own);
}

/** An AbortController whose signal has methods of its own, which throw. */
function withThrowingMethods() {
  const controller = new AbortController();
  for (const name of ['addEventListener', 'removeEventListener', 'throwIfAborted']) controller.signal[name] = boom;
  Object.defineProperty(controller.signal, 'reason', { get: boom });
  return controller;
}

export function* callers(environment) {
  const { WapcHost, guest } = environment;
  const atOnce = (source, options) => WapcHost.instantiate(source, { ...options, async: false });

  for (const [way, make, table] of [
    ['at once', atOnce, answers],
    ...[...ways(environment)].map(([way, make]) => [way, make, [...answers, ...promises]]),
  ]) {
    yield [
      `${way}: odd answers of callbacks are what the engine knows of them`,
      async () => {
        let answer;
        const host = await make(await guest('wat/probe'), { hostCall: () => answer() });
        for (const [name, makeAnswer, length] of table) {
          answer = makeAnswer;
          const [answered, responded, failed] = wordsOf(await host.invoke('h', call));
          equal([answered, responded], length === 'error' ? [0, 0] : [1, length], name);
          equal(failed > 0, length === 'error', name);
        }
        host.close();
      },
    ];

    yield [
      `${way}: a signal whose methods throw is what the engine knows of it`,
      async () => {
        const controller = withThrowingMethods();
        const { signal } = controller;
        let context;
        const hostCall = (...all) => void (context = all[4]);
        const host = await make(await guest('wat/probe'), { hostCall });
        const into = new Uint8Array(12);
        for (const options of [{ signal }, { signal, into }, { signal, into, timeout: A_DAY }]) {
          equal((await host.invoke('c', '', options)).length, 12);
        }
        // The context of another copy of the package.
        const from = { signal, invocation: { context: 'theirs' } };
        await host.invoke('h', call, { from });
        equal(context.invocation.context, 'theirs');
        const waits = host.invoke('h', call);
        const aborted = way === 'at once' ? 'enough' : thrown(() => host.invoke('c', '', { signal, into }));
        controller.abort('enough');
        equal(await aborted, 'enough', 'in the queue');
        await waits;
        for (const options of [{ signal }, { from }]) {
          equal(await thrown(() => host.invoke('c', '', options)), 'enough');
        }
        equal((await host.invoke('c', '', { into })).length, 12, 'the array is free');
        host.close();
      },
    ];

    yield [
      `${way}: odd payloads are what the engine knows of them`,
      async () => {
        const host = await make(await guest('wat/probe'), {});
        for (const [name, makePayload, length] of answers) {
          if (name === 'null' || name === 'nothing') continue;
          const outcome = await host.invoke('2', makePayload()).catch((error) => error);
          equal(outcome instanceof Error, length === 'error', `${name}: ${outcome.message}`);
        }
        for (const payload of [null, 42, {}, new Proxy(bytes(), {}), detached(bytes()).buffer]) {
          await fails('WAPC_ARGUMENT', () => host.invoke('2', payload));
        }
        host.close();
      },
    ];
  }

  yield [
    'text is sent as it is where the encoder makes arrays of another realm, as in jest with jsdom',
    async () => {
      let answer;
      const hostCall = () => answer();
      const host = await WapcHost.instantiate(await guest('wat/probe'), { async: false, hostCall, codec: 'text' });
      const { encode } = TextEncoder.prototype;
      TextEncoder.prototype.encode = function (...all) {
        return foreign(encode.apply(this, all));
      };
      try {
        answer = () => 'ü';
        equal(wordsOf(await host.invoke('h', call)), [1, 2, 0]);
        answer = () => {
          throw new Error('ünd');
        };
        equal(wordsOf(await host.invoke('h', call)), [0, 0, 4]);
        equal(string(await host.invoke('2', 'grü')), 'grü');
        equal(await host.call('2', 'grü'), 'grü');
      } finally {
        TextEncoder.prototype.encode = encode;
      }
      host.close();
    },
  ];

  yield [
    'errors of the engine count, whatever realm their classes are of, as in jest',
    async () => {
      const host = await WapcHost.instantiate(await guest('wat/probe'), { async: false, hostCall() {} });
      const empty = new Uint8Array(0);
      await host.invoke('s', words(4096, 0), { into: empty });
      detached(empty);
      const response = new Response(new Uint8Array(8), { headers: { 'content-type': 'application/wasm' } });
      const ends = [
        withForeignErrors(TextDecoder.prototype, 'decode'),
        withForeignErrors(globalThis, 'Uint8Array'),
        withForeignErrors(WebAssembly, 'compileStreaming'),
      ];
      try {
        await fails('WAPC_ARGUMENT', () => host.invoke('s', words(4096, 0), { into: empty }));
        // The first name is not UTF-8.
        await fails('WAPC_PROTOCOL', () => host.invoke('h', words(4096, 2, 512, 1, 512, 1, 512, 1)));
        if (WebAssembly.compileStreaming !== undefined) {
          await fails('WAPC_COMPILE', () => environment.WapcModule.compile(response));
        }
      } finally {
        for (const end of ends) end();
      }
      host.close();
    },
  ];

  yield [
    'empty ranges after the memory has grown, wherever they point',
    async () => {
      const log = [];
      const host = await WapcHost.instantiate(await guest('wat/probe'), {
        async: false,
        logger: (line) => log.push(line),
      });
      const places = [0, 1, 65535, 65536, 0x7fffffff, 0xffffffff];
      for (const place of places) equal((await host.invoke('W', words(place))).length, 0, `${place}`);
      equal(
        log,
        places.map(() => ''),
      );
      equal(host.memorySize, (1 + places.length) * 65536, 'the same instance');
      host.close();
    },
  ];

  yield [
    'a payload that grows before the guest takes it once more',
    async () => {
      if (typeof SharedArrayBuffer !== 'function' || !('growable' in SharedArrayBuffer.prototype)) return;
      const buffer = new SharedArrayBuffer(call.length, { maxByteLength: 64 });
      const payload = new Uint8Array(buffer);
      payload.set(call);
      const host = await WapcHost.instantiate(await guest('wat/probe'), {
        async: false,
        hostCall: () => void buffer.grow(64),
      });
      await fails('WAPC_ARGUMENT', () => host.invoke('d', payload));
      equal(wordsOf(await host.invoke('c'))[0], 1, 'a fresh instance');
      host.close();
    },
  ];

  yield [
    'options are read once, and what is no signal is named',
    async () => {
      const host = await WapcHost.instantiate(await guest('wat/probe'), { async: false });
      let reads = 0;
      const options = {
        get timeout() {
          return reads++ === 0 ? 60_000 : 'later';
        },
      };
      await host.invoke('c', '', options);
      equal(reads, 1);
      await fails('WAPC_ARGUMENT', () => host.invoke('c', '', { signal: Object.create(AbortSignal.prototype) }));
      host.close();
    },
  ];

  yield [
    '`get` ignores methods that a signal has of its own, and that throw',
    async () => {
      const pool = await environment.WapcPool.create(await guest('wat/probe'), { size: 1, async: false });
      const { signal } = withThrowingMethods();
      const first = await pool.get(undefined, { signal });
      const next = pool.get(undefined, { signal });
      pool.return(first);
      pool.return(await next);
      equal(pool.stats.idle, 1);
      await pool.close();
    },
  ];

  yield [
    'many invocations that wait for one signal: it has one listener, and all reject',
    async () => {
      const hostCall = () => {
        inner = Array.from({ length: 1000 }, (_, number) =>
          pool.invoke('c', '', { signal: controller.signal, ...(number % 2 ? {} : { timeout: 60_000 }) }),
        );
        for (const invocation of inner) invocation.catch(() => {});
      };
      let inner;
      const pool = await environment.WapcPool.create(await guest('wat/probe'), { size: 1, async: false, hostCall });
      const controller = new AbortController();
      const [count, stopCounting] = countListeners(controller.signal);
      let outer;
      try {
        await Promise.all([1, 2].map(() => pool.invoke('c', '', { signal: controller.signal })));
        equal(count(), 0, 'nobody listens any more once they have ended');
        outer = pool.invoke('h', call);
        equal([count(), pool.stats.waiting], [1, 1000]);
      } finally {
        stopCounting();
      }
      controller.abort('enough');
      await outer;
      equal(
        await Promise.all(inner.map((invocation) => thrown(() => invocation))),
        inner.map(() => 'enough'),
      );
      equal([pool.stats.waiting, pool.stats.busy], [0, 0]);
      equal(wordsOf(await pool.invoke('c', '', { signal: new AbortController().signal }))[0], 4);
      await pool.close();
    },
  ];
}
