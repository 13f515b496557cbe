/** What guests may ask of the service: a stock, which stands in for a database. */

const left = new Map([
  ['apple', 100],
  ['pear', 100],
]);

/** Takes some of an article: how many are left. */
async function reserve({ article, count }) {
  const now = (left.get(article) ?? 0) - count;
  if (!(now >= 0)) throw new Error(`not enough of ${article}`);
  left.set(article, now);
  return now;
}

/** The host calls that are answered, by namespace and operation. Anything else is refused. */
export const routes = { stock: { reserve } };
