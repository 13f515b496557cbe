/**
 * Guests that may be suspended but are not, repeatedly. Where stacks are kept (`js/invocation/coroutine.js`), guests
 * are not called at once, and whatever happens in between must not show.
 */

import { equal, fails, string, thrown, words, wordsOf } from './assert.js';
import { patient } from './ways.js';

const call = words(512, 1, 512, 1, 512, 1, 512, 1);
/** More than the number of stacks that are kept. */
const MANY = 40;

export function* steady({ WapcHost, WapcModule, WapcPool, guest, canSuspend }) {
  if (!canSuspend) return;

  /** A host whose guest has been called twice. */
  const probe = async (options, module) => {
    const host = await WapcHost.instantiate(module ?? (await guest('wat/probe')), { hostCall() {}, ...options });
    await host.invoke('c');
    await host.invoke('c');
    return host;
  };

  for (const [what, disturb, check] of [
    ['a signal', (host, controller) => controller.abort('reason'), (error) => equal(error, 'reason')],
    ['close', (host) => host.close(), ({ code }) => equal(code, 'WAPC_CLOSED')],
  ]) {
    yield [
      `${what} right after the call ends it, whether it is the first or waits for another one`,
      async () => {
        for (const waits of [false, true]) {
          const host = await probe({});
          const controller = new AbortController();
          const before = waits ? [host.invoke('c')] : [];
          const invocation = thrown(() => host.invoke('c', '', { signal: controller.signal }));
          const after = host.invoke('c');
          disturb(host, controller);
          check(await invocation);
          for (const other of [...before, after]) {
            if (host.closed) await fails('WAPC_CLOSED', () => other);
            else await other;
          }
          if (!host.closed) await host.invoke('c');
          host.close();
          await fails('WAPC_CLOSED', () => host.invoke('c'));
        }
      },
    ];
  }

  yield [
    'what is pending runs on the stack of the one before, with its own operation and payload',
    async () => {
      const host = await WapcHost.instantiate(await guest('bench'), { hostCall() {} });
      await host.invoke('echo', 'x');
      const payloads = Array.from({ length: MANY }, (_, length) => new Uint8Array(length).fill(length));
      const responses = payloads.map((payload, index) => host.invoke(index % 3 === 0 ? 'nothing' : 'echo', payload));
      const expected = payloads.map((payload, index) => (index % 3 === 0 ? new Uint8Array(0) : payload));
      equal(await Promise.all(responses), expected);
      host.close();
    },
  ];

  yield [
    'invocations run in their order, invokeSync waits for none, and what takes over waits for the first',
    async () => {
      const host = await probe({});
      const counts = [host.invoke('c'), host.invoke('c'), host.invoke('c')];
      await fails('WAPC_ASYNC', () => host.invokeSync('c'));
      const replaced = host.reset();
      equal(
        (await Promise.all(counts)).map((count) => wordsOf(count)[0]),
        [3, 4, 5],
      );
      await replaced;
      equal(wordsOf(host.invokeSync('c'))[0], 1);
      host.close();
    },
  ];

  yield [
    'a pool that is destroyed right after the call',
    async () => {
      const pool = await WapcPool.create(await guest('wat/probe'), { size: 2, hostCall() {} });
      for (let i = 0; i < 4; i++) await pool.invoke('c');
      const invocations = [pool.invoke('c'), pool.invoke('c'), pool.invoke('c')];
      pool.destroy();
      for (const invocation of invocations) await fails('WAPC_CLOSED', () => invocation);
    },
  ];

  yield [
    'a guest that fails or traps more often than there are kept stacks',
    async () => {
      const host = await probe({ logger() {} });
      for (let i = 0; i < MANY; i++) {
        await fails('WAPC_GUEST', () => host.invoke('e', words(512, 1, 0)));
        await fails('WAPC_GUEST', () => host.invoke('z'));
        await fails('WAPC_PROTOCOL', () => host.invoke('s', words(65536, 1)));
        equal(wordsOf(await host.invoke('c'))[0], 1);
        const trap = await fails('WAPC_TRAP', () => host.invoke('p', 'text'));
        equal([trap.message.includes('text'), trap.cause instanceof WebAssembly.RuntimeError], [true, true]);
        equal(wordsOf(await host.invoke('c'))[0], 1);
      }
      host.close();
    },
  ];

  yield [
    'more suspended invocations than kept stacks, which end in any order',
    async () => {
      const { hostCall, calls, called } = patient();
      const module = await WapcModule.compile(await guest('wat/probe'), { hostCall });
      const hosts = await Promise.all(Array.from({ length: MANY }, () => probe({ hostCall }, module)));
      for (let round = 1; round < 3; round++) {
        const answers = hosts.map((host) => host.invoke('h', call));
        await called(round * MANY - 1);
        calls.slice(-MANY).forEach(({ resolve, context }, index) => {
          equal(hosts.filter(({ id }) => id === context.host.id).length, 1);
          if (index % 2 === 0) resolve('x'.repeat(context.host.id % 64));
        });
        calls.slice(-MANY).forEach(({ resolve, context }) => resolve('x'.repeat(context.host.id % 64)));
        for (const [index, answer] of answers.entries()) equal(wordsOf(await answer)[1], hosts[index].id % 64);
        for (const host of hosts) await host.invoke('c');
      }
      for (const host of hosts) host.close();
    },
  ];

  yield [
    'an invocation that finds too many guests suspended waits for them, and can still be ended',
    async () => {
      const { hostCall, called } = patient();
      const options = { hostCall, limits: { suspensions: 1 } };
      const [first, second, third] = [await probe(options), await probe(options), await probe(options)];
      const suspended = first.invoke('h', call);
      const [waiting, closed] = [second.invoke('c'), third.invoke('c')];
      (await called(0)).resolve('answer');
      third.close();
      equal(wordsOf(await suspended)[1], 6);
      equal(wordsOf(await waiting)[0], 3);
      await fails('WAPC_CLOSED', () => closed);
      for (const host of [first, second]) host.close();
    },
  ];

  yield [
    "limits.timeout counts from the guest's call, and ends it wherever it is suspended",
    async () => {
      const host = await probe({ hostCall: patient().hostCall, limits: { timeout: 50 } });
      await fails('WAPC_TIMEOUT', () => host.invoke('h', call));
      equal(wordsOf(await host.invoke('c'))[0], 1);
      host.close();
    },
  ];

  yield [
    'a callback may invoke other guests; invoking its own is an error of the host call',
    async () => {
      const echo = await probe({ hostCall: () => 'echo' });
      const hostCall = () => (later ? echo.invoke('h', call) : string(echo.invokeSync('h', call).slice(0, 0)));
      let later = false;
      const host = await probe({ hostCall });
      equal(wordsOf(await host.invoke('h', call))[1], 0);
      later = true;
      equal(wordsOf(await host.invoke('h', call))[1] > 0, true);
      const own = await probe({ hostCall: () => own.invoke('c') });
      equal(wordsOf(await own.invoke('h', call))[0], 0, 'WAPC_REENTRANT is a host error');
      for (const each of [echo, host, own]) each.close();
    },
  ];
}
