/** Programs that compute, in a guest that can be interrupted against the same one that cannot. For every engine. */

const KERNELS = ['fib', 'sha256', 'matmul', 'sieve', 'sort', 'map'];

/** Turns of each; and how often one is repeated in a turn, so that coarse clocks suffice. */
const TURNS = 31;
const REPEATED = 4;

/** A time limit in ms that does not pass, so that the guest has to ask for the time. */
const LONG = 600_000;

const median = (numbers) => [...numbers].sort((a, b) => a - b)[numbers.length >> 1];

/**
 * How many times as long each program takes, in turns: pairs of its name and the median ratio. The last is their
 * geometric mean.
 * @param {typeof import('wapc-host').WapcHost} WapcHost
 * @param {Uint8Array} bytes of testdata/kernels
 * @returns {Promise<[string, number][]>}
 */
export async function kernelRatios(WapcHost, bytes) {
  const plain = await WapcHost.instantiate(bytes, { async: false });
  const interruptible = await WapcHost.instantiate(bytes, { async: false, limits: { interrupt: true, timeout: LONG } });
  const time = (host, kernel) => {
    const start = performance.now();
    for (let turn = 0; turn < REPEATED; turn++) host.invokeSync(kernel);
    return performance.now() - start;
  };
  const ratios = KERNELS.map((kernel) => {
    if (String(plain.invokeSync(kernel)) !== String(interruptible.invokeSync(kernel))) {
      throw new Error(`${kernel}: the results differ`);
    }
    // Until both are optimized.
    for (let turn = 0; turn < 5; turn++) [time(plain, kernel), time(interruptible, kernel)];
    const turns = Array.from({ length: TURNS }, (_, turn) => {
      // Each turn begins with the other one.
      const [first, second] = turn % 2 === 0 ? [plain, interruptible] : [interruptible, plain];
      const [a, b] = [time(first, kernel), time(second, kernel)];
      return turn % 2 === 0 ? b / a : a / b;
    });
    return /** @type {[string, number]} */ ([kernel, median(turns)]);
  });
  plain.close();
  interruptible.close();
  const mean = Math.exp(ratios.reduce((sum, [, ratio]) => sum + Math.log(ratio), 0) / ratios.length);
  return [...ratios, ['geometric mean', mean]];
}
