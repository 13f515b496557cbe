/** Responses that are written into an array of the caller's (`into`). */

import { assemble, name, section, unsigned, vector } from './assembler.js';
import { A_DAY, bytes, equal, fails, thrown, turn, words, wordsOf } from './assert.js';
import { patient, ways } from './ways.js';

const call = words(512, 1, 512, 1, 512, 1, 512, 1);
/** The payload of the probe's `s`, which responds with `length` bytes of its memory. */
const responseOf = (length) => words(4096, length);
const WORD = 12; // The bytes of the probe's responses that are words.

const detach = (array) => void structuredClone(array, { transfer: [array.buffer] });
/** Bytes in front of and behind `length` bytes, all of them MARK. */
const MARK = 0xee;
function marked(length, before = 3, after = 5) {
  const all = new Uint8Array(before + length + after).fill(MARK);
  return { all, into: all.subarray(before, before + length) };
}

/** Every function that takes `into`: a name, and a function that makes `invoke` and `end`. */
function* callees({ WapcHost, WapcPool, hasWorkers }) {
  const host = (options) => async (source, given) => {
    const made = await WapcHost.instantiate(source, { ...given, ...options });
    return { made, invoke: (...args) => made.invoke(...args), end: () => made.close() };
  };
  yield ['invokeSync', async (source, given) => {
    const made = await WapcHost.instantiate(source, given);
    return { made, invoke: async (...args) => made.invokeSync(...args), end: () => made.close() };
  }]; // prettier-ignore
  yield ['a host', host({})];
  yield ['a host that cannot be suspended', host({ async: false })];
  for (const workers of hasWorkers ? [false, true] : [false]) {
    const create = async (source, given) => WapcPool.create(source, { ...given, size: 1, workers });
    const kind = workers ? 'a pool of workers' : 'a pool';
    yield [kind, async (source, given) => {
      const made = await create(source, given);
      return { made, invoke: (...args) => made.invoke(...args), end: () => made.destroy() };
    }]; // prettier-ignore
    yield [`an instance of ${kind}`, async (source, given) => {
      const pool = await create(source, given);
      const made = await pool.get();
      return { made, invoke: (...args) => made.invoke(...args), end: () => pool.destroy() };
    }]; // prettier-ignore
  }
}

/** Values that are no destinations. Those that need what an engine does not have are left out. */
function* refused() {
  yield ['null', null];
  yield ['a number', 8];
  yield ['a text', 'bytes'];
  yield ['an array', [1, 2]];
  yield ['an object like one', { length: 8, buffer: new ArrayBuffer(8), __proto__: Uint8Array.prototype }];
  yield ['a proxy', new Proxy(new Uint8Array(64), {})];
  yield ['a buffer', new ArrayBuffer(64)];
  yield ['a DataView', new DataView(new ArrayBuffer(64))];
  for (const Type of [Uint8ClampedArray, Int8Array, Uint16Array]) yield [`${Type.name}`, new Type(64)];
  for (const length of [0, 64]) {
    const gone = new Uint8Array(length);
    detach(gone);
    yield [`${length} bytes that are detached`, gone];
  }
  const resizable = new /** @type {any} */ (ArrayBuffer)(64, { maxByteLength: 128 });
  if (resizable.resizable) {
    yield ['a resizable buffer', new Uint8Array(resizable, 0, 64)];
    yield ['a resizable buffer, whose length is tracked', new Uint8Array(resizable)];
  }
  if (typeof SharedArrayBuffer === 'function') yield ['shared memory', new Uint8Array(new SharedArrayBuffer(64))];
}

/** Its code: `i32.const` is 0x41, `call` 0x10. */
const BODY = [
  0,
  ...[0x41, 0, 0x41, 16, 0x10, 0],
  ...[0x41, 0, 0x41, 4, 0x10, 0],
  ...[0x41, 0, 0x41, 0, 0x10, 1],
  ...[0x41, 1, 0x0b],
];
/** A guest that responds with 16 zero bytes, then with 4, then logs an empty line. */
const twice = assemble(
  section(1, vector([[0x60, 2, 0x7f, 0x7f, 0], [0x60, 2, 0x7f, 0x7f, 1, 0x7f]])), // prettier-ignore
  section(2, vector(['__guest_response', '__console_log'].map((field) => [name('wapc'), name(field), 0, 0]))),
  section(3, vector([1])),
  section(5, vector([[0, 1]])),
  section(7, vector([[name('memory'), 2, 0], [name('__guest_call'), 0, 2]])), // prettier-ignore
  section(10, vector([[unsigned(BODY.length), BODY]])),
);

