/** Hosts over time: order of invocations, replaced guests, closing, aborting. */

import { equal, fails, string, thrown, words, wordsOf } from './assert.js';
import { patient } from './ways.js';

const call = words(512, 1, 512, 1, 512, 1, 512, 1);

export function* lifecycle({ WapcHost, WapcModule, WapcPool, guest, canSuspend, counts, hasWorkers }) {
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
    'a host cannot be invoked from inside its own host call, another one can',
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
    'invokeSync overtakes no invocation that waits for a fresh instance',
    async () => {
      const host = await WapcHost.instantiate(await guest('wat/starting'), { async: false, hostCall: () => '' });
      const answer = async (response) => (await response)[0];
      await fails('WAPC_TRAP', () => host.invoke('?'));
      const first = host.invoke('first');
      await fails('WAPC_ASYNC', () => host.invokeSync('second'));
      equal([await answer(first), await answer(host.invokeSync('second'))], [1, 2]);
      host.close();
    },
  ];

  yield [
    'an invocation whose fresh instance does not start says so, with its guest and operation',
    async () => {
      let isEndless = false;
      const host = await WapcHost.instantiate(await guest('wat/starting'), {
        async: false,
        name: 'a guest',
        limits: { interrupt: true, start: 1000 },
        hostCall: () => (isEndless ? 'x' : ''),
      });
      await fails('WAPC_TRAP', () => host.invoke('?'));
      isEndless = true;
      for (const invoke of [() => host.invoke('first'), async () => host.invokeSync('first')]) {
        const { guest: name, operation } = await fails('WAPC_TIMEOUT', invoke);
        equal([name, operation], ['a guest', 'first']);
      }
      isEndless = false;
      equal((await host.invoke('second'))[0], 1);
      host.close();
    },
  ];

  yield [
    'a logger that invokes another guest: both go on where they were',
    async () => {
      const other = await probe({ async: false, logger() {} });
      const own = await probe({
        async: false,
        logger() {
          other.invokeSync('c');
        },
      });
      // It logs, and counts its calls: nothing of that may reach the other guest.
      await own.invoke('l', words(512, 1));
      equal(wordsOf(await own.invoke('c'))[0], 2);
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
    'close: idempotent, and nothing runs afterwards',
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
    'Symbol.dispose closes a host and a module, Symbol.asyncDispose a pool',
    async () => {
      if (Symbol.dispose === undefined) return;
      const module = await WapcModule.compile(await guest('wat/probe'));
      const host = await module.instantiate();
      const pool = await WapcPool.create(module, { size: 1 });
      host[Symbol.dispose]();
      equal(host.closed, true);
      await pool[Symbol.asyncDispose]();
      await fails('WAPC_CLOSED', () => pool.invoke('c'));
      module[Symbol.dispose]();
      await fails('WAPC_CLOSED', () => module.instantiate());
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
    'close while an invocation runs, or a fresh instance is made for one: nothing of the host is left',
    async () => {
      const before = counts();
      const hostCall = () => host.close();
      let host = await probe({ async: false, hostCall });
      await fails('WAPC_CLOSED', async () => host.invokeSync('h', call));
      equal(counts(), before);
      host = await probe({ async: false });
      await fails('WAPC_TRAP', () => host.invoke('?'));
      const restarted = host.invoke('c');
      host.close();
      await fails('WAPC_CLOSED', () => restarted);
      equal(counts(), before);
      if (canSuspend) {
        host = await probe({ async: true, hostCall: () => new Promise(() => host.close()) });
        await fails('WAPC_CLOSED', () => host.invoke('h', call));
        equal(counts(), before);
      }
    },
  ];

  yield [
    'a signal that is aborted before keeps the invocation from starting; from inside a host call it ends the instance',
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

  yield [
    'replacements and resets apply in the order of their calls, however long each guest compiles',
    async () => {
      const host = await probe();
      const module = await WapcModule.compile(await guest('wat/version'));
      // Compiled: it overtook the one before, which was bytes.
      await Promise.all([host.replace(await guest('wat/probe')), host.replace(module)]);
      equal(string(await host.invoke('v')), 'version0');
      const wrong = fails('WAPC_COMPILE', () => host.replace(new Uint8Array([1, 2, 3])));
      await Promise.all([
        wrong,
        host.replace(await guest('wat/probe')),
        host.reset(),
        host.replace(module),
        host.reset(),
      ]);
      equal(string(await host.invoke('v')), 'version0');
      const never = new Promise(() => {});
      const closed = [() => host.replace(never), () => host.reset(), () => host.replace(module)];
      const ends = closed.map((work) => fails('WAPC_CLOSED', work));
      host.close();
      await Promise.all(ends);
      module.close();
    },
  ];

  if (!canSuspend && !hasWorkers) return;

  if (!canSuspend) {
    yield [
      'a host in a worker: an invocation after reset and replace runs on the fresh instance',
      async () => {
        const host = await probe({ async: true, hostCall: () => '' });
        for (let turn = 0; turn < 2; turn++) {
          await host.invoke('c');
          const [, answer] = await Promise.all([host.reset(), host.invoke('c')]);
          equal(wordsOf(answer)[0], 1);
          await host.replace(await guest('wat/probe'));
        }
        host.close();
      },
    ];
  }

  yield [
    'a host that waits for its callback: invokeSync and its own callback are refused, replace and reset wait',
    async () => {
      const { hostCall, called } = patient();
      const host = await probe({ async: true, hostCall });
      const first = host.invoke('h', call);
      const { resolve } = await called(0);
      await fails(canSuspend ? 'WAPC_ASYNC' : 'WAPC_UNSUPPORTED', () => host.invokeSync('c'));
      let over = false;
      const exchanged = [host.replace(await guest('wat/probe')), host.reset()].map((work) => work.then(() => over));
      resolve('on the old one');
      equal(wordsOf(await first)[1], 14);
      over = true;
      equal(await Promise.all(exchanged), [true, true]);
      equal(wordsOf(await host.invoke('c'))[0], 1);
      for (const [name, code] of [
        ['trap-in-start', 'WAPC_INIT'],
        ['unknown-imports', 'WAPC_LINK'],
        ['no-memory', 'WAPC_NOT_A_GUEST'],
      ]) {
        await fails(code, async () => host.replace(await guest(`wat/${name}`)));
      }
      equal(wordsOf(await host.invoke('c'))[0], 2, 'the old one is still there');
      await host.replace(await guest('wat/probe'));
      host.close();
      equal([host.closed, host.memorySize], [true, 0]);
      await fails('WAPC_CLOSED', () => host.reset());
    },
  ];

  yield [
    'reset while replace waits for its turn: a fresh instance of the guest that takes over',
    async () => {
      const { hostCall, called } = patient();
      const host = await probe({ async: true, hostCall });
      const successor = await WapcModule.compile(await guest('wat/version'));
      const first = host.invoke('h', call);
      const { resolve } = await called(0);
      const exchanged = [host.replace(successor), host.reset(), host.reset()];
      resolve('on the old one');
      equal(wordsOf(await first)[1], 14);
      await Promise.all(exchanged);
      equal(string(await host.invoke('v')), 'version0');
      await Promise.all([host.reset(), host.replace(await guest('wat/probe'))]);
      equal(wordsOf(await host.invoke('c'))[0], 1);
      host.close();
      successor.close();
    },
  ];

  yield [
    'a callback that invokes its own host gets WAPC_REENTRANT',
    async () => {
      const errors = [];
      let own;
      const hostCall = async () => errors.push(await thrown(() => own.invoke('c'))) && 'late';
      own = await probe({ async: true, hostCall });
      await own.invoke('h', call);
      equal(
        errors.map(({ code }) => code),
        ['WAPC_REENTRANT'],
      );
      own.close();
    },
  ];
}
