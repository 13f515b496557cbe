/** Descriptions of guests and invocations: names, the context of host calls, module information, features. */

import { equal, fails, string } from './assert.js';
import { ways } from './ways.js';

/** A context that no structured clone takes: it never leaves the caller's thread. */
const uncloneable = () => ({ user: 7, run: () => 'still here' });

/** Collects the contexts that a host callback gets. */
function collecting() {
  const contexts = [];
  const hostCall = (binding, namespace, operation, payload, context) => {
    contexts.push(context);
    return payload;
  };
  return { contexts, hostCall };
}

export function* telling(environment) {
  const { WapcHost, WapcModule, WapcPool, guest, url, features, hasWorkers, canSuspend } = environment;
  const atOnce = ['a host at once', (source, options) => WapcHost.instantiate(source, { ...options, async: false })];

  for (const [name, make] of [atOnce, ...ways(environment)]) {
    yield [
      `${name}: a callback is told of its invocation`,
      async () => {
        const { contexts, hostCall } = collecting();
        const host = await make(await guest('hello'), { hostCall });
        const given = uncloneable();
        await host.invoke('echo', 'a', { context: given });
        await host.invoke('echo', 'b');
        await host.invoke('echo', 'c', { context: 0 });
        const [first, second, third] = contexts.map(({ invocation }) => invocation);
        equal([first.operation, second.operation], ['echo', 'echo']);
        equal([first.context === given, first.context.run()], [true, 'still here']);
        equal([second.context, third.context], [undefined, 0]);
        equal(new Set([first.id, second.id, third.id]).size, 3, 'a number each');
        equal(contexts[0].invocation.id, first.id, 'the same each time');
        equal([Object.isFrozen(first), typeof first.id], [true, 'number']);
        equal(
          contexts.map(({ mayAwait }) => mayAwait),
          Array(3).fill(name !== atOnce[0]),
        );
        host.close();
      },
    ];
  }

  yield [
    'invokeSync takes a context, and nothing else',
    async () => {
      const { contexts, hostCall } = collecting();
      const host = await WapcHost.instantiate(await guest('hello'), { hostCall });
      equal(string(host.invokeSync('echo', 'a', { context: 'mine' })), 'a');
      const [{ invocation, mayAwait }] = contexts;
      equal([invocation.context, mayAwait], ['mine', false]);
      for (const options of [{ timeout: 1 }, { signal: AbortSignal.timeout(1) }, { contxt: 1 }, 5, null]) {
        await fails('WAPC_ARGUMENT', () => host.invokeSync('echo', 'a', options));
      }
      host.close();
    },
  ];

  yield [
    'queued invocations and a borrowed instance keep their context',
    async () => {
      const { contexts, hostCall } = collecting();
      const pool = await WapcPool.create(await guest('hello'), { size: 1, hostCall });
      const held = await pool.get();
      const queued = [1, 2, 3].map((context) => pool.invoke('echo', 'x', { context }));
      await held.invoke('echo', 'x', { context: 0 });
      pool.return(held);
      await Promise.all(queued);
      equal(
        contexts.map(({ invocation }) => invocation.context),
        [0, 1, 2, 3],
      );
      await pool.close();
    },
  ];

  yield [
    'errors name the guest: as the option says, else as its file is called',
    async () => {
      const bytes = await guest('hello');
      const file = url('hello');
      const module = await WapcModule.compile(file, { name: 'of the module' });
      const workers = hasWorkers ? [false, true] : [false];
      for (const [source, options, expected] of [
        [bytes, {}, undefined],
        [bytes, { name: 'greeter' }, 'greeter'],
        [bytes, { name: '' }, ''],
        [file, {}, 'hello.wasm'],
        [file, { name: 'greeter' }, 'greeter'],
        [module, {}, 'of the module'],
        [module, { name: 'of the host' }, 'of the host'],
      ]) {
        const host = await WapcHost.instantiate(source, options);
        equal((await fails('WAPC_GUEST', () => host.invoke('nope'))).guest, expected);
        equal((await fails('WAPC_GUEST', () => host.invokeSync('nope'))).guest, expected);
        equal(host.name, expected);
        host.close();
        equal(Object.hasOwn(await fails('WAPC_CLOSED', () => host.invoke('nope')), 'guest'), expected !== undefined);
        for (const threads of workers) {
          const pool = await WapcPool.create(source, { ...options, size: 1, workers: threads });
          const error = await fails('WAPC_GUEST', () => pool.invoke('nope'));
          equal([error.guest, error.toJSON().guest, pool.name], [expected, expected, expected]);
          const queued = pool.use((held) => fails('WAPC_GUEST', () => held.invoke('nope')));
          equal((await queued).guest, expected);
          await pool.close();
        }
      }
      equal(module.name, 'of the module');
      module.close();
      await fails('WAPC_ARGUMENT', () => WapcHost.instantiate(bytes, { name: 5 }));
    },
  ];

  yield [
    'errors that are no answer name the guest as well',
    async () => {
      const pool = await WapcPool.create(await guest('hello'), { name: 'greeter', size: 1, maxQueue: 1 });
      const held = await pool.get();
      const signal = AbortSignal.abort();
      const waits = pool.invoke('echo', '', { timeout: 1 }).catch((error) => error);
      const full = await fails('WAPC_POOL_FULL', () => pool.invoke('echo'));
      equal([full.guest, full.operation], ['greeter', 'echo']);
      const late = await waits;
      equal([late.code, late.guest, late.operation], ['WAPC_TIMEOUT', 'greeter', 'echo']);
      equal((await pool.invoke('echo', '', { signal }).catch((error) => error)) === signal.reason, true);
      pool.return(held);
      await pool.close();
      const closed = await fails('WAPC_CLOSED', () => pool.invoke('echo'));
      equal([closed.guest, closed.operation], ['greeter', 'echo']);
    },
  ];

  yield [
    'information of hosts and pools is of the guest that runs now',
    async () => {
      const names = ({ exports }) => exports.map(({ name }) => name);
      const [hello, probe] = [await WapcModule.compile(url('hello')), await WapcModule.compile(url('wat/probe'))];
      equal(names(hello.info).join() === names(probe.info).join(), false);
      const makers = [(source) => WapcHost.instantiate(source)];
      if (canSuspend || hasWorkers) makers.push((source) => WapcHost.instantiate(source, { async: true }));
      for (const make of makers) {
        const host = await make(hello);
        equal([host.info, host.name], [hello.info, 'hello.wasm']);
        await host.replace(probe);
        equal([host.info, host.name], [probe.info, 'probe.wasm']);
        await host.replace(url('hello'));
        equal([host.info, host.name], [hello.info, 'hello.wasm']);
        host.close();
        await fails('WAPC_CLOSED', () => host.info);
      }
      for (const workers of hasWorkers ? [false, true] : [false]) {
        const pool = await WapcPool.create(hello, { size: 1, workers });
        equal(pool.info, hello.info);
        await pool.close();
      }
      equal([Object.isFrozen(hello.info), Object.isFrozen(hello.info.exports[0])], [true, true]);
      hello.close();
      await fails('WAPC_CLOSED', () => hello.info);
      probe.close();
    },
  ];

  yield [
    'features() are frozen claims of this engine, and `jspi` is true where it can suspend',
    () => {
      const { jspi, ...others } = features();
      equal(jspi, canSuspend);
      equal(Object.keys(others), ['sharedMemory', 'workers', 'directories']);
      equal([...new Set(Object.values(others).map((value) => typeof value))], ['boolean']);
      equal(others.workers, true);
      equal(Object.isFrozen(features()), true);
    },
  ];
}
