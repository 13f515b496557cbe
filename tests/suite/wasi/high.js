/** A guest that uses memory above 2 GiB: addresses stay unsigned wherever they are passed on. */

import { equal, fails, string, wordsOf } from '../assert.js';

/** The addresses of the results of `wat/high.wat`. */
const RESULT = { errnos: 0x60, read: 0x300, answer: 0x400, random: 0x500 };

/** Invokes the guest and checks all of its results. `preopen` has a file `a.txt`, which it overwrites. */
export async function useHighMemory({ WapcPool, guest }, workers, preopen) {
  const told = [];
  let fail = false;
  const pool = await WapcPool.create(await guest('wat/high'), {
    size: 1,
    workers,
    hostCall(binding, namespace, operation, payload) {
      told.push([binding, namespace, operation, string(payload)]);
      if (fail) throw new Error('failed');
      return 'answer';
    },
    logger: (line) => told.push(['log', line]),
    stdout: (chunk) => told.push(['out', string(chunk)]),
    wasi: { preopens: { '/data': preopen } },
  });
  const random = new Set();
  for (const answer of ['answer', 'failed']) {
    fail = answer === 'failed';
    const memory = await pool.invoke('x', 'payload');
    const text = (from, length) => string(memory.slice(from, from + length));
    equal(wordsOf(memory.slice(RESULT.errnos, RESULT.errnos + 20)), [0, 0, 0, 0, 0]);
    equal([text(RESULT.answer, 6), text(RESULT.read, 4)], [answer, 'high']);
    random.add(memory.slice(RESULT.random, RESULT.random + 32).join());
  }
  equal(random.size, 2);
  const once = [
    ['log', 'high'],
    ['high', 'igh', 'gh', 'payload'],
    ['out', 'high'],
  ];
  equal(told, [...once, ...once]);
  equal((await fails('WAPC_GUEST', () => pool.invoke('e'))).message, 'high');
  await pool.close();
}

export function* high(environment) {
  for (const workers of environment.hasWorkers ? [false, true] : [false]) {
    yield [
      `memory over 2 GiB${workers ? ', in a worker' : ''}`,
      () => useHighMemory(environment, workers, { 'a.txt': 'text and more' }),
    ];
  }
}
