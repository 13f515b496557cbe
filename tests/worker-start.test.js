/**
 * Workers whose script does not load or is a foreign one, tested in Node: scripts of any content, and a simulated
 * clock.
 */

import { deepEqual, equal, rejects } from 'node:assert/strict';
import { once } from 'node:events';
import { mock, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';

import { WapcPool } from 'wapc-host';

const guest = fileURLToPath(new URL('../testdata/wat/probe.wasm', import.meta.url));
const script = new URL('../dist/worker-node.mjs', import.meta.url);
const hostCall = (binding, namespace, operation, payload) => payload;

const workerOf = (source) => new Worker(new URL(`data:text/javascript,${encodeURIComponent(source)}`));

const IDLE = `import { parentPort } from 'node:worker_threads'; parentPort.on('message', () => {});`;

test('a script that has not loaded after 30 s is WAPC_LOAD, whatever the limits', async () => {
  for (const limits of [undefined, { start: 1 }, { start: 60_000, timeout: 1 }]) {
    const workers = [];
    let made;
    const isMade = new Promise((resolve) => (made = resolve));
    const factory = () => {
      workers.push(workerOf(IDLE));
      made();
      return workers.at(-1);
    };
    mock.timers.enable({ apis: ['setTimeout'] });
    try {
      let settled = false;
      const creating = WapcPool.create(guest, { size: 1, limits, workers: { factory } });
      const outcome = rejects(creating, { code: 'WAPC_LOAD' }).finally(() => (settled = true));
      await isMade;
      mock.timers.tick(29_999);
      await new Promise(setImmediate);
      equal(settled, false);
      const ended = once(workers[0], 'exit');
      mock.timers.tick(1);
      await outcome;
      await ended;
    } finally {
      mock.timers.reset();
    }
    equal(workers.length, 1);
  }
});

test('a worker that cannot read the modules it is sent, as under a policy without WebAssembly in Firefox, is WAPC_INIT', async () => {
  const unreadable = `
    import { parentPort } from 'node:worker_threads';
    const on = parentPort.on.bind(parentPort);
    let refuse;
    parentPort.on = (name, act) => (name === 'message' ? on(name, () => refuse()) : void (refuse = act));
    await import(${JSON.stringify(script)});`;
  const workers = { factory: () => workerOf(unreadable) };
  await rejects(WapcPool.create(guest, { size: 1, workers }), { code: 'WAPC_INIT' });
});

test('a worker that a factory promised is ended, and one that it returns twice is refused', async () => {
  const promised = workerOf(IDLE);
  const ended = once(promised, 'exit');
  await rejects(WapcPool.create(guest, { size: 1, workers: { factory: async () => promised } }), {
    code: 'WAPC_ARGUMENT',
  });
  await ended;
  const one = new Worker(script);
  const over = once(one, 'exit');
  await rejects(WapcPool.create(guest, { size: 2, workers: { factory: () => one } }), { code: 'WAPC_ARGUMENT' });
  await over;
});

test('a worker that takes no messages is WAPC_LOAD', async () => {
  const thrown = new Error('planned');
  for (const odd of [
    { postMessage: throws, terminate() {}, addEventListener() {} },
    { postMessage() {}, terminate() {}, addEventListener: throws },
  ]) {
    await rejects(WapcPool.create(guest, { size: 1, workers: { factory: () => odd } }), {
      code: 'WAPC_LOAD',
      cause: thrown,
    });
  }
  function throws() {
    throw thrown;
  }
});

test('messages of a worker that are malformed are ignored', async () => {
  // The package's worker, with such messages before and after each of its own.
  const hostile = `
    import { parentPort } from 'node:worker_threads';
    const shared = new Uint8Array(new SharedArrayBuffer(8));
    const deep = { kind: 'error', name: 'a', message: 'b' };
    for (let i = 0, at = deep; i < 1000; i++) at = at.cause = { kind: 'error', name: 'a', message: 'b' };
    const odd = [undefined, null, 5, 'done', {}, [], [[]], [{ toString: 5 }], ['toString'], ['__proto__'], new Array(2e5).fill('done')];
    for (const kind of ['loaded', 'done', 'failed', 'call', 'more', 'log', 'output', 'start', 'read']) {
      const values = [undefined, null, {}, [], 'x', NaN, -1, shared];
      for (const first of values) odd.push([kind, first], [kind, first, 5], [kind, first, null, null, null, 5]);
      if (kind !== 'loaded' && kind !== 'more') odd.push([kind]);
    }
    odd.push(['done', 0, 'x'], ['done', 0, shared], ['failed', 0, 1, deep], ['failed', 0, true, { kind: 5 }]);
    odd.push(['failed', 0, true, { kind: 'error', name: 5, message: '' }], ['output', 3, new Uint8Array(1)]);
    const post = parentPort.postMessage.bind(parentPort);
    // Skips those that are well-formed: they would report the script as loaded too early, or log a line.
    const isMeant = (message) => (message?.[0] === 'loaded' && !isLoaded) || (message?.[0] === 'log' && message[1] === 'x');
    const harass = () => odd.forEach((message) => isMeant(message) || post(message));
    let isLoaded = false;
    parentPort.postMessage = (message, transfer) => {
      harass();
      isLoaded ||= message[0] === 'loaded';
      post(message, transfer);
      harass();
    };
    harass();
    await import(${JSON.stringify(script.href)});`;
  const lines = [];
  const pool = await WapcPool.create(guest, {
    size: 1,
    hostCall,
    logger: (line) => lines.push(line),
    workers: { factory: () => workerOf(hostile) },
  });
  const words = (...numbers) => new Uint8Array(Uint32Array.from(numbers).buffer);
  const answer = async (...invocation) => [...new Uint32Array((await pool.invoke(...invocation)).slice().buffer)];
  for (let i = 1; i <= 3; i++) {
    deepEqual(await answer('c'), [2 * i - 1, 0, 0]);
    deepEqual(await answer('h', words(512, 1, 512, 1, 512, 1, 512, 1)), [1, 1, 0]);
  }
  await rejects(pool.invoke('?'), { code: 'WAPC_TRAP' });
  deepEqual(await answer('c'), [1, 0, 0]);
  deepEqual(lines, []);
  await pool.close();
});

test('an error of a worker whose causes go down without end', async () => {
  const failing = `
    import { parentPort } from 'node:worker_threads';
    parentPort.on('message', () => {
      const deep = { kind: 'error', name: 'toString', message: 'planned', code: 'WAPC_TRAP' };
      deep.cause = deep;
      parentPort.postMessage(['failed', 0, true, deep]);
    });`;
  await rejects(WapcPool.create(guest, { size: 1, workers: { factory: () => workerOf(failing) } }), (error) => {
    equal([error.code, error.message].join(), 'WAPC_TRAP,planned');
    let causes = 0;
    for (let at = error; at.cause !== undefined; at = at.cause) causes++;
    equal(causes, 100);
    return true;
  });
});

test('a worker without memory for the core is started again, and unused memories are collected each time', async () => {
  const withoutMemory = `
    function fail() { throw new RangeError('planned'); }
    Object.assign(WebAssembly, { Instance: fail, instantiate: async () => fail() });
    await import(${JSON.stringify(script.href)});`;
  let left = 3;
  const { Memory } = WebAssembly;
  let collected = 0;
  WebAssembly.Memory = class extends Memory {
    constructor(type) {
      super(type);
      collected++;
    }
  };
  try {
    const factory = () => (left-- > 0 ? workerOf(withoutMemory) : new Worker(script));
    const pool = await WapcPool.create(guest, { size: 1, workers: { factory } });
    await pool.close();
    equal([left, collected >= 3].join(), '-1,true');
    left = Infinity;
    await rejects(WapcPool.create(guest, { size: 1, workers: { factory } }), ({ code, cause }) => {
      equal([code, cause.name].join(), 'WAPC_INIT,RangeError');
      return true;
    });
  } finally {
    WebAssembly.Memory = Memory;
  }
});
