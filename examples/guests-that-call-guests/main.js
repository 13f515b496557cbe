/** A shop takes orders, and asks a stock for each article: both are guests, and this program is between them. */

import { fileURLToPath } from 'node:url';

import { WapcHost, WapcPool } from 'wapc-host';

const guest = (name) =>
  fileURLToPath(new URL(`../guests/target/wasm32-unknown-unknown/release/${name}.wasm`, import.meta.url));

const numbers = new Map([
  ['apple', 10],
  ['pear', 2],
]);

// One instance: it runs one reservation at a time, so that none comes between another's `get` and `set`.
const stock = await WapcHost.instantiate(guest('stock'), {
  codec: 'json',
  hostCall: {
    numbers: {
      get: (article) => numbers.get(article) ?? 0,
      set: ({ article, number }) => void numbers.set(article, number),
    },
  },
});

// Host calls of a shop in the namespace `stock` are passed on to that guest, byte by byte. Calls go one way: two guests that
// wait for each other would never answer, and are WAPC_REENTRANT.
const shops = await WapcPool.create(guest('shop'), { size: 2, codec: 'json', hostCall: { stock } });

for (const items of [
  [{ article: 'apple', count: 3 }],
  [
    { article: 'pear', count: 2 },
    { article: 'apple', count: 1 },
  ],
  [{ article: 'pear', count: 1 }],
]) {
  try {
    const { total, left } = await shops.call('order', { items });
    console.log(`ordered for ${total} cents; left:`, left);
  } catch (error) {
    if (error.code !== 'WAPC_GUEST') throw error;
    console.log('refused:', error.message);
  }
}
await shops.close();
stock.close();