export function* into(environment) {
  for (const [kind, make] of callees(environment)) {
    for (const [what, run] of inEachWay(make, environment)) yield [`${kind}: ${what}`, run];
  }
  for (const [kind, make] of ways(environment)) {
    for (const [what, run] of whileItWaits(make, environment)) yield [`${kind}: ${what}`, run];
  }
  yield* onThisThread(environment);
  yield* inQueues(environment);
}

function* inEachWay(make, { guest }) {
  const probe = async (given) => make(await guest('wat/probe'), { logger() {}, ...given });

  yield [
    'exactly the bytes of the response are written, and the result is a view of them',
    async () => {
      const { invoke, end } = await make(await guest('wat/relay'), {});
      for (const length of [0, 1, 15, 16, 17, 1024, 5000]) {
        for (const more of [0, 1, 100]) {
          const payload = Uint8Array.from({ length }, (_, i) => (i * 7 + 1) & 0xff);
          const { all, into } = marked(length + more);
          const response = await invoke('echo', payload, { into });
          equal([response.buffer === all.buffer, response.byteOffset, response.length], [true, 3, length]);
          equal(Object.getPrototypeOf(response) === Uint8Array.prototype, true);
          equal(response, payload, `${length} bytes`);
          const expected = new Uint8Array(all.length).fill(MARK);
          expected.set(payload, 3);
          equal(all, expected, `${length} bytes and ${more} more`);
          equal(into.length, length + more);
        }
      }
      end();
    },
  ];

  yield [
    'what the caller does with a response does not change the next one',
    async () => {
      const { invoke, end } = await make(await guest('wat/relay'), {});
      const into = new Uint8Array(20);
      let asked = 0;
      const get = () => {
        asked++;
        throw new Error('asked for its length');
      };
      const lie = (response, length) => Object.defineProperty(response, 'length', length);
      lie(await invoke('echo', 'abc', { into }), { value: 5 });
      equal((await invoke('echo', 'abcde', { into })).byteLength, 5);
      lie(await invoke('echo', 'abcd', { into }), { get });
      for (const text of ['abcd', 'ab', 'abcdef']) {
        equal((await invoke('echo', text, { into })).byteLength, text.length);
      }
      equal(asked, 0);
      const empty = new Uint8Array(0);
      equal((await invoke('echo', '', { into: empty })).byteLength, 0);
      detach(empty);
      await fails('WAPC_ARGUMENT', () => invoke('echo', '', { into: empty }));
      end();
    },
  ];

  yield [
    'one byte too long is WAPC_LIMIT, and the instance goes on',
    async () => {
      const { invoke, end } = await probe();
      for (const [length, room] of [
        [1, 0],
        [17, 16],
        [1024, 1023],
        [60_000, 10],
      ]) {
        // prettier-ignore
        const { all, into } = marked(room);
        const error = await fails('WAPC_LIMIT', () => invoke('s', responseOf(length), { into }));
        equal(error.operation, 's');
        equal(all.every((byte) => byte === MARK), true); // prettier-ignore
        equal((await invoke('s', responseOf(room), { into })).length, room);
      }
      equal(wordsOf(await invoke('c'))[0], 9, 'the same instance');
      end();
    },
  ];

  yield [
    'of several responses the last one counts',
    async () => {
      const twoResponses = await probe();
      const payload = words(7);
      equal(await twoResponses.invoke('2', payload, { into: new Uint8Array(4) }), payload);
      await fails('WAPC_LIMIT', () => twoResponses.invoke('2', payload, { into: new Uint8Array(3) }));
      twoResponses.end();
      const { invoke, end } = await make(twice, { logger() {} });
      const { all, into } = marked(4);
      equal(await invoke('', '', { into }), new Uint8Array(4));
      equal([...all], [MARK, MARK, MARK, 0, 0, 0, 0, MARK, MARK, MARK, MARK, MARK]);
      end();
    },
  ];

  yield [
    'it can be used again however the invocation has ended',
    async () => {
      const { invoke, end } = await probe({ limits: { payload: 1000 } });
      const into = new Uint8Array(2000);
      for (const [operation, payload, code] of [
        ['c', ''],
        ['z', '', 'WAPC_GUEST'],
        ['e', words(512, 1, 0), 'WAPC_GUEST'],
        ['n', '', 'WAPC_PROTOCOL'],
        ['s', words(2 ** 32 - 16, 32), 'WAPC_PROTOCOL'],
        ['s', words(65_536 - 16, 17), 'WAPC_PROTOCOL'],
        ['s', responseOf(1001), 'WAPC_LIMIT'],
        ['c', new Uint8Array(1001), 'WAPC_LIMIT'],
        ['?', '', 'WAPC_TRAP'],
        ['h', call, undefined],
        [5, '', 'WAPC_ARGUMENT'],
      ]) {
        if (code === undefined) equal((await invoke(operation, payload, { into })).length, WORD);
        else await fails(code, () => invoke(operation, payload, { into }));
        // After a trap an instance has to be created first.
        if (code !== 'WAPC_TRAP') await thrown(() => invoke('z', '', { into }));
      }
      equal((await invoke('c', '', { into })).length, WORD);
      end();
    },
  ];

  yield [
    'what it cannot be is WAPC_ARGUMENT, and the guest is not called',
    async () => {
      const { invoke, end } = await probe();
      for (const [what, value] of refused()) {
        const error = await thrown(() => invoke('c', '', { into: value }));
        equal(error?.code, 'WAPC_ARGUMENT', what);
      }
      const late = new Uint8Array(64);
      equal(wordsOf(await invoke('c', '', { into: late }))[0], 1);
      detach(late);
      await fails('WAPC_ARGUMENT', () => invoke('c', '', { into: late }));
      equal(wordsOf(await invoke('c', '', { into: undefined }))[0], 2, 'calls');
      end();
    },
  ];

  yield [
    'an array of any subclass, which may lie; it is read once',
    async () => {
      const { invoke, end } = await make(await guest('wat/relay'), {});
      class Lying extends Uint8Array {
        get length() {
          return 1e9;
        }
        get byteOffset() {
          return 7;
        }
        get buffer() {
          return new ArrayBuffer(1);
        }
        set() {
          throw new Error('set');
        }
        subarray() {
          throw new Error('subarray');
        }
        static get [Symbol.species]() {
          throw new Error('species');
        }
      }
      const into = new Lying(4);
      let reads = 0;
      const options = {
        get into() {
          reads++;
          return into;
        },
      };
      const response = await invoke('echo', 'text', options);
      equal([reads, response.length, [...response]], [1, 4, [...bytes('text')]]);
      await fails('WAPC_LIMIT', () => invoke('echo', 'texts', options));
      const Buffer = /** @type {any} */ (globalThis).Buffer;
      if (Buffer !== undefined) {
        // Small ones are views of a buffer that Node shares among them.
        const pooled = Buffer.from('0123456789').subarray(2, 8);
        equal(await invoke('echo', 'text', { into: pooled }), bytes('text'));
        equal(pooled.toString(), 'text67');
      }
      end();
    },
  ];

  yield [
    'the payload itself: a response takes its place',
    async () => {
      const { invoke, end } = await make(await guest('wat/relay'), { hostCall: () => 'longer' });
      const both = bytes('a\0b\0c\0payload');
      equal(await invoke('relay', both, { into: both }), bytes('longer'));
      equal(both, bytes('longerpayload'));
      end();
    },
  ];

  yield [
    'detached by a host callback: WAPC_ARGUMENT, and the instance goes on',
    async () => {
      const into = new Uint8Array(WORD);
      const { invoke, end } = await probe({ hostCall: () => detach(into) });
      await fails('WAPC_ARGUMENT', () => invoke('h', call, { into }));
      equal(wordsOf(await invoke('c'))[0], 2, 'the same instance');
      end();
    },
  ];

  yield [
    'call does not take it',
    async () => {
      const { made, end } = await probe();
      await fails('WAPC_ARGUMENT', () => made.call('c', '', { into: new Uint8Array(64) }));
      await fails('WAPC_ARGUMENT', () => made.call('c', '', { into: undefined }));
      equal(wordsOf(await made.call('c'))[0], 1);
      end();
    },
  ];
}

