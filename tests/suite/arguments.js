/** Wrong arguments and options, which errors have to name. */

import { equal, fails, thrown } from './assert.js';

export function* wrongArguments({ WapcHost, WapcModule, WapcPool, WapcError, guest }) {
  const probe = async (options) => WapcHost.instantiate(await guest('wat/probe'), options);

  for (const [what, options] of [
    ['hostcall', { hostcall() {} }],
    // Options of pools only.
    ...['size', 'min', 'idleTimeout', 'maxQueue', 'workers', 'initialize'].map((name) => [name, { [name]: 1 }]),
    ['hostCall', { hostCall: 'not a function' }],
    ['async', { async: 'always' }],
    ['async', { async: 1 }],
    ['logger', { logger: null }],
    ['viewPayloads', { viewPayloads: 1 }],
    ['viewPayloads', { viewPayloads: null }],
    ['limits.memory', { limits: { memory: -1 } }],
    ['limits.memory', { limits: { memory: '1' } }],
    ['wasi', { wasi: 5 }],
    ['wasi', { wasi: { arguments: [] } }],
    ['wasi.args', { wasi: { args: 'a b' } }],
    ['wasi.args[1]', { wasi: { args: ['a', 1] } }],
    ['wasi.args[0]', { wasi: { args: ['a\0b'] } }],
    ['wasi.env', { wasi: { env: ['A=1'] } }],
    ['wasi.env.A', { wasi: { env: { A: 1 } } }],
    ['wasi.env.A', { wasi: { env: { A: '\0' } } }],
    ['wasi.env', { wasi: { env: { 'A=B': '1' } } }],
    ['wasi.stdin', { wasi: { stdin: 5 } }],
    ['wasi.preopens', { wasi: { preopens: 'data' } }],
    ['wasi.preopens', { wasi: { preopens: { '': {} } } }],
    ["wasi.preopens['/d']", { wasi: { preopens: { '/d': 'text' } } }],
    ["wasi.preopens['/d']", { wasi: { preopens: { '/d': { 'a/b': '' } } } }],
    ["wasi.preopens['/d']", { wasi: { preopens: { '/d': { '..': '' } } } }],
    ["wasi.preopens['/d']['a']", { wasi: { preopens: { '/d': { a: 5 } } } }],
    ["wasi.preopens['/d']", { wasi: { preopens: { '/d': { path: 'x', write: true } } } }],
    ["wasi.preopens['/d'].readonly", { wasi: { preopens: { '/d': { path: 'x', readonly: 1 } } } }],
    ['stdout', { stdout: 1 }],
    ['stderr', { stderr: {} }],
    ['onProgress', { onProgress: true }],
    ['integrity', { integrity: 'sha1-aaaa' }],
    ['integrity', { integrity: 7 }],
    ['limits', { limits: 5 }],
    ['limits', { limits: { payloads: 5 } }],
    ['limits.payload', { limits: { payload: -1 } }],
    ['limits.payload', { limits: { payload: 1.5 } }],
    ['limits.payload', { limits: { payload: 2 ** 32 } }],
    ['limits.payload', { limits: { payload: '5' } }],
    ['limits.timeout', { limits: { timeout: -1 } }],
    ['limits.timeout', { limits: { timeout: NaN } }],
    ['limits.timeout', { limits: { timeout: '5' } }],
    ['limits.start', { limits: { start: -1 } }],
    ['limits.start', { limits: { start: '5' } }],
    ['limits.interrupt', { limits: { interrupt: 1 } }],
    ['limits.interrupt', { limits: { interrupt: 'yes' } }],
    ['limits.fuel', { limits: { fuel: -1 } }],
    ['limits.fuel', { limits: { fuel: NaN } }],
    ['limits.fuel', { limits: { fuel: '5' } }],
    ['limits.suspensions', { limits: { suspensions: 0 } }],
    ['options', 5],
    ['options', null],
    ['options', () => {}],
  ]) {
    yield [
      `options ${JSON.stringify(options) ?? 'a function'}: WAPC_ARGUMENT names ${what}`,
      async () => {
        const error = await fails('WAPC_ARGUMENT', () => probe(options));
        const isNamed = error.message.startsWith(`${what}: `) || error.message.includes(`, got \`${what}\``);
        equal(isNamed, true, error.message);
        const module = await WapcModule.compile(await guest('wat/probe'));
        await fails('WAPC_ARGUMENT', () => module.instantiate(options));
        module.close();
      },
    ];
  }

  for (const [make, name, meant] of [
    [WapcHost.instantiate, 'timeout', 'limits.timeout'],
    [WapcModule.compile, 'memory', 'limits.memory'],
    ...['timeout', 'memory', 'payload', 'start', 'suspensions'].map((name) => [
      WapcPool.create,
      name,
      `limits.${name}`,
    ]),
    [WapcPool.create, 'max', 'size'],
    [WapcPool.create, 'sise', 'size'],
  ]) {
    yield [
      `${make.name} with the option ${name}: WAPC_ARGUMENT suggests ${meant}`,
      async () => {
        const bytes = await guest('wat/probe');
        const { message } = await fails('WAPC_ARGUMENT', () => make(bytes, { [name]: 2 }));
        equal([message.includes(`\`${name}\``), message.includes(`\`${meant}\``)], [true, true], message);
      },
    ];
  }

  yield [
    'options in place of the payload: WAPC_ARGUMENT names both',
    async () => {
      const host = await probe({ async: false });
      const { message } = await fails('WAPC_ARGUMENT', () => host.invoke('c', { timeout: 5 }));
      equal([message.startsWith('payload'), message.includes('options')], [true, true], message);
      host.close();
    },
  ];

  yield [
    'methods that are called without their object: WAPC_ARGUMENT',
    async () => {
      const host = await probe({ async: false });
      const pool = await WapcPool.create(await guest('wat/probe'), { size: 1 });
      const held = await pool.get();
      const { invokeSync } = host;
      for (const { invoke } of [host, pool, held]) {
        for (const owner of [undefined, null, {}, { invoke }, new Proxy(host, {})]) {
          await fails('WAPC_ARGUMENT', () => Reflect.apply(invoke, owner, ['c']));
        }
      }
      await fails('WAPC_ARGUMENT', () => invokeSync('c'));
      equal((await host.invoke.bind(host)('c')).length, 12);
      host.close();
      await pool.destroy();
    },
  ];

  yield [
    'options that are undefined count as not given',
    async () => {
      (
        await probe({ hostCall: undefined, async: undefined, limits: undefined, integrity: undefined, wasi: undefined })
      ).close();
    },
  ];

  yield [
    'limits at the ends of their ranges',
    async () => {
      for (const limits of [
        { payload: 0, timeout: 0, suspensions: 1 },
        { payload: 2 ** 32 - 1, timeout: 2 ** 40, suspensions: 2 ** 32 - 1, memory: 2 ** 40 },
        { timeout: 0.5, memory: 2 ** 20 + 0.5 },
      ]) {
        (await probe({ limits })).close();
      }
    },
  ];

  yield [
    'wrong operations, payloads and options of an invocation are WAPC_ARGUMENT, and the message begins with their name',
    async () => {
      const host = await probe({ async: false });
      for (const [what, ...args] of [
        ['operation', 5],
        ['operation', undefined],
        ['operation', new Uint8Array(1)],
        ['payload', 'c', 5],
        ['payload', 'c', null],
        ['payload', 'c', [1, 2]],
        ['payload', 'c', {}],
        ['options', 'c', '', 5],
        ['options', 'c', '', null],
        ['options', 'c', '', { singal: 1 }],
        ['options', 'c', '', new AbortController().signal],
        ['signal', 'c', '', { signal: {} }],
        ['timeout', 'c', '', { timeout: -1 }],
        ['timeout', 'c', '', { timeout: NaN }],
        ['timeout', 'c', '', { timeout: '5' }],
      ]) {
        const error = await fails('WAPC_ARGUMENT', () => host.invoke(...args));
        equal(error.message.startsWith(what), true, error.message);
        if (args.length < 3) await fails('WAPC_ARGUMENT', () => host.invokeSync(...args));
      }
      await host.invoke('c', undefined, { signal: undefined, timeout: undefined });
      host.close();
    },
  ];

  // Messages are matched here: they have to name the value.
  for (const [value, named] of [
    [undefined, 'got undefined'],
    [null, 'got null'],
    [5, 'got the number 5'],
    [-0.5, 'got the number -0.5'],
    [5n, 'got the bigint 5'],
    [true, 'got the boolean true'],
    [Symbol('s'), 'got a symbol'],
    [() => {}, 'got a function'],
    [[1, 2], 'got an array of 2'],
    [{}, 'got an object'],
    [Promise.resolve(), 'got a promise'],
    [{ then() {} }, 'got a promise'],
    [new Map(), 'got an object of type Map'],
    [
      {
        get then() {
          throw new Error('planned');
        },
      },
      'got an object that cannot be looked at',
    ],
  ]) {
    yield [
      `a wrong operation is named: ${named}`,
      async () => {
        const host = await probe({ async: false });
        const error = await fails('WAPC_ARGUMENT', () => host.invoke(value));
        equal(error.message.endsWith(named), true, error.message);
        host.close();
      },
    ];
  }

  yield [
    'a wrong text is named: whole up to 40 characters, else by its length',
    async () => {
      const host = await probe({ async: false });
      for (const [timeout, named] of [
        ['', 'got the string ""'],
        ['x'.repeat(40), `got the string "${'x'.repeat(40)}"`],
        ['x'.repeat(41), 'got a string of 41 characters'],
      ]) {
        const error = await fails('WAPC_ARGUMENT', () => host.invoke('c', '', { timeout }));
        equal(error.message.endsWith(named), true, error.message);
      }
      host.close();
    },
  ];

  yield [
    'an object in place of bytes: the message says what takes values',
    async () => {
      const host = await WapcHost.instantiate(await guest('hello'), { async: false, hostCall: () => ({}) });
      const payload = await fails('WAPC_ARGUMENT', () => host.call('echo', {}));
      equal(payload.message.includes('`codec`'), true, payload.message);
      const { cause } = await fails('WAPC_GUEST', () => host.call('echo'));
      equal(cause.message.includes('`codec`'), true, cause.message);
      host.close();
    },
  ];

  yield [
    'sources of a wrong type are WAPC_ARGUMENT',
    async () => {
      for (const source of [5, null, undefined, {}, [], true, Promise.resolve(5)]) {
        await fails('WAPC_ARGUMENT', () => WapcModule.compile(source));
        await fails('WAPC_ARGUMENT', () => WapcHost.instantiate(source));
      }
    },
  ];

  yield [
    'constructors are private',
    async () => {
      await fails('WAPC_ARGUMENT', () => new WapcHost());
      await fails('WAPC_ARGUMENT', () => new WapcModule());
    },
  ];

  yield [
    'errors carry their code, and a cause only where there is one; instanceof knows those of another copy',
    async () => {
      const error = await thrown(() => WapcModule.compile(5));
      equal([error instanceof WapcError, error instanceof Error, error.name], [true, true, 'WapcError']);
      equal({ ...error }, { code: 'WAPC_ARGUMENT' });
      equal(error.toJSON(), { name: 'WapcError', message: error.message, code: 'WAPC_ARGUMENT' });
      const foreign = Object.assign(new Error('of a second copy'), { code: 'WAPC_TRAP' });
      equal(
        [foreign instanceof WapcError, new Error() instanceof WapcError, {} instanceof WapcError],
        [true, false, false],
      );
      class Own extends WapcError {}
      equal([error instanceof Own, new Own('WAPC_TRAP', 'own') instanceof Own], [false, true]);
      const cause = { any: 'value' };
      equal(new WapcError('WAPC_GUEST', 'with', { cause }).cause, cause);
      equal('cause' in new WapcError('WAPC_GUEST', 'without'), false);
    },
  ];
}
