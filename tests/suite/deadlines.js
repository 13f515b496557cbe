/** Invocations that take too long, and too many that wait at once. */

import { equal, fails, string, words, wordsOf } from './assert.js';
import { patient, ways } from './ways.js';

const call = words(512, 1, 512, 1, 512, 1, 512, 1);

export function* deadlines(environment) {
  const { WapcHost, WapcModule, guest, canSuspend } = environment;
  const probe = async (options) => WapcHost.instantiate(await guest('wat/probe'), options);

  yield [
    'a time that is not up changes nothing',
    async () => {
      const host = await probe({ async: false, limits: { timeout: 60_000.5 } });
      equal(wordsOf(await host.invoke('c', '', { timeout: 60_000 }))[0], 1);
      equal(wordsOf(await host.invoke('c', '', { timeout: Infinity }))[0], 2);
      host.close();
      (await probe({ limits: { timeout: Infinity } })).close();
    },
  ];

  for (const [way, make] of ways(environment)) {
    for (const [name, run] of inEachWay(make, environment)) yield [`${way}: ${name}`, run];
  }

  if (!canSuspend) return;

  yield [
    'no more guests are suspended at once than limits.suspensions, the others run in order',
    async () => {
      let [suspended, most] = [0, 0];
      const hostCall = async (binding, namespace, operation, payload) => {
        most = Math.max(most, ++suspended);
        await new Promise((resolve) => setTimeout(resolve));
        suspended--;
        return payload;
      };
      const module = await WapcModule.compile(await guest('hello'), {
        hostCall,
        logger() {},
        limits: { suspensions: 5 },
      });
      const hosts = await Promise.all(Array.from({ length: 50 }, () => module.instantiate()));
      const order = [];
      const invoke = async (host, index) => {
        equal(string(await host.invoke('echo', `${index}`)), `${index}`);
        order.push(index);
      };
      await Promise.all(hosts.map(invoke));
      equal([most, suspended], [5, 0]);
      equal(
        order,
        hosts.map((_, index) => index),
      );
      // Those that wait for room can be aborted and closed, and room is not lost on them.
      const invocations = hosts.map((host, index) => host.invoke('echo', 'x', { timeout: index === 6 ? 0 : 60_000 }));
      hosts[7].close();
      const outcomes = await Promise.allSettled(invocations);
      equal(
        outcomes.map(({ reason }) => reason?.code),
        hosts.map((_, index) => ({ 6: 'WAPC_TIMEOUT', 7: 'WAPC_CLOSED' })[index]),
      );
      for (const host of hosts) host.close();
    },
  ];
}

function* inEachWay(make, { guest }) {
  const probe = async (options) => make(await guest('wat/probe'), options);

  for (const [what, limits, options] of [
    ['limits.timeout', { timeout: 250 }, undefined],
    ["invoke's timeout", undefined, { timeout: 250 }],
    ['the shorter of both', { timeout: 60_000 }, { timeout: 250 }],
  ]) {
    yield [
      `${what} ends an invocation whose host call does not`,
      async () => {
        const { hostCall, calls } = patient();
        const host = await probe({ hostCall, limits });
        equal(wordsOf(await host.invoke('c'))[0], 1);
        await fails('WAPC_TIMEOUT', () => host.invoke('h', call, options));
        const { signal } = calls[0].context;
        equal([signal.aborted, signal.reason?.code], [true, 'WAPC_TIMEOUT']);
        equal(wordsOf(await host.invoke('c'))[0], 1, 'a fresh instance');
        host.close();
      },
    ];
  }

  yield [
    "invoke's timeout counts the wait for a turn, limits.timeout does not",
    async () => {
      const { hostCall, called } = patient();
      const host = await probe({ hostCall, limits: { timeout: 60_000 } });
      const first = host.invoke('h', call);
      const { resolve } = await called(0);
      await fails('WAPC_TIMEOUT', () => host.invoke('c', '', { timeout: 5 }));
      resolve('x');
      equal(wordsOf(await first)[1], 1);
      equal(wordsOf(await host.invoke('c'))[0], 2, 'the same instance');
      host.close();
    },
  ];

  yield [
    'a start whose host call does not end',
    async () => {
      const starts = await guest('wat/starts');
      const hostCall = () => new Promise(() => {});
      await fails('WAPC_TIMEOUT', () => make(starts, { logger() {}, hostCall, limits: { timeout: 5 } }));
    },
  ];
}