/** The host callback answers later. */
function* whileItWaits(make, { guest, counts }) {
  const waiting = async (options) => {
    const { hostCall, called, calls } = patient();
    const host = await make(await guest('wat/relay'), { hostCall, ...options });
    return { host, called, calls };
  };
  const relay = 'a\0b\0c\0payload';

  yield [
    'a host call that is answered later',
    async () => {
      const { host, called } = await waiting();
      const { all, into } = marked(6);
      const response = host.invoke('relay', relay, { into });
      (await called(0)).resolve('answer');
      equal(await response, bytes('answer'));
      equal((await response).buffer === all.buffer, true);
      const tooLong = host.invoke('relay', relay, { into });
      (await called(1)).resolve('answers');
      await fails('WAPC_LIMIT', () => tooLong);
      equal(await host.invoke('echo', 'x', { into }), bytes('x'));
      host.close();
    },
  ];

  yield [
    'in use by another invocation: WAPC_ARGUMENT for the same array and for one that overlaps',
    async () => {
      const { host, called } = await waiting();
      const buffer = new ArrayBuffer(64);
      const into = new Uint8Array(buffer, 16, 16);
      const response = host.invoke('relay', relay, { into });
      const { resolve } = await called(0);
      const overlapping = [[16, 16], [0, 17], [31, 1], [31, 33], [0, 64], [20, 2]]; // prettier-ignore
      for (const [start, length] of overlapping) {
        await fails('WAPC_ARGUMENT', () => host.invoke('echo', '', { into: new Uint8Array(buffer, start, length) }));
      }
      await fails('WAPC_ARGUMENT', () => host.invoke('echo', '', { into }));
      const disjoint = [
        [0, 16],
        [32, 32],
        [20, 0],
      ].map(([start, length]) =>
        // prettier-ignore
        host.invoke('echo', '', { into: new Uint8Array(buffer, start, length) }),
      );
      resolve('answer');
      equal(await response, bytes('answer'));
      for (const empty of await Promise.all(disjoint)) equal(empty, new Uint8Array(0));
      for (const [start, length] of overlapping) {
        equal((await host.invoke('echo', '', { into: new Uint8Array(buffer, start, length) })).byteOffset, start);
      }
      host.close();
    },
  ];

  yield [
    'many at once, which end in any order',
    async () => {
      const { host, called } = await waiting();
      const all = new Uint8Array(40).fill(MARK);
      const parts = Array.from({ length: 10 }, (_, index) => all.subarray(index * 4, index * 4 + 4));
      const controllers = parts.map(() => new AbortController());
      const first = host.invoke('relay', relay, { into: parts[0] });
      const { resolve } = await called(0);
      const rest = parts
        .slice(1)
        .map((into, index) => thrown(() => host.invoke('nope', '', { into, signal: controllers[index].signal })));
      for (const index of [4, 0, 8, 2, 1, 7, 3, 6, 5]) {
        controllers[index].abort('reason');
        equal(await rest[index], 'reason');
        await fails('WAPC_ARGUMENT', () => host.invoke('echo', '', { into: all }));
        const again = thrown(() => host.invoke('echo', '', { into: parts[index + 1], timeout: 0 }));
        equal((await again).code, 'WAPC_TIMEOUT');
      }
      resolve('done');
      equal(await first, bytes('done'));
      equal((await host.invoke('echo', all.slice(4), { into: all })).length, 36);
      host.close();
    },
  ];

  for (const [how, code, act] of [
    ['a timeout', 'WAPC_TIMEOUT', () => ({ options: { timeout: 5 } })],
    [
      'an abort',
      undefined,
      () => {
        const controller = new AbortController();
        return { options: { signal: controller.signal }, end: () => controller.abort(undefined) };
      },
    ],
    ['close', 'WAPC_CLOSED', (host) => ({ options: {}, end: () => host.close() })],
  ]) {
    yield [
      `after ${how} nothing is written, and it can be used again`,
      async () => {
        const { host, called, calls } = await waiting();
        const { all, into } = marked(6);
        const { options, end } = act(host);
        const failed = thrown(() => host.invoke('relay', relay, { into, ...options }));
        // A short timeout may pass before the guest has called.
        const { resolve } = (await Promise.race([called(0), failed])) ?? {};
        end?.();
        const error = await failed;
        if (code !== undefined) equal(error.code, code);
        all.fill(MARK);
        (resolve ?? calls[0]?.resolve)?.('answer');
        for (let turns = 0; turns < 5; turns++) await turn();
        equal(all.every((byte) => byte === MARK), true); // prettier-ignore
        const other = await make(await guest('wat/relay'), {});
        equal(await other.invoke('echo', 'x', { into }), bytes('x'));
        other.close();
        host.close();
      },
    ];
  }

  yield [
    'detached while a host call is awaited: WAPC_ARGUMENT, and the next invocation is answered',
    async () => {
      const { host, called } = await waiting();
      const before = counts();
      const into = new Uint8Array(64);
      const response = host.invoke('relay', relay, { into });
      const { resolve } = await called(0);
      detach(into);
      resolve('answer');
      await fails('WAPC_ARGUMENT', () => response);
      equal(await host.invoke('echo', 'x'), bytes('x'));
      equal(counts(), before);
      host.close();
    },
  ];
}

