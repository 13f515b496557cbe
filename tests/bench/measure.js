/** Times competitors by turns in one process, so that drift of the machine affects all of them. For every engine. */

const ROUNDS = 31;
/** Milliseconds that a round of one competitor takes, and that each runs before it is measured unless a case says more. */
const ROUND = 20;
const WARM_UP = 300;

export const median = (numbers) => [...numbers].sort((a, b) => a - b)[numbers.length >> 1];

/**
 * Nanoseconds per operation of each competitor, round by round.
 * @param {Record<string, (times: number) => unknown>} competitors each does its operation `times` times
 * @param {number} [per] operations in one
 * @param {number} [turns]
 * @param {number} [warmUp] ms that each runs before it is measured
 * @returns {Promise<Record<string, number>[]>} by competitor, for each round
 */
export async function measure(competitors, per = 1, turns = ROUNDS, warmUp = WARM_UP) {
  const entries = Object.entries(competitors);
  const times = {};
  for (const [name, run] of entries) times[name] = await calibrate(run, warmUp);
  const rounds = [];
  for (let round = 0; round < turns; round++) {
    const measured = {};
    // Each round begins with another competitor, so that none always runs after the same one.
    for (let i = 0; i < entries.length; i++) {
      const [name, run] = entries[(i + round) % entries.length];
      measured[name] = (await time(run, times[name])) / times[name] / per;
    }
    rounds.push(measured);
  }
  return rounds;
}

async function time(run, times) {
  const start = performance.now();
  await run(times);
  return (performance.now() - start) * 1e6;
}

/** The number of operations in a round, found while the engine warms up. */
async function calibrate(run, warmUp) {
  let times = 1;
  for (let warm = 0; warm < warmUp * 1e6;) {
    const taken = await time(run, times);
    warm += taken;
    if (taken < ROUND * 1e6) times *= 2;
    else times = Math.max(1, Math.round((times * ROUND * 1e6) / taken));
  }
  return times;
}

/** A competitor that does `operation` in a loop, and one that awaits it. */
export const sync = (operation) => (times) => {
  for (let i = 0; i < times; i++) operation();
};
export const awaited = (operation) => async (times) => {
  for (let i = 0; i < times; i++) await operation();
};

/** A competitor that measures throughput: so many callers, each with one `run` on its way at all times. */
export const together = (runnable, callers) => async (times) => {
  const { run } = await runnable();
  let left = times;
  const work = async () => {
    while (left-- > 0) await run();
  };
  await Promise.all(Array.from({ length: callers }, work));
};
