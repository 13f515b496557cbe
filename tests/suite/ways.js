/** A pool with the methods of a host. A class, so that routes can lead to it. */
class PoolOfOne {
  constructor(pool) {
    this.pool = pool;
  }
  invoke(...invocation) {
    return this.pool.invoke(...invocation);
  }
  close() {
    this.pool.destroy();
  }
}

/**
 * The ways in which an engine lets host callbacks answer later: pairs of a name and a function that makes a host. Pools
 * of one are used as hosts, so that workers are tested wherever they exist.
 */
export function* ways({ WapcHost, WapcPool, canSuspend, hasWorkers }) {
  const pool = (options) => async (source, given) =>
    new PoolOfOne(await WapcPool.create(source, { ...given, ...options, size: 1 }));
  if (canSuspend) {
    yield ['a host that suspends', (source, options) => WapcHost.instantiate(source, options)];
    yield ['a pool of guests that suspend', pool({})];
  } else if (hasWorkers) {
    yield ['a host in a worker', (source, options) => WapcHost.instantiate(source, { ...options, async: true })];
  }
  if (hasWorkers) yield ['a pool of workers', pool({ workers: true })];
}

/**
 * A host callback whose calls stay pending until the test resolves them, and a function that waits for the n-th call.
 */
export function patient() {
  const calls = [];
  let wake = () => {};
  const hostCall = (binding, namespace, operation, payload, context) =>
    new Promise((resolve, reject) => {
      calls.push({ operation, payload, context, resolve, reject });
      wake();
    });
  const called = async (number) => {
    while (calls.length <= number) await new Promise((resolve) => (wake = resolve));
    return calls[number];
  };
  return { hostCall, called, calls };
}

/** The kinds of pools that let host callbacks answer later: pairs of a name and the options that make one. */
export const poolsThatWait = ({ canSuspend, hasWorkers }) => [
  ...(canSuspend ? [['guests that suspend', {}]] : []),
  ...(hasWorkers ? [['workers', { workers: true }]] : []),
];
