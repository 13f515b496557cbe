/** Work that is asked for again and again, of which the latest is what counts. */

/**
 * Runs work in turn: one piece at a time, and of those that wait only the latest.
 * @returns {(work: (isLatest: () => boolean) => unknown) => Promise<void>} asks for some work, which is told whether
 *   nothing was asked for after it; settles when that work, or what took its place, is done. Work must not reject.
 */
export function latestOf() {
  let last = Promise.resolve();
  let turns = 0;
  return (work) => {
    const mine = ++turns;
    const isLatest = () => mine === turns;
    last = last.then(() => (isLatest() ? work(isLatest) : undefined));
    return last;
  };
}
