/**
 * Measures one case of pools in a process that has loaded nothing else, and prints its row as JSON. Where more is loaded, V8
 * collects all of the heap after some 20 MB of arrays instead of only what is young, and that is what would be measured.
 */

import { cases, close } from './pools.js';
import { row } from './table.js';

const [, , label] = process.argv;
const it = cases.find((one) => one.label === label);
console.log(JSON.stringify(await row(it)));
await close();
