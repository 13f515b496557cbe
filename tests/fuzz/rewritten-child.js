/** `node rewritten-child.js FROM COUNT`: compares modules with the rewritten ones, and prints the tally as JSON. */

import { load } from '../../dist/interrupt.js';
import { modulesOf } from '../../tools/fuzz.js';
import { compareAll } from './rewritten.js';

const [from, count] = process.argv.slice(2).map(Number);
console.log(JSON.stringify(await compareAll(modulesOf(from, count), from, await load())));
