/** Malformed guests, and guests that die. */

import { section, unsigned } from './assembler.js';
import { equal, fails, string, words, wordsOf } from './assert.js';

export function* hostile({ WapcHost, WapcModule, WapcPool, guest, hasWorkers }) {
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

  const thread = ['on this thread', (source, options) => WapcHost.instantiate(source, { ...options, async: false })];
  const worker = ['in a worker', (source, options) => WapcPool.create(source, { ...options, size: 1, workers: true })];
  for (const [where, make] of hasWorkers ? [thread, worker] : [thread]) {
    yield [
      `${where}, a start that uses up the stack: WAPC_INIT, and it runs once`,
      async () => {
        for (const name of ['recursion-in-start', 'recursion-after-log', 'recursion-in-export']) {
          let calls = 0;
          const call = () => void calls++;
          const source = await guest(`wat/${name}`);
          await fails('WAPC_INIT', () => make(source, { hostCall: call, logger: call }));
          equal(calls, 1, name);
        }
      },
    ];

    yield [
      `${where}, a callback that throws a RangeError while a guest starts: WAPC_INIT, and it is called once`,
      async () => {
        const planned = new RangeError('planned');
        for (const [callback, name] of [
          ['logger', 'starts'],
          ['stderr', 'last-words'],
        ]) {
          let calls = 0;
          const throwing = () => {
            calls++;
            throw planned;
          };
          const source = await guest(`wat/${name}`);
          const options = { hostCall() {}, wasi: { args: ['x'] }, [callback]: throwing };
          const { cause } = await fails('WAPC_INIT', () => make(source, options));
          equal([cause === planned, calls], [true, 1], callback);
        }
      },
    ];
  }

  yield [
    'a guest of over 8 MB, which Chromium does not instantiate at once on the main thread of a page',
    async () => {
      const echo = await guest('wat/echo');
      const custom = [0, ...unsigned(9 << 20), 0];
      const large = new Uint8Array(echo.length + custom.length + (9 << 20) - 1);
      large.set([...echo, ...custom]);
      const host = await WapcHost.instantiate(large);
      equal(string(await host.invoke('echo', 'large')), 'large');
      host.close();
    },
  ];

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
    'what a logger throws while a guest starts is the cause of WAPC_INIT',
    async () => {
      const planned = new Error('planned');
      const logger = () => {
        throw planned;
      };
      const starts = await guest('wat/starts');
      const error = await fails('WAPC_INIT', () =>
        WapcHost.instantiate(starts, { async: false, logger, hostCall: () => undefined }),
      );
      equal(error.cause, planned);
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
      const { message, cause } = await fails('WAPC_TRAP', () => host.invoke('p', ''));
      equal(message.endsWith(cause.message), true, `nothing is said of an empty text: ${message}`);
      const long = await fails('WAPC_TRAP', () => host.invoke('p', 'a panic'.padEnd(60_000, '!')));
      equal(long.message.includes('a panic!!!'), true);
      equal(long.message.length < 20_000, true, `${long.message.length} characters, of a text that is cut off`);
      equal(host.memorySize, 0);
      equal(wordsOf(await host.invoke('c'))[0], 1);
      await fails('WAPC_TRAP', () => host.invokeSync('?'));
      equal(wordsOf(host.invokeSync('c'))[0], 1, 'also at once');
      host.close();
    },
  ];

  yield [
    'endless recursion is a trap each time, also through host calls, and other hosts go on',
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
    'limits of payload: 256 MiB by default',
    async () => {
      const host = await probe();
      await fails('WAPC_LIMIT', () => host.invoke('c', new Uint8Array(2 ** 28 + 1)));
      // The payload is within the limit, but not within this guest's memory.
      await fails('WAPC_PROTOCOL', () => host.invoke('c', new Uint8Array(2 ** 28)));
      host.close();
    },
  ];

  const kinds = [['in-thread', {}], ...(hasWorkers ? [['workers', { workers: true }]] : [])];
  for (const [kind, options] of kinds) {
    const limited = async (name, given) =>
      WapcPool.create(await guest(name), { size: 1, async: false, limits: { payload: 64 }, ...options, ...given });

    yield [
      `${kind}: limits of payload: texts of every kind at the limit, one past it, and empty`,
      async () => {
        const log = [];
        const pool = await limited('wat/probe', { logger: (line) => log.push(line), hostCall: () => undefined });
        // The first page is not UTF-8, the second one is.
        const grown = () => pool.invoke('g', new Uint8Array(32));
        const text = 65536;
        /** A host call with one name, or the payload, of that length. */
        const call = (which) => (length) =>
          pool.invoke('h', words(...[0, 1, 2, 3].flatMap((part) => [text, part === which ? length : 1])));
        for (const [what, run, code] of [
          ['__console_log', (length) => pool.invoke('l', words(text, length))],
          ['__guest_error', (length) => pool.invoke('e', words(text, length, 0)), 'WAPC_GUEST'],
          ['binding', call(0)],
          ['namespace', call(1)],
          ['operation', call(2)],
          ['payload', call(3)],
        ]) {
          await grown();
          for (const length of [0, 64]) {
            if (code === undefined) equal((await run(length)).length, 12);
            else await fails(code, () => run(length));
          }
          const error = await fails('WAPC_LIMIT', () => run(65));
          for (const part of [what, '65', '64']) equal(error.message.includes(part), true, error.message);
          equal(wordsOf(await pool.invoke('c'))[0], 1, 'a fresh instance');
        }
        equal(
          log.map((line) => line.length),
          [0, 64],
        );
        await pool.close();
      },
    ];

    yield [
      `${kind}: limits of payload: the text of a host error is an answer like any other`,
      async () => {
        let thrown;
        const pool = await limited('wat/probe', {
          hostCall() {
            throw thrown;
          },
        });
        const call = () => pool.invoke('h', words(512, 1, 512, 1, 512, 1, 512, 1));
        for (const length of [0, 64]) {
          thrown = new Error('e'.repeat(length));
          equal(wordsOf(await call()), [0, 0, length]);
        }
        for (const text of ['e'.repeat(65), `${'e'.repeat(63)}ü`, 'e'.repeat(1 << 20)]) {
          thrown = new Error(text);
          equal((await fails('WAPC_LIMIT', call)).cause, thrown);
          equal(wordsOf(await pool.invoke('c'))[0], 1, 'a fresh instance');
        }
        await pool.close();
      },
    ];

    yield [
      `${kind}: limits of payload: texts of AssemblyScript`,
      async () => {
        const lines = [];
        const pool = await limited('wat/env', { limits: { payload: 32 }, logger: (line) => lines.push(line.length) });
        // Strings of 32 and of 34 bytes in the guest, which has UTF-16.
        const [longest, over] = [3076, 3204];
        for (const [operation, ...args] of [
          ['t', longest, 0],
          ['l', longest],
        ]) {
          await pool.invoke(operation, words(...args));
        }
        await fails('WAPC_TRAP', () => pool.invoke('a', words(longest, longest, 3, 4)));
        for (const [what, operation, ...args] of [
          ['env.trace', 't', over, 0],
          ['env.console.log', 'l', over],
          ['env.abort', 'a', over, longest, 3, 4],
          ['env.abort', 'a', longest, over, 3, 4],
        ]) {
          const error = await fails('WAPC_LIMIT', () => pool.invoke(operation, words(...args)));
          for (const part of [what, '34', '32']) equal(error.message.includes(part), true, error.message);
        }
        equal(lines, [16, 16]);
        await pool.close();
      },
    ];
  }

  yield [
    'a logger that throws stops the guest, and is its cause',
    async () => {
      let thrown;
      const host = await probe({
        logger() {
          throw thrown;
        },
      });
      for (thrown of [new Error('disk full'), null, undefined]) {
        const error = await fails('WAPC_TRAP', () => host.invoke('l', words(512, 1)));
        const isCause = Object.hasOwn(error, 'cause') && error.cause === thrown;
        equal([isCause, error.message.includes('`logger`')], [true, true], error.message);
        equal(wordsOf(await host.invoke('c'))[0], 1);
      }
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
      const refuse = () => {
        throw new Error('refused');
      };
      const revoked = Proxy.revocable({}, {});
      revoked.revoke();
      for (const [thrown, text] of [
        ['a string', 'a string'],
        [undefined, 'undefined'],
        [null, 'null'],
        [42, '42'],
        [Symbol('s'), 'Symbol(s)'],
        [new Error('ü'), 'ü'],
        [{ toString: () => 'object' }, 'object'],
        [mute, 'a value that has no text'],
        [new Proxy({}, { get: refuse, getPrototypeOf: refuse }), 'a value that has no text'],
        [new Proxy(new Error('ü'), { getPrototypeOf: refuse }), 'a value that has no text'],
        [revoked.proxy, 'a value that has no text'],
      ]) {
        value = thrown;
        const answer = await host.invoke('x', words(512, 1, 512, 1, 512, 1, 512, 1, 4096));
        equal(string(answer).startsWith(text), true, string(answer));
      }
      host.close();
    },
  ];

  yield [
    'a text of the callback, thrown or answered, that the engine cannot encode',
    async () => {
      const { prototype } = TextEncoder;
      const { encode } = prototype;
      const refused = new RangeError('too long');
      let act;
      const host = await probe({
        hostCall() {
          // Stands in for an engine without memory for the texts, which are so long that the engine encodes them. Nothing
          // else is encoded before `invoke` returns.
          prototype.encode = () => {
            throw refused;
          };
          return act();
        },
      });
      const planned = new Error('planned, '.repeat(10));
      const throwIt = () => {
        throw planned;
      };
      const call = words(512, 1, 512, 1, 512, 1, 512, 1);
      for (const [what, failure] of [
        [throwIt, planned],
        [() => 'an answer, '.repeat(10), refused],
      ]) {
        act = what;
        let running;
        try {
          running = host.invoke('h', call);
        } finally {
          prototype.encode = encode;
        }
        const [answered, , length] = wordsOf(await running);
        equal([answered, length > 0], [0, true], failure.message);
      }
      equal(wordsOf(await host.invoke('c'))[0], 3, 'the same instance');
      host.close();
    },
  ];

  yield [
    'a payload that is detached before the guest takes it, short or long',
    async () => {
      for (const count of [8, 1]) {
        let payload;
        const hostCall = () => void structuredClone(payload, { transfer: [payload.buffer] });
        const host = await probe({ hostCall });
        const args = words(512, 1, 512, 1, 512, 1, 512, 1);
        // Leaves these words in the guest's memory, behind where the shorter payload ends.
        await host.invoke('c', args);
        payload = args.slice(0, 4 * count);
        await fails('WAPC_ARGUMENT', () => host.invoke('d', payload));
        equal(wordsOf(await host.invoke('c'))[0], 1, 'a fresh instance');
        host.close();
      }
    },
  ];

  yield [
    "a callback's answer that is detached before the guest takes it, short or long",
    async () => {
      for (const length of [8, 64]) {
        let answer;
        const host = await probe({
          hostCall: () => (answer = new Uint8Array(length).fill(7)),
          logger: () => void structuredClone(answer, { transfer: [answer.buffer] }),
        });
        const args = words(512, 1, 512, 1, 512, 1, 512, 1, 4096);
        equal((await host.invoke('r', args)).subarray(0, length), new Uint8Array(length).fill(7));
        await fails('WAPC_ARGUMENT', () => host.invoke('k', args));
        equal(wordsOf(await host.invoke('c'))[0], 1, 'a fresh instance');
        host.close();
      }
    },
  ];

  yield [
    'a section of producers that would fill the memory of the core: its info ends, and other guests go on',
    async () => {
      const length = 200_000;
      const text = [...'producers'].map((letter) => letter.charCodeAt(0));
      // One field with a name of 200,000 bytes, and 100,000 producers without names: 20 GB if each had its field
      // copied.
      const field = [unsigned(length), Array(length).fill(97), unsigned(100_000), Array(200_000).fill(0)];
      const custom = section(0, [unsigned(text.length), text, 1, field]);
      const probed = await guest('wat/probe');
      const module = await WapcModule.compile(Uint8Array.from([...probed, ...custom.flat(Infinity)]));
      equal(module.info.producers, []);
      const host = await module.instantiate();
      equal(wordsOf(await host.invoke('c'))[0], 1);
      host.close();
      module.close();
    },
  ];
}