function* onThisThread({ WapcHost, guest }) {
  yield [
    'in use by an invocation whose host call is on the stack',
    async () => {
      const inner = await WapcHost.instantiate(await guest('wat/relay'));
      const buffer = new ArrayBuffer(32);
      const seen = [];
      const hostCall = () => {
        for (const [start, length] of [
          [0, 16],
          [8, 8],
          [16, 16],
        ]) {
          // prettier-ignore
          try {
            const into = new Uint8Array(buffer, start, length);
            seen.push(inner.invokeSync('echo', 'inner', { into }).byteOffset);
          } catch (error) {
            seen.push(error.code);
          }
        }
        return 'outer';
      };
      const outer = await WapcHost.instantiate(await guest('wat/relay'), { hostCall });
      const response = outer.invokeSync('relay', 'a\0b\0c\0', { into: new Uint8Array(buffer, 0, 16) });
      equal([response, seen], [bytes('outer'), ['WAPC_ARGUMENT', 'WAPC_ARGUMENT', 16]]);
      equal(inner.invokeSync('echo', 'again', { into: new Uint8Array(buffer, 0, 16) }), bytes('again'));
      inner.close();
      outer.close();
    },
  ];

  yield [
    'detached after the guest has responded: WAPC_ARGUMENT',
    async () => {
      const into = new Uint8Array(64);
      let lines = 0;
      const logger = () => {
        if (++lines === 1) detach(into);
      };
      const host = await WapcHost.instantiate(twice, { logger });
      await fails('WAPC_ARGUMENT', () => host.invokeSync('', '', { into }));
      equal([host.invokeSync('').length, lines], [4, 2]);
      host.close();
    },
  ];

  yield [
    'a host that is closed by its callback: WAPC_CLOSED, and it can be used again',
    async () => {
      const into = new Uint8Array(64);
      const host = await WapcHost.instantiate(await guest('wat/probe'), { hostCall: () => host.close() });
      await fails('WAPC_CLOSED', () => host.invokeSync('h', call, { into }));
      await fails('WAPC_CLOSED', () => host.invokeSync('c', '', { into }));
      const next = await WapcHost.instantiate(await guest('wat/probe'));
      equal(next.invokeSync('c', '', { into }).length, WORD);
      next.close();
    },
  ];
}

