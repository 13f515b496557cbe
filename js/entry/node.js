/** The package in Node, Deno and Bun: with the core in it; guests may be files, workers are `node:worker_threads`'. */

import '../platform/node.js';
import './channels.js';
import './inspect.js';

import { base64 } from '../generated/core-inlined.js';
import { compileInlined } from '../loading/inlined.js';
import { platform } from '../platform/platform.js';

platform.core = () => compileInlined(base64);
// Most guests do without.
platform.wasi = () => import('./wasi-node.js');

export * from './exports.js';
