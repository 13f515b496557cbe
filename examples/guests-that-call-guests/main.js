/** A shop takes orders, and asks a stock for each article: both are guests, and this program is between them. */

import { fileURLToPath } from 'node:url';

import { WapcHost, WapcPool } from 'wapc-host';

const guest = (name) =>
  fileURLToPath(new URL(`../guests/target/wasm32-unknown-unknown/release/${name}.wasm`, import.meta.url));
const decode = (bytes) => JSON.parse(new TextDecoder().decode(bytes));

const numbers = new Map([
  ['apple', 10],
  ['pear', 2],
]);

/** What the stock asks of this program: numbers of articles. */
function numbersOf(binding, namespace, operation, payload) {
  const value = decode(payload);
  if (namespace === 'numbers' && operation === 'get') return JSON.stringify(numbers.get(value) ?? 0);
  if (namespace === 'numbers' && operation === 'set') return void numbers.set(value.article, value.number);
  throw new Error(`no such host operation: ${namespace} ${operation}`);
}

// One instance: it runs one reservation at a time, so that none comes between another's `get` and `set`.
const stock = await WapcHost.instantiate(guest('stock'), { hostCall: numbersOf });

/** What the shop asks of this program: it is passed on to the stock, as it is. */
async function askStock(binding, namespace, operation, payload, { signal }) {
  if (namespace !== 'stock') throw new Error(`no such host operation: ${namespace} ${operation}`);
  return stock.invoke(operation, payload, { signal });
}

// Calls go one way, from shops to the stock: two guests that wait for each other would wait for ever.
const shops = await WapcPool.create(guest('shop'), { size: 2, hostCall: askStock });

for (const items of [
  [{ article: 'apple', count: 3 }],
  [
    { article: 'pear', count: 2 },
    { article: 'apple', count: 1 },
  ],
  [{ article: 'pear', count: 1 }],
]) {
  try {
    const { total, left } = decode(await shops.invoke('order', JSON.stringify({ items })));
    console.log(`ordered for ${total} cents; left:`, left);
  } catch (error) {
    if (error.code !== 'WAPC_GUEST') throw error;
    console.log('refused:', error.message);
  }
}
await shops.close();
stock.close();
