/** Guests in languages whose libraries use WASI. */

import { equal, fails, inTime, string } from '../assert.js';
import { A_DAY, PAGE, clock, payloadOf, pollPayload } from './probe.js';

const EXERCISE = {
  'Rust, wasm32-wasip1': ['rust/wasi', 'arguments: prog one\n'],
  'Zig, WASI': ['zig/wasi', 'arguments: prog one\n'],
  C: ['c/hello', ''],
};

export function* languages({ WapcPool, guest, hasWorkers }) {
  for (const [language, [name, told]] of Object.entries(EXERCISE)) {
    for (const workers of hasWorkers ? [false, true] : [false]) {
      yield [
        `${language}: what WASI gives it${workers ? ', in a worker' : ''}`,
        async () => {
          const written = [];
          const pool = await WapcPool.create(await guest(name), {
            size: 1,
            workers,
            hostCall: (binding, namespace, operation, payload) => payload,
            logger: (line) => written.push(['log', line]),
            stdout: (chunk) => written.push(['out', string(chunk)]),
            stderr: (chunk) => written.push(['err', string(chunk)]),
            wasi: {
              args: ['prog', 'one'],
              env: { NAME: 'value' },
              stdin: 'input',
              preopens: { '/data': { 'a.txt': 'text' } },
            },
          });
          const exercise = string(await pool.invoke('exercise'));
          equal(
            exercise,
            `${told}NAME: value\nstandard input: input\nrandom: true\nthe day: true\nslept: true\nread: text\n` +
              'read back: written twice\nmissing: true\noutside: true\n',
          );
          equal(string(await pool.invoke('hello', 'waPC!')), 'Hello, waPC!');
          equal(written, [
            ['out', 'to standard output\n'],
            ['err', 'to standard error\n'],
            ['log', 'logging something'],
          ]);
          await pool.close();
        },
      ];
    }
  }

  if (!hasWorkers) return;
  yield [
    'a guest that sleeps in a worker is stopped in time, and the next one is fresh',
    async () => {
      const pool = await WapcPool.create(await guest('wat/wasi'), { size: 1, workers: true, limits: { timeout: 100 } });
      await fails('WAPC_TIMEOUT', () => pool.invoke('x', pollPayload(clock(A_DAY))));
      equal((await inTime(() => pool.invoke('x', payloadOf('sched_yield', [])))).length, PAGE);
      pool.destroy();
      const unlimited = await WapcPool.create(await guest('wat/wasi'), { size: 1, workers: true });
      const sleeping = unlimited.invoke('x', pollPayload(clock(A_DAY)));
      equal(unlimited.stats.busy, 1);
      unlimited.destroy();
      await fails('WAPC_CLOSED', () => sleeping);
    },
  ];
}
