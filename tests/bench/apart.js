/**
 * Measures one case of `pools.js` in a process that has not loaded the other files, and prints its row as JSON. With a larger
 * heap, V8 collects all of it after some 20 MB of arrays instead of only what is young, and that is what would be measured.
 */

import { cases, close } from './pools.js';
import { row } from './table.js';

const [, , label] = process.argv;
const it = cases.find((one) => one.label === label);
console.log(JSON.stringify(await row(it)));
await close();
