/** Callers whose own stack is nearly used up, with harmless guests. */

import { equal, wordsOf } from '../assert.js';
import { among } from './bystanders.js';
import { Outcomes } from './outcomes.js';
import { sunk } from './sunk.js';

/** Levels from the end at which something is tried: 100 KiB at least, more than anything needs. */
const BAND = 2000;

/** Each step shifts the levels by one frame of another size. */
const STEPS = 6;

const answered = (answer) => equal(answer.length, 4, 'an answer');

/** Recurses until the stack ends, and on the way back calls `outcomes.try` at every `every`-th level near the end. */
function overTheEnd(outcomes, every) {
  let left = BAND;
  const deeper = () => {
    try {
      deeper();
    } catch {
      // A stack overflow, here or in `try`.
    }
    if (left > 0 && left-- % every === 0) outcomes.try();
  };
  deeper();
}

/** Calls `run` below `levels` frames of another size. */
function shifted(levels, run) {
  if (levels === 0) return run();
  const result = shifted(levels - 1, run);
  return result;
}

/** Calls of a caller: the call, a check of its result, and the distance between the levels that try it. */
const DEEDS = {
  invokeSync: ({ host }) => [() => host.invokeSync('c'), answered],
  invoke: ({ host }) => [() => host.invoke('c'), answered],
  'invoke, that may be suspended': ({ suspending }) => [() => suspending.invoke('c'), answered],
  'invoke with options': ({ host, signal }) => [() => host.invoke('c', 'x', { signal, timeout: 1e9 }), answered],
  "a pool's invoke": ({ pool }) => [() => pool.invoke('c'), answered],
  "a pool's invoke with options": ({ pool, signal }) => [() => pool.invoke('c', 'x', { signal }), answered],
  "a pool's get": ({ pool }) => [() => pool.get(), (host) => pool.return(host), 16],
  "a pool's use": ({ pool }) => [() => pool.use((host) => host.invoke('c')), answered, 16],
  reset: ({ host }) => [() => host.reset(), () => {}, 128],
  replace: ({ host, module }) => [() => host.replace(module), () => {}, 128],
  instantiate: ({ module }) => [() => module.instantiate(), (made) => made.close(), 128],
  'memorySize, closed and stats': ({ host, pool }) => [() => [host.memorySize, host.closed, pool.stats], () => {}],
};

export function* callers(environment) {
  for (const [what, deed] of Object.entries(DEEDS)) {
    yield [
      `a caller at the stack's end: ${what}`,
      () => among(environment, (...rest) => run(environment, deed, ...rest)),
    ];
  }
  yield ["a caller at the stack's end: close", () => among(environment, (...rest) => close(environment, ...rest))];
  yield ["a caller at the stack's end: return", () => among(environment, (...rest) => giveBack(environment, ...rest))];
  yield ["a caller at the stack's end: abort", () => among(environment, (...rest) => abort(environment, ...rest))];
}

async function things({ guest, WapcModule, WapcPool }, opened) {
  const module = opened.add(await WapcModule.compile(await guest('wat/edge'), { async: false }));
  const host = opened.add(await module.instantiate());
  const suspending = opened.add(await module.instantiate({ async: 'auto' }));
  const pool = opened.add(await WapcPool.create(module, { size: 1 }));
  return { module, host, suspending, pool, signal: new AbortController().signal };
}

async function run(environment, deed, ask, opened) {
  const made = await things(environment, opened);
  const [act, use, every = 4] = deed(made);
  // The guest needs stack too, and may overflow it after it was called.
  const outcomes = new Outcomes(act, ['WAPC_TRAP']);
  for (let turn = 0; turn < STEPS; turn++) {
    sunk(() => shifted(turn, () => overTheEnd(outcomes, every)));
    const succeeded = await outcomes.settle(use);
    equal(succeeded > 0, true, 'what there is room for succeeds');
    const { host, suspending, pool } = made;
    for (const answers of [host, suspending, pool]) equal(wordsOf(await answers.invoke('c')).length, 1);
    equal([pool.stats.busy, pool.stats.waiting], [0, 0]);
    await ask();
  }
}

/** Each host is closed at one level; `close` throws where there is no room for it. */
async function close(environment, ask, opened) {
  const { module } = await things(environment, opened);
  for (let turn = 0; turn < STEPS; turn++) {
    const hosts = await Promise.all(Array.from({ length: 8 }, () => module.instantiate()));
    let at = 0;
    const outcomes = new Outcomes(() => hosts[at++ % hosts.length].close());
    sunk(() => shifted(turn, () => overTheEnd(outcomes, 4)));
    equal((await outcomes.settle()) > 0, true, 'what there is room for succeeds');
    for (const host of hosts) {
      if (!host.closed) equal(wordsOf(await host.invoke('c')).length, 1, 'a host that could not be closed answers');
      host.close();
    }
    await ask();
  }
}

/** An instance is returned exactly once. */
async function giveBack(environment, ask, opened) {
  const { pool } = await things(environment, opened);
  for (let turn = 0; turn < STEPS; turn++) {
    const lease = await pool.get();
    const waits = pool.invoke('c');
    const outcomes = new Outcomes(() => pool.return(lease), ['WAPC_POOL_FOREIGN']);
    sunk(() => shifted(turn, () => overTheEnd(outcomes, 4)));
    const succeeded = await outcomes.settle();
    equal(succeeded, 1, 'times that it was given back');
    answered(await waits);
    equal(pool.stats.busy, 0);
    await ask();
  }
}

/** An abort may find no room on the stack: the pending request is then aborted, or runs. */
async function abort(environment, ask, opened) {
  const { pool, suspending } = await things(environment, opened);
  for (let turn = 0; turn < STEPS; turn++) {
    const lease = await pool.get();
    const controllers = Array.from({ length: 40 }, () => new AbortController());
    const waiting = controllers.flatMap(({ signal }) => [
      pool.invoke('c', '', { signal }),
      suspending.invoke('c', '', { signal }),
      pool.get(undefined, { signal }).then((host) => pool.return(host)),
    ]);
    // Backwards, so that each is first tried where there is least room.
    const outcomes = new Outcomes(() => controllers.pop()?.abort());
    sunk(() => shifted(turn, () => overTheEnd(outcomes, 50)));
    await outcomes.settle();
    pool.return(lease);
    for (const { status, reason } of await Promise.allSettled(waiting)) {
      if (status === 'rejected') equal(reason?.name, 'AbortError', `what was aborted (${reason})`);
    }
    equal([pool.stats.busy, pool.stats.waiting], [0, 0]);
    await ask();
  }
}
