/** A guest's time and randomness, given by the caller (`wasi.now`, `wasi.random`). */

import { equal, fails, string } from '../assert.js';
import { clock, path, pollAt, probes } from './probe.js';

const NOW = 1_700_000_000_123;
const PREOPEN = 3;

export function* given(environment) {
  const { WapcHost, WapcPool, guest, hasWorkers } = environment;
  const probe = probes(environment);

  yield [
    'wasi.now: both clocks tell it, to the nanosecond, and files have it',
    async () => {
      let time = NOW;
      const preopens = { '/data': { 'a.txt': 'text' } };
      const it = await probe({ wasi: { preopens, now: () => time } });
      const stat = async () => {
        equal(await it.call('path_filestat_get', PREOPEN, 0, path('a.txt'), 4096), 0);
        return [40, 48, 56].map((offset) => it.u64(4096 + offset));
      };
      equal(await stat(), [0, 0, 0], 'before it was told any time');
      for (const [told, nanoseconds] of [
        [NOW, NOW * 1e6],
        [0, 0],
        [1.5, 1_500_000],
        [2 ** 43, 2 ** 43 * 1e6],
      ]) {
        time = told;
        for (const id of [0, 1]) {
          equal(await it.call('clock_time_get', id, 0n, 4096), 0);
          equal(it.u64(4096), nanoseconds, `clock ${id}`);
        }
      }
      equal(await it.call('path_open', PREOPEN, 0, path('a.txt'), 0, 64n, 0n, 0, 8192), 0);
      equal(await it.call('fd_write', it.u32(8192), { data: new Uint8Array(8), count: 1 }, 4096), 0);
      it.host.close();
    },
  ];

  yield [
    'wasi.now: a guest runs the same twice, and sleeps by the machine',
    async () => {
      const runs = [];
      for (let run = 0; run < 2; run++) {
        let ticks = 0;
        const it = await probe({ wasi: { now: () => NOW + ticks++, random: (bytes) => bytes.fill(ticks++) } });
        const seen = [];
        for (let turn = 0; turn < 3; turn++) {
          await it.call('clock_time_get', 0, 0n, 4096);
          seen.push(it.u64(4096));
          await it.call('random_get', 8192, 16);
          seen.push([...it.memory.subarray(8192, 8192 + 16)].join());
        }
        runs.push(seen);
        // Its clock stands still: it wakes all the same.
        const still = await probe({ wasi: { now: () => NOW } });
        const until = clock(BigInt(NOW + 15) * 1_000_000n, 3, 0);
        until[40] = 1;
        const before = performance.now();
        equal(await pollAt(still, until), 0);
        equal(performance.now() - before >= 14.9, true);
        it.host.close();
        still.host.close();
      }
      equal(runs[0], runs[1]);
    },
  ];

  yield [
    'wasi.random: an array of the very length, whatever becomes of it',
    async () => {
      const kept = [];
      const random = (bytes) => {
        kept.push(bytes);
        bytes.set(Uint8Array.from(bytes, (_, index) => index));
      };
      const it = await probe({ wasi: { random } });
      const lengths = [0, 1, 5, 60_000];
      for (const length of lengths) {
        equal(await it.call('random_get', 4096, length), 0);
        const written = [...it.memory.subarray(4096, 4096 + length)];
        equal(
          written,
          Array.from({ length }, (_, index) => index % 256),
        );
      }
      equal(
        kept.map(({ length }) => length),
        lengths.slice(1),
      );
      equal(await it.call('random_get', 65535, 2), 21, 'beyond memory');
      equal(kept.length, 3, 'nobody was asked');
      it.host.close();
    },
  ];

  yield [
    'a clock or a source of randomness that throws or tells no time: WAPC_TRAP with the cause, and the next invocation works',
    async () => {
      const planned = new Error('planned');
      const boom = () => {
        throw planned;
      };
      for (const [name, bad, isThrown] of [
        ['now', boom, true],
        ['now', () => undefined, false],
        ['now', () => '5', false],
        ['now', () => NaN, false],
        ['now', () => -1, false],
        ['now', () => Infinity, false],
        ['now', () => 2 ** 64, false],
        ['now', async () => 5, false],
        ['random', boom, true],
        ['random', (bytes) => structuredClone(bytes, { transfer: [bytes.buffer] }), false],
      ]) {
        let isBad = true;
        const good = { now: () => NOW, random: () => {} }[name];
        const it = await probe({ wasi: { [name]: (...args) => (isBad ? bad : good)(...args) } });
        const calls = {
          now: [
            ['clock_time_get', 1, 0n, 4096],
            ['poll_oneoff', { data: clock(0n), count: 4096 }, 1, 8192],
          ],
          random: [['random_get', 4096, 8]],
        };
        for (const call of calls[name]) {
          isBad = true;
          const { cause } = await fails('WAPC_TRAP', () => it.call(...call));
          equal(isThrown ? cause === planned : cause.code === 'WAPC_ARGUMENT', true, `${call[0]}: ${cause}`);
          isBad = false;
          equal(await it.call('clock_time_get', 0, 0n, 4096), 0);
        }
        it.host.close();
      }
    },
  ];

  yield [
    'a clock that invokes another guest, and that closes its own',
    async () => {
      const hostCall = (binding, namespace, operation, payload) => payload;
      const hello = await WapcHost.instantiate(await guest('hello'), { async: false, hostCall });
      const it = await probe({
        wasi: {
          now() {
            equal(string(hello.invokeSync('echo', 'inner')), 'inner');
            return NOW;
          },
        },
      });
      equal(await it.call('clock_time_get', 0, 0n, 4096), 0);
      equal(it.u64(4096), NOW * 1e6);
      it.host.close();
      hello.close();
      const closing = await probe({
        wasi: {
          now() {
            closing.host.close();
            return NOW;
          },
        },
      });
      await fails('WAPC_CLOSED', () => closing.call('clock_time_get', 0, 0n, 4096));
    },
  ];

  yield [
    'in workers: WAPC_UNSUPPORTED; what is no function: WAPC_ARGUMENT',
    async () => {
      const source = await guest('wat/wasi');
      for (const name of ['now', 'random']) {
        const wasi = { [name]: () => 0 };
        if (hasWorkers)
          await fails('WAPC_UNSUPPORTED', () => WapcPool.create(source, { size: 1, workers: true, wasi }));
        await fails('WAPC_ARGUMENT', () => WapcHost.instantiate(source, { wasi: { [name]: 5 } }));
      }
    },
  ];
}
