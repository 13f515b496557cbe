/** Times competitors in turns in one process, so that a machine that drifts drifts under all of them. */

const ROUNDS = 9;
/** A round of one competitor takes about so many milliseconds. */
const ROUND = 60;

const median = (numbers) => numbers.toSorted((a, b) => a - b)[numbers.length >> 1];

/**
 * Nanoseconds per operation of each competitor: the medians of its rounds.
 * @param {Record<string, (times: number) => unknown>} competitors each does its operation `times` times
 * @param {number} [per] operations in one
 */
export async function measure(competitors, per = 1) {
  const entries = Object.entries(competitors);
  const times = {};
  for (const [name, run] of entries) times[name] = await calibrate(run);
  const rounds = Object.fromEntries(entries.map(([name]) => [name, []]));
  for (let round = 0; round < ROUNDS; round++) {
    // Each round begins with another one: nobody always runs behind the same neighbour.
    for (let i = 0; i < entries.length; i++) {
      const [name, run] = entries[(i + round) % entries.length];
      rounds[name].push((await time(run, times[name])) / times[name] / per);
    }
  }
  return Object.fromEntries(Object.entries(rounds).map(([name, all]) => [name, median(all)]));
}

async function time(run, times) {
  const start = process.hrtime.bigint();
  await run(times);
  return Number(process.hrtime.bigint() - start);
}

/** How often a round does it; doubling also warms the engine up. */
async function calibrate(run) {
  for (let times = 1; ; times *= 2) {
    const taken = await time(run, times);
    if (taken > ROUND * 1e6) return times;
  }
}

/** A competitor that does `operation` in a loop, and one that awaits it. */
export const sync = (operation) => (times) => {
  for (let i = 0; i < times; i++) operation();
};
export const awaited = (operation) => async (times) => {
  for (let i = 0; i < times; i++) await operation();
};
