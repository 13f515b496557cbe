/** Hosts over time: order, exchange of guests, closing, aborting. */

import { equal, fails, thrown, words, wordsOf } from './assert.js';

const call = words(512, 1, 512, 1, 512, 1, 512, 1);

export function* lifecycle({ WapcHost, WapcModule, guest, canSuspend }) {
  const probe = async (options) => WapcHost.instantiate(await guest('wat/probe'), options);

  yield [
    'ids tell hosts apart, in callbacks too',
    async () => {
      const seen = [];
      const hostCall = (binding, namespace, operation, payload, { host }) => void seen.push(host.id);
      const hosts = [await probe({ hostCall }), await probe({ hostCall })];
      for (const host of hosts) await host.invoke('h', call);
      equal(
        seen,
        hosts.map(({ id }) => id),
      );
      equal(seen[0] === seen[1], false);
      for (const host of hosts) host.close();
    },
  ];

  yield [
    'a host can not be invoked from inside its own host call, another one can',
    async () => {
      const other = await probe({ async: false });
      let own;
      const errors = [];
      const hostCall = () => {
        errors.push(
          thrown(() => own.invokeSync('c')),
          thrown(() => own.invoke('c')),
        );
        other.invokeSync('c');
      };
      own = await probe({ async: false, hostCall });
      await own.invoke('h', call);
      equal(await own.invoke('c').then(wordsOf), [2, 0, 0]);
      equal(
        (await Promise.all(errors)).map(({ code }) => code),
        ['WAPC_REENTRANT', 'WAPC_REENTRANT'],
      );
      equal(wordsOf(await other.invoke('c'))[0], 2);
      own.close();
      other.close();
    },
  ];

  yield [
    'replace: a new guest takes over, one that does not work leaves the old',
    async () => {
      const host = await probe({ async: false, logger() {} });
      await host.invoke('c');
      for (const [name, code] of [
        ['trap-in-start', 'WAPC_INIT'],
        ['no-memory', 'WAPC_NOT_A_GUEST'],
        ['unknown-imports', 'WAPC_LINK'],
      ]) {
        await fails(code, async () => host.replace(await guest(`wat/${name}`)));
      }
      await fails('WAPC_COMPILE', () => host.replace(new Uint8Array([1, 2, 3])));
      equal(wordsOf(await host.invoke('c'))[0], 2);
      await host.replace(await guest('wat/probe'));
      equal(wordsOf(await host.invoke('c'))[0], 1);
      const module = await WapcModule.compile(await guest('wat/starts'));
      await host.replace(module);
      equal((await host.invoke('x')).length, 1);
      await host.reset();
      equal((await host.invoke('x')).length, 1, 'reset keeps the guest that took over');
      host.close();
    },
  ];

  yield [
    'reset: a fresh instance',
    async () => {
      const host = await probe({ async: false });
      await host.invoke('c');
      await host.reset();
      equal(wordsOf(await host.invoke('c'))[0], 1);
      host.close();
    },
  ];

  yield [
    'close: once and for all',
    async () => {
      const module = await WapcModule.compile(await guest('wat/probe'));
      const host = await module.instantiate();
      module.close();
      module.close();
      await fails('WAPC_CLOSED', () => module.instantiate());
      await host.invoke('c');
      equal(host.closed, false);
      host.close();
      host.close();
      equal([host.closed, host.memorySize], [true, 0]);
      await fails('WAPC_CLOSED', () => host.invoke('c'));
      await fails('WAPC_CLOSED', () => host.invokeSync('c'));
      await fails('WAPC_CLOSED', () => host.reset());
      await fails('WAPC_CLOSED', async () => host.replace(await guest('wat/probe')));
    },
  ];

  yield [
    'close from inside a host call ends the invocation',
    async () => {
      const host = await probe({ async: false, hostCall: () => host.close() });
      await fails('WAPC_CLOSED', () => host.invoke('h', call));
      equal(host.closed, true);
    },
  ];

  yield [
    'an aborted signal: before, and from inside a host call',
    async () => {
      const host = await probe({ async: false, hostCall: () => controller.abort('enough') });
      const controller = new AbortController();
      equal(await thrown(() => host.invoke('c', '', { signal: AbortSignal.abort('early') })), 'early');
      equal(wordsOf(await host.invoke('c', '', { signal: controller.signal }))[0], 1, 'it never began');
      equal(await thrown(() => host.invoke('h', call, { signal: controller.signal })), 'enough');
      equal(wordsOf(await host.invoke('c'))[0], 1, 'a fresh instance');
      host.close();
    },
  ];

  yield [
    'invocations behind a trap run in order on the fresh instance',
    async () => {
      const host = await probe({ async: false });
      await fails('WAPC_TRAP', () => host.invoke('?'));
      const counts = await Promise.all(['c', 'c', 'c'].map((operation) => host.invoke(operation)));
      equal(
        counts.map((answer) => wordsOf(answer)[0]),
        [1, 2, 3],
      );
      const outcomes = await Promise.allSettled(['?', 'c', '?', 'c'].map((operation) => host.invoke(operation)));
      equal(
        outcomes.map(({ status }) => status),
        ['rejected', 'fulfilled', 'rejected', 'fulfilled'],
      );
      host.close();
    },
  ];

  if (!canSuspend) return;

  /** A host whose host calls wait until they are told. */
  const waiting = async () => {
    const calls = [];
    let called;
    const hostCall = (binding, namespace, operation, payload, context) =>
      new Promise((resolve, reject) => {
        calls.push({ resolve, reject, context });
        called?.();
      });
    const nextCall = () => new Promise((resolve) => (called = resolve));
    return { host: await probe({ hostCall }), calls, nextCall };
  };

  yield [
    'suspended: invocations queue, first come first served',
    async () => {
      const { host, calls, nextCall } = await waiting();
      const order = [];
      const first = host.invoke('h', call).then((answer) => order.push(['first', wordsOf(answer)[1]]));
      const second = host.invoke('h', call).then((answer) => order.push(['second', wordsOf(answer)[1]]));
      const third = host.invoke('c').then((answer) => order.push(['third', wordsOf(answer)[0]]));
      equal(calls.length, 1);
      await fails('WAPC_ASYNC', () => host.invokeSync('c'));
      const next = nextCall();
      calls[0].resolve('a');
      await next;
      calls[1].resolve('bb');
      await Promise.all([first, second, third]);
      equal(order, [
        ['first', 1],
        ['second', 2],
        ['third', 3],
      ]);
      host.close();
    },
  ];

  yield [
    'suspended: abort while waiting for a turn, and while waiting for the callback',
    async () => {
      const { host, calls } = await waiting();
      const running = new AbortController();
      const queued = new AbortController();
      const first = host.invoke('h', call, { signal: running.signal });
      const second = host.invoke('c', '', { signal: queued.signal });
      const third = host.invoke('c');
      queued.abort('queued');
      equal(await thrown(() => second), 'queued');
      equal(calls[0].context.signal.aborted, false);
      running.abort('running');
      equal(await thrown(() => first), 'running');
      equal([calls[0].context.signal.aborted, calls[0].context.signal.reason], [true, 'running']);
      calls[0].resolve('too late');
      equal(wordsOf(await third)[0], 1, 'on a fresh instance');
      host.close();
    },
  ];

  yield [
    'suspended: close rejects what runs and what waits',
    async () => {
      const { host, calls } = await waiting();
      const first = host.invoke('h', call);
      const second = host.invoke('c');
      const { signal } = calls[0].context;
      host.close();
      await fails('WAPC_CLOSED', () => first);
      await fails('WAPC_CLOSED', () => second);
      equal(signal.aborted, true);
      calls[0].resolve();
    },
  ];

  yield [
    'suspended: replace waits for the invocation that runs',
    async () => {
      const { host, calls } = await waiting();
      const first = host.invoke('h', call);
      const replaced = host.replace(await guest('wat/probe'));
      const order = [];
      replaced.then(() => order.push('replaced'));
      calls[0].resolve('on the old one');
      equal(wordsOf(await first)[1], 14);
      await replaced;
      equal(order, ['replaced']);
      equal(wordsOf(await host.invoke('c'))[0], 1);
      host.close();
    },
  ];
}
