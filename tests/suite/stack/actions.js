/** Actions of callbacks when the stack is nearly used up. */

import { equal } from '../assert.js';

/** The number of pending invocations that a callback may abort in a walk. */
const WAITING = 12;

const answered = (answer) => equal(answer?.length, 4, 'an answer');
const closed = (made) => made.close();

/**
 * Each function returns an action for a walk: `act` performs it, `use` checks a result once there is room again, and
 * `codes` are the errors that are allowed. `every`: it takes long, so only every so many-th level performs it. `begin`
 * is called before a walk, `ask` while the guest runs; `settled` after each walk, `end` after the last.
 * @type {Record<string, (given: object) => object>}
 */
export const ACTIONS = {
  nothing: () => ({ act() {} }),
  throws: () => ({
    throws: true,
    act() {
      throw new Error('planned');
    },
  }),
  'invokes another at once': ({ other }) => ({ act: () => other.invokeSync('c'), use: answered }),
  'invokes another': ({ other }) => ({ act: () => other.invoke('c'), use: answered }),
  'invokes another with options': ({ other, signal }) => ({
    act: () => other.invoke('c', undefined, { signal, timeout: 86_400_000 }),
    use: answered,
  }),
  'invokes one that suspends': ({ suspending }) => ({ act: () => suspending.invoke('c'), use: answered }),
  // An error is made each time, which takes Bun milliseconds on a deep stack.
  'invokes itself': ({ own }) => ({
    act: () => own().invoke('c'),
    use: answered,
    codes: ['WAPC_REENTRANT'],
    every: 16,
  }),
  // A host refuses it in its own callbacks; a pool does not have it.
  'invokes itself at once': ({ own }) => ({
    act: () => own().invokeSync?.('c'),
    codes: ['WAPC_REENTRANT', 'WAPC_ASYNC'],
    every: 16,
  }),
  'invokes a pool': ({ pool }) => ({ act: () => pool.invoke('c'), use: answered }),
  'invokes a pool with options': ({ pool, signal }) => ({
    act: () => pool.invoke('c', undefined, { signal }),
    use: answered,
    every: 4,
  }),
  'borrows of a pool': ({ pool }) => ({ act: () => pool.use((host) => host.invoke('c')), use: answered, every: 8 }),
  'instantiates a module': ({ module }) => ({ act: () => module.instantiate(), use: closed, every: 128 }),
  'instantiates bytes': ({ WapcHost, bytes }) => ({ act: () => WapcHost.instantiate(bytes), use: closed, every: 128 }),
  compiles: ({ WapcModule, bytes }) => ({ act: () => WapcModule.compile(bytes), use: closed, every: 128 }),
  'makes a pool': ({ WapcPool, module }) => ({
    act: () => WapcPool.create(module, { size: 1 }),
    use: closed,
    every: 128,
  }),
  'resets itself': ({ own }) => ({ act: () => own().reset?.(), every: 128 }),
  'resets another': ({ other }) => ({ act: () => other.reset(), every: 128 }),
  'replaces itself': ({ own, module }) => ({ act: () => own().replace?.(module), every: 128 }),
  'replaces another': ({ other, module }) => ({ act: () => other.replace(module), every: 128 }),
  'closes itself': ({ own }) => ({ act: () => own().close(), ends: true, codes: ['WAPC_CLOSED'] }),
  'closes others': ({ spare }) => {
    let spares = [];
    return {
      async begin() {
        spares.forEach(closed);
        spares = await Promise.all(Array.from({ length: 8 }, spare));
      },
      act: () => spares[spares.length - 1]?.close() ?? spares.pop(),
      end: () => spares.forEach(closed),
      every: 8,
    };
  },
  'looks at things': ({ other, pool }) => ({
    act: () => [other.memorySize, other.closed, other.id, other.info, pool.stats, pool.info],
    use: (seen) => equal(seen.length, 6),
  }),
  aborts: ({ own, pool }) => {
    let [lease, controllers, waiting] = [undefined, [], []];
    return {
      async begin() {
        lease = await pool.get();
      },
      /** Called while the guest runs, so that all of these have to wait. */
      ask() {
        controllers = Array.from({ length: WAITING }, () => new AbortController());
        waiting = controllers.flatMap(({ signal }) => [
          own().invoke('c', undefined, { signal }),
          pool.invoke('c', undefined, { signal }),
          pool.get(undefined, { signal }).then((host) => (pool.return(host), new Uint8Array(4))),
        ]);
      },
      act: () => controllers.pop()?.abort(),
      async settled() {
        pool.return(lease);
        for (const { status, value, reason } of await Promise.allSettled(waiting)) {
          if (status === 'fulfilled') answered(value);
          else if (reason?.code !== 'WAPC_REENTRANT') equal(reason?.name, 'AbortError', `what was aborted (${reason})`);
        }
      },
    };
  },
};
