/** `node compared-in-node.js KIND CASE BUILD...`: measures builds in this process for `compare.js`, and prints the times as JSON. */

import { readFile } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';

import { timesOf } from './compared.js';

const [, , kind, only, ...builds] = process.argv;
const load = (build) => import(pathToFileURL(`${build}/node.js`).href);
const read = (name) => readFile(new URL(`../../testdata/${name}.wasm`, import.meta.url));
process.stdout.write(JSON.stringify(await timesOf(kind, only, builds, load, read)));
process.exit();