/** Pools: requests that wait, are refused, and never begin. */
function* inQueues({ WapcPool, guest, hasWorkers }) {
  for (const workers of hasWorkers ? [false, true] : [false]) {
    yield [
      `${workers ? 'workers' : 'in-thread'}: requests that are refused, aborted, timed out and ended in the queue`,
      async () => {
        const create = async () => WapcPool.create(await guest('wat/probe'), { size: 1, maxQueue: 1, workers });
        const pool = await create();
        const held = await pool.get();
        const into = new Uint8Array(64);
        const controller = new AbortController();
        const queued = thrown(() => pool.invoke('c', '', { into, signal: controller.signal }));
        await fails('WAPC_ARGUMENT', () => pool.invoke('c', '', { into }));
        const other = new Uint8Array(64);
        await fails('WAPC_POOL_FULL', () => pool.invoke('c', '', { into: other }));
        await held.invoke('c', '', { into: other });
        await fails('WAPC_ARGUMENT', () => held.invoke('c', '', { into }));
        controller.abort('reason');
        equal(await queued, 'reason');
        await held.invoke('c', '', { into });
        await fails('WAPC_TIMEOUT', () => pool.invoke('c', '', { into, timeout: 0 }));
        const next = pool.invoke('c', '', { into, timeout: A_DAY });
        pool.return(held);
        equal(wordsOf(await next)[0], 3);
        const again = await pool.get();
        const ended = fails('WAPC_CLOSED', () => pool.invoke('c', '', { into }));
        pool.destroy();
        await ended;
        await fails('WAPC_CLOSED', () => again.invoke('c', '', { into }));
        const fresh = await create();
        equal((await fresh.invoke('c', '', { into })).length, WORD);
        fresh.destroy();
      },
    ];

    yield [
      `${workers ? 'workers' : 'in-thread'}: stats count a response that is too long as a failure`,
      async () => {
        const pool = await WapcPool.create(await guest('wat/probe'), { size: 1, workers });
        await fails('WAPC_LIMIT', () => pool.invoke('c', '', { into: new Uint8Array(WORD - 1) }));
        await pool.invoke('c', '', { into: new Uint8Array(WORD) });
        const { invocations, failures, replaced } = pool.stats;
        equal([invocations, failures, replaced], [2, 1, 0]);
        await pool.close();
      },
    ];
  }
}
