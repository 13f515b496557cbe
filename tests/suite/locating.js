/** Errors name the operation that they end, and the host call that had failed. */

import { equal, fails, words, wordsOf } from './assert.js';
import { ways } from './ways.js';

/** Binding, namespace and operation of a host call of `hello`. */
const ECHO = { binding: 'default', namespace: 'foo', operation: 'echo' };

export function* locating(environment) {
  const { WapcHost, WapcPool, guest, hasWorkers } = environment;
  const atOnce = ['a host at once', (source, options) => WapcHost.instantiate(source, { ...options, async: false })];
  const refusal = new Error('refused');
  const throws = () => {
    throw refusal;
  };
  const rejects = async () => throws();
  const wrong = () => 5;

  for (const [name, make] of [atOnce, ...ways(environment)]) {
    for (const [how, hostCall] of Object.entries(name === atOnce[0] ? { throws, wrong } : { throws, rejects, wrong })) {
      yield [
        `${name}: a callback that ${how}`,
        async () => {
          const host = await make(await guest('hello'), { hostCall });
          const error = await fails('WAPC_GUEST', () => host.invoke('echo', 'x'));
          equal(Object.keys(error), ['code', 'operation', 'hostCall']);
          equal([error.operation, error.hostCall], ['echo', ECHO]);
          equal(how === 'wrong' ? error.cause.code : error.cause, how === 'wrong' ? 'WAPC_ARGUMENT' : refusal);
          const { name: brand, message } = error;
          equal(error.toJSON(), { name: brand, message, code: 'WAPC_GUEST', operation: 'echo', hostCall: ECHO });
          // Only host calls of the same invocation are named.
          const other = await fails('WAPC_GUEST', () => host.invoke('nope'));
          equal([other.operation, Object.hasOwn(other, 'hostCall')], ['nope', false]);
          host.close();
        },
      ];
    }

    yield [
      `${name}: without a callback`,
      async () => {
        const host = await make(await guest('hello'), {});
        const error = await fails('WAPC_GUEST', () => host.invoke('echo', 'x'));
        equal([error.operation, error.hostCall, error.cause instanceof Error], ['echo', ECHO, true]);
        host.close();
      },
    ];

    yield [
      `${name}: other ends of an invocation`,
      async () => {
        const host = await make(await guest('wat/probe'), { limits: { payload: 1000 } });
        const rows = [
          ['WAPC_TRAP', 'p', 'text'],
          ['WAPC_TRAP', 'i'],
          ['WAPC_PROTOCOL', 'n'],
          ['WAPC_PROTOCOL', 's', words(65536, 1)],
          ['WAPC_GUEST', 'z'],
          ['WAPC_LIMIT', 'c', new Uint8Array(1001)],
          ['WAPC_GUEST', 'z with more: ü'],
        ];
        for (const [code, operation, payload] of rows) {
          const error = await fails(code, () => host.invoke(operation, payload));
          equal([error.operation, Object.hasOwn(error, 'hostCall')], [operation, false], operation);
        }
        // The next invocation works.
        equal(wordsOf(await host.invoke('c'))[0] > 0, true);
        host.close();
      },
    ];
  }

  yield [
    'invocations that are ended from outside',
    async () => {
      for (const workers of hasWorkers ? [false, true] : [false]) {
        const pool = await WapcPool.create(await guest('wat/probe'), { size: 1, workers, limits: { timeout: 60_000 } });
        // A caller's own reason is not changed.
        const reason = Object.freeze(new Error('enough'));
        const rejected = await pool.invoke('c', '', { signal: AbortSignal.abort(reason) }).catch((error) => error);
        equal(rejected === reason, true);
        const ended = pool.invoke('c').catch((error) => error);
        pool.destroy();
        const closed = await ended;
        // On this thread it has already run.
        equal([closed.code, closed.operation], workers ? ['WAPC_CLOSED', 'c'] : [undefined, undefined]);
      }
      if (!hasWorkers) return;
      const pool = await WapcPool.create(await guest('wat/probe'), { size: 1, workers: true, limits: { timeout: 5 } });
      equal((await fails('WAPC_TIMEOUT', () => pool.invoke('L'))).operation, 'L');
      await pool.close();
    },
  ];
}
