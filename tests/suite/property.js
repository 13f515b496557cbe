/** A pool under random load, against a model of its stats. */

import { equal, thrown, until, words, wordsOf } from './assert.js';

const STEPS = 400;
const call = words(512, 1, 512, 1, 512, 1, 512, 1);

/** Random numbers from a seed: mulberry32. */
function random(seed) {
  return (below) => {
    seed = (seed + 0x6d2b79f5) | 0;
    let bits = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    bits = (bits + Math.imul(bits ^ (bits >>> 7), 61 | bits)) ^ bits;
    return ((bits ^ (bits >>> 14)) >>> 0) % below;
  };
}

export function* properties({ WapcPool, guest, canSuspend, hasWorkers }) {
  for (const [kind, options] of [
    ...(canSuspend ? [['in-thread', {}]] : []),
    ...(hasWorkers ? [['workers', { workers: true }]] : []),
  ]) {
    for (let round = 0; round < 3; round++) {
      yield [
        `${kind}: get, return, invoke, answer, abort and trap in any order, and then close (${round + 1})`,
        async () => {
          const seed = (Math.random() * 2 ** 32) >>> 0;
          try {
            await drive(await guest('wat/probe'), seed, WapcPool, options);
          } catch (error) {
            throw new Error(`seed ${seed}: ${error.message}`, { cause: error });
          }
        },
      ];
    }
  }
}

async function drive(bytes, seed, WapcPool, options) {
  const below = random(seed);
  const size = 1 + below(3);
  const maxQueue = below(2) === 0 ? Infinity : below(6);
  /** Pending host calls, by the number that each invocation carries. */
  const calls = new Map();
  const hostCall = (binding, namespace, operation, payload) =>
    new Promise((resolve) => calls.set(wordsOf(payload)[0], resolve));
  const pool = await WapcPool.create(bytes, { size, maxQueue, hostCall, logger() {}, ...options });

  // The model: requests in order of arrival, `size` of which have an instance. On this thread they are the first ones; a
  // worker goes on with one that it was offered.
  const requests = [];
  const counts = { invocations: 0, failures: 0, replaced: 0 };
  let number = 0;
  const hasBegun = ({ kind, number, isServed }) => (kind === 'get' ? isServed : calls.has(number));
  const served = () => requests.filter(hasBegun);
  const ended = (request) => {
    if (request.kind !== 'get' && hasBegun(request)) counts.invocations++;
    requests.splice(requests.indexOf(request), 1);
  };
  const failed = (request) => {
    if (hasBegun(request)) counts.failures++;
    if (hasBegun(request)) counts.replaced++;
    ended(request);
  };
  const check = () => {
    const busy = Math.min(size, requests.length);
    equal(served().length, busy, 'requests that have an instance');
    if (options.workers === undefined) equal(requests.slice(0, busy).every(hasBegun), true, 'the first ones');
    const invocations = counts.invocations + served().filter(({ kind }) => kind !== 'get').length;
    const waiting = requests.length - busy;
    equal(pool.stats, { size, idle: size - busy, busy, waiting, ...counts, invocations }, 'stats');
  };
  const isFull = () => requests.length >= size && requests.length - size >= maxQueue;

  const ask = (kind, start) => {
    const request = { kind, number: number++, isServed: false, controller: new AbortController() };
    if (isFull()) {
      request.promise = thrown(() => start(request)).then(({ code }) => equal(code, 'WAPC_POOL_FULL'));
      return request.promise;
    }
    requests.push(request);
    request.promise = start(request);
    // Awaited later.
    request.promise.then(
      () => (request.isServed = true),
      () => {},
    );
    return undefined;
  };
  const invoke = ({ number, controller }) => {
    // The number follows the arguments of the host call, whose payload it is.
    const payload = words(512, 1, 512, 1, 512, 1, 1024 + 32, 4, number);
    return pool.invoke('h', payload, { signal: controller.signal });
  };
  const pick = (fits) => {
    const fitting = requests.filter(fits);
    return fitting.length === 0 ? undefined : fitting[below(fitting.length)];
  };

  const actions = {
    invoke: () => ask('invoke', invoke),
    get: () => ask('get', ({ controller }) => pool.get(undefined, { signal: controller.signal })),
    async return() {
      const request = pick((one) => one.kind === 'get' && hasBegun(one));
      if (request === undefined) return;
      const host = await request.promise;
      if (below(2) === 0) {
        equal(wordsOf(await host.invoke('c')).length, 3);
        counts.invocations++;
      }
      pool.return(host);
      ended(request);
    },
    async answer() {
      const request = pick((one) => one.kind === 'invoke' && hasBegun(one));
      if (request === undefined) return;
      const answer = new Uint8Array(below(50));
      calls.get(request.number)(answer);
      // The answer to this request: the length that its guest was given.
      equal(wordsOf(await request.promise), [1, answer.length, 0], 'answer');
      ended(request);
    },
    async abort() {
      const request = pick((one) => !(one.kind === 'get' && hasBegun(one)));
      if (request === undefined) return;
      request.controller.abort(request.number);
      equal(await thrown(() => request.promise), request.number, 'reason');
      failed(request);
    },
    async trap() {
      if (requests.length >= size) return;
      equal((await thrown(() => pool.invoke('?'))).code, 'WAPC_TRAP');
      counts.invocations++;
      counts.failures++;
      counts.replaced++;
    },
  };
  /** Waits while an instance is being replaced, which counts as busy until it is. */
  const replacing = async () => {
    const busy = Math.min(size, requests.length);
    const isReplaced = () =>
      pool.stats.busy === busy && pool.stats.waiting === requests.length - busy && served().length === busy;
    // If it never is, `check` reports the difference from the model.
    await until(isReplaced).catch(() => {});
  };

  const names = Object.keys(actions);
  for (let step = 0; step < STEPS; step++) {
    await actions[names[below(names.length)]]();
    await replacing();
    check();
  }

  const closed = pool.close();
  equal((await thrown(() => pool.invoke('h', call))).code, 'WAPC_CLOSED');
  while (requests.length > 0) {
    await until(() => served().length > 0);
    const [request] = served();
    if (request.kind === 'get') pool.return(await request.promise);
    else {
      calls.get(request.number)();
      equal(wordsOf(await request.promise), [1, 0, 0]);
    }
    ended(request);
  }
  await closed;
  equal(pool.stats, { size: 0, idle: 0, busy: 0, waiting: 0, ...counts });
}
