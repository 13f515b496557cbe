/** Options are read once, whatever their getters and traps do, and nothing is thrown through the core. */

import { equal, fails, string } from './assert.js';

const HOST = [
  'name',
  'hostCall',
  'codec',
  'viewPayloads',
  'async',
  'logger',
  'stdout',
  'stderr',
  'wasi',
  'limits',
  'onProgress',
  'integrity',
];
const POOL = ['size', 'min', 'idleTimeout', 'maxQueue', 'workers', 'initialize'];
const LIMITS = ['memory', 'payload', 'timeout', 'start', 'interrupt', 'fuel', 'suspensions'];
const WASI = ['args', 'env', 'stdin', 'preopens', 'now', 'random'];
const WORKERS = ['url', 'factory'];

/** Repetitions: enough to use up the core's stack if each lost some of it. */
const MANY = 1100;

const planned = new Error('planned');
const boom = () => {
  throw planned;
};
const throwing = (name) => Object.defineProperty({}, name, { get: boom, enumerable: true });
const untold = () => new Proxy({}, { ownKeys: boom });
const within = (name, value) => ({ [name]: value });

export function* reading({ WapcHost, WapcModule, WapcPool, guest }) {
  const pooled = async (options) => WapcPool.create(await guest('wat/probe'), { size: 1, ...options });

  for (const [names, of] of [
    [HOST, (value) => value],
    [LIMITS, (value) => ({ limits: value })],
    [WASI, (value) => ({ wasi: value })],
  ]) {
    for (const name of names) {
      yield [
        `${Object.keys(of({})).join()} ${name} that throws: WAPC_ARGUMENT names it, and what was thrown is the cause`,
        async () => {
          const path = [...Object.keys(of({})), name].join('.');
          const source = await guest('wat/probe');
          const module = await WapcModule.compile(source);
          for (const make of [
            (options) => WapcModule.compile(source, options),
            (options) => WapcHost.instantiate(source, options),
            (options) => module.instantiate(options),
            (options) => WapcPool.create(source, options),
            (options) => WapcPool.create(module, options),
          ]) {
            const error = await fails('WAPC_ARGUMENT', () => make(of(throwing(name))));
            equal([error.message.startsWith(`${path}: `), error.cause === planned], [true, true], error.message);
          }
          module.close();
        },
      ];
    }
  }

  yield [
    'options of pools, of workers, of replace and of an invocation that throw',
    async () => {
      const host = await WapcHost.instantiate(await guest('wat/probe'), { async: false });
      for (const [path, make] of [
        ...POOL.map((name) => [name, async () => WapcPool.create(await guest('wat/probe'), throwing(name))]),
        ...WORKERS.map((name) => [`workers.${name}`, () => pooled({ workers: throwing(name) })]),
        ['integrity', async () => host.replace(await guest('wat/probe'), throwing('integrity'))],
        ['signal', () => host.invoke('c', '', throwing('signal'))],
        ['timeout', () => host.invoke('c', '', throwing('timeout'))],
        ['context', () => host.invoke('c', '', throwing('context'))],
        ['from', () => host.invoke('c', '', throwing('from'))],
        ['from', () => host.invokeSync('c', '', throwing('from'))],
        ['hostCall', () => pooled({ hostCall: throwing('foo') })],
        ['hostCall.foo', () => pooled({ hostCall: { foo: throwing('bar') } })],
        ['codec.encode', () => pooled({ codec: throwing('encode') })],
      ]) {
        const error = await fails('WAPC_ARGUMENT', make);
        equal([error.message.startsWith(`${path}: `), error.cause === planned], [true, true], error.message);
      }
      host.close();
    },
  ];

  const tagged = (tag) => Object.defineProperty({}, Symbol.toStringTag, { get: tag });
  const strange = () => Object.defineProperty(() => 'answer', Symbol.toStringTag, { get: boom });
  for (const [what, code, make] of [
    ['options whose names throw', 'WAPC_ARGUMENT', ({ source }) => WapcModule.compile(source, untold())],
    [
      'options whose prototype throws',
      'WAPC_ARGUMENT',
      ({ source }) => WapcModule.compile(source, new Proxy({}, { getPrototypeOf: boom })),
    ],
    ['limits whose names throw', 'WAPC_ARGUMENT', ({ module }) => module.instantiate({ limits: untold() })],
    ['options of a pool', 'WAPC_ARGUMENT', ({ module }) => WapcPool.create(module, untold())],
    ['options of workers', 'WAPC_ARGUMENT', ({ module }) => WapcPool.create(module, { workers: untold() })],
    ['options of replace', 'WAPC_ARGUMENT', ({ host, module }) => host.replace(module, untold())],
    ['a revoked proxy', 'WAPC_ARGUMENT', ({ source }) => WapcModule.compile(source, revoked())],
    ['what calls itself a module', 'WAPC_ARGUMENT', () => WapcModule.compile(tagged(() => 'WebAssembly.Module'))],
    ['a proxy of a module', 'WAPC_ARGUMENT', ({ wasm }) => WapcModule.compile(new Proxy(wasm, {}))],
    ['a source whose tag throws', 'WAPC_ARGUMENT', () => WapcModule.compile(tagged(boom))],
    ['a source that is a revoked proxy', 'WAPC_LOAD', () => WapcModule.compile(revoked())],
    ['a source whose then throws', 'WAPC_LOAD', () => WapcModule.compile(throwing('then'))],
    ['a callback whose tag throws', undefined, ({ module }) => module.instantiate({ hostCall: strange() })],
  ]) {
    yield [
      `${what}, ${MANY} times: the core goes on`,
      async () => {
        const source = await guest('wat/probe');
        const wasm = await WebAssembly.compile(source);
        const module = await WapcModule.compile(source);
        const host = await module.instantiate({ async: false });
        const given = { source, wasm, module, host };
        for (let i = 0; i < MANY; i++) {
          if (code === undefined) (await make(given)).close();
          else await fails(code, () => make(given));
        }
        await host.invoke('c');
        const fresh = await WapcHost.instantiate(await guest('hello'), { logger() {}, hostCall: () => 'x' });
        equal(string(await fresh.invoke('hello', 'x')), 'Hello, x');
        for (const closable of [fresh, host, module]) closable.close();
      },
    ];
  }

  /** An options object that counts reads of each option, by path. */
  const counting = (reads, path, object) =>
    new Proxy(object, {
      get(target, name) {
        reads[path + name] = (reads[path + name] ?? 0) + 1;
        return target[name];
      },
    });
  const paths = (path, names) => names.map((name) => path + name);
  const host = [...HOST, ...paths('limits.', LIMITS), ...paths('wasi.', WASI)];

  yield [
    'each option is read once',
    async () => {
      const source = await guest('wat/probe');
      const module = await WapcModule.compile(source);
      const replaced = await module.instantiate();
      for (const [names, make] of [
        [host, (options) => WapcModule.compile(source, options)],
        [host, (options) => WapcHost.instantiate(source, options)],
        [host, (options) => WapcHost.instantiate(module, options)],
        [host, (options) => module.instantiate(options)],
        [[...host, ...POOL], (options) => WapcPool.create(source, options)],
        [[...host, ...POOL], (options) => WapcPool.create(module, options)],
      ]) {
        const reads = {};
        const count = (path, object) => counting(reads, path, object);
        const [limits, wasi] = [count('limits.', { payload: 100 }), count('wasi.', { args: ['a'] })];
        const sized = names.includes('size') ? within('size', 1) : {};
        await (await make(count('', { limits, wasi, ...sized }))).close();
        equal(reads, Object.fromEntries(names.map((name) => [name, 1])), make);
      }
      const reads = {};
      await replaced.replace(module, counting(reads, '', {}));
      await replaced.replace(source, counting(reads, '', {}));
      equal(reads, { integrity: 2 });
      for (const closable of [replaced, module]) closable.close();
    },
  ];

  yield [
    'options of workers are read once',
    async () => {
      const module = await WapcModule.compile(await guest('wat/probe'));
      for (const make of [
        async (options) => WapcPool.create(await guest('wat/probe'), options),
        (options) => WapcPool.create(module, options),
      ]) {
        const reads = {};
        const pool = await make({ size: 1, min: 0, workers: counting(reads, '', {}) });
        await pool.close();
        equal(reads, { url: 1, factory: 1 });
      }
      module.close();
    },
  ];

  yield [
    'options of a pool that is created of bytes are applied; an integrity that is too long is refused',
    async () => {
      const initialized = [];
      const initialize = ({ id }) => initialized.push(id);
      const source = await guest('wat/probe');
      const pool = await WapcPool.create(source, { size: 3, min: 2, initialize, limits: { payload: 8 }, async: false });
      equal([pool.stats.size, initialized.length], [2, 2]);
      await fails('WAPC_LIMIT', () => pool.invoke('c', new Uint8Array(9)));
      await pool.close();
      const integrity = 'sha256-'.padEnd(1 << 20, 'x');
      await fails('WAPC_ARGUMENT', () => WapcModule.compile(source, { integrity }));
    },
  ];
}

function revoked() {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}
