/** Waiting: `poll_oneoff`. */

import { equal, fails, thrown } from '../assert.js';
import { A_DAY, ERRNO, clock, pollAt, pollPayload, probes } from './probe.js';

const { BADF, INVAL } = ERRNO;

export function* waiting(environment) {
  const { canSuspend } = environment;
  const probe = probes(environment);

  const onFd = (kind, fd) => {
    const subscription = clock(0n, 9);
    subscription[8] = kind;
    new DataView(subscription.buffer).setUint32(16, fd, true);
    return subscription;
  };

  yield [
    'poll_oneoff: ready, missing and invalid subscriptions, and none',
    async () => {
      const it = await probe();
      equal(await pollAt(it, clock(A_DAY, 1), clock(0n, 2), onFd(1, 0), onFd(2, 1), onFd(1, 99), onFd(7, 0)), 0);
      equal(it.u32(8192), 5);
      const event = (i) => [it.u32(4096 + 32 * i), it.memory[4096 + 32 * i + 8], it.memory[4096 + 32 * i + 10]];
      equal([0, 1, 2, 3, 4].map(event), [
        [2, 0, 0],
        [9, 0, 1],
        [9, 0, 2],
        [9, BADF, 1],
        [9, INVAL, 7],
      ]);
      equal(it.u64(4096 + 32 + 16), 5, 'bytes of standard input');
      equal(await pollAt(it), INVAL);
      equal(await pollAt(it, clock(0n, 1, 9)), 0);
      equal(event(0), [1, BADF, 0]);
      it.host.close();
    },
  ];

  yield [
    'poll_oneoff: sleeps as long as it is to, on either clock, from now or until then',
    async () => {
      for (const asynchronous of [false, 'auto']) {
        const it = await probe({ async: asynchronous });
        for (const id of [0, 1]) {
          const before = performance.now();
          equal(await pollAt(it, clock(20_000_000n, 1, id), clock(A_DAY, 2, id)), 0);
          equal([it.u32(8192), it.u32(4096)], [1, 1]);
          equal(performance.now() - before >= 19.99, true, `clock ${id}`);
        }
        const until = clock(BigInt(Date.now() + 15) * 1_000_000n, 3, 0);
        until[40] = 1;
        equal(await pollAt(it, until), 0);
        equal(it.u32(4096), 3);
        it.host.close();
      }
    },
  ];

  if (canSuspend) {
    yield [
      'a guest that sleeps leaves its thread to others, and can be stopped',
      async () => {
        const it = await probe({ async: 'auto' });
        const controller = new AbortController();
        const sleeping = it.host.invoke('x', pollPayload(clock(A_DAY)), controller);
        // The sleep does not block this thread: another guest runs on it.
        const other = await probe({ async: 'auto' });
        equal(await pollAt(other, clock(1_000_000n)), 0);
        other.host.close();
        controller.abort('enough');
        equal(await thrown(() => sleeping), 'enough');
        equal(await pollAt(it, clock(0n)), 0);
        it.host.close();
        const limited = await probe({ async: 'auto', limits: { timeout: 50 } });
        await fails('WAPC_TIMEOUT', () => pollAt(limited, clock(A_DAY)));
        limited.host.close();
      },
    ];
  }
}
