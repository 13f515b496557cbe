/** WASI: the results of each function, to the byte, and guests in each language. */

import { descriptors } from './descriptors.js';
import { files } from './files.js';
import { given } from './given.js';
import { high } from './high.js';
import { languages } from './languages.js';
import { machine } from './machine.js';
import { output } from './output.js';
import { process } from './process.js';
import { ranges } from './ranges.js';
import { settings } from './settings.js';
import { waiting } from './waiting.js';

export function* wasi(environment) {
  const parts = [ranges, settings, process, waiting, given, output, descriptors, files, machine, high, languages];
  for (const part of parts) yield* part(environment);
}
