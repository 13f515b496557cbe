/** The package in Node, Deno and Bun: the same, and guests may be files. */

import { readFile } from 'node:fs/promises';

import { platform } from './platform.js';

platform.readFile = readFile;

export * from './index.js';
