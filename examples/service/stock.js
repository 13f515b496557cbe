/** What guests may ask of the service: a stock, which stands in for a database. All of it is JSON. */

const left = new Map([
  ['apple', 100],
  ['pear', 100],
]);

const operations = {
  async reserve({ article, count }) {
    const now = (left.get(article) ?? 0) - count;
    if (!(now >= 0)) throw new Error(`not enough of ${article}`);
    left.set(article, now);
    return now;
  },
};

/** Answers the guest's host calls. */
export async function hostCall(binding, namespace, operation, payload) {
  if (namespace !== 'stock' || !Object.hasOwn(operations, operation)) {
    throw new Error(`no such host operation: ${namespace} ${operation}`);
  }
  return JSON.stringify(await operations[operation](JSON.parse(new TextDecoder().decode(payload))));
}
