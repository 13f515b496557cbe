/** WASI: what each function answers and writes, to the byte; and what guests in each language make of it. */

import { files } from './files.js';
import { high } from './high.js';
import { languages } from './languages.js';
import { output } from './output.js';
import { process } from './process.js';
import { ranges } from './ranges.js';
import { settings } from './settings.js';
import { waiting } from './waiting.js';

export function* wasi(environment) {
  for (const part of [ranges, settings, process, waiting, output, files, high, languages]) yield* part(environment);
}
